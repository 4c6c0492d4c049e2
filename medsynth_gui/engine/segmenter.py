"""Segmenter: a model card's network, from gray frame to label values in source size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from medsynth_gui.core.geometry import Letterbox
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine import fast
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.tiling import in_tiles
from medsynth_gui.engine.training.segmentation import to_network
from medsynth_gui.engine.weights import load_network
from medsynth_gui.io.field_of_view_fit import fit_field_of_view
from medsynth_gui.io.furniture import remove_furniture

Gray = npt.NDArray[np.uint8]
Probability = npt.NDArray[np.float32]
_UNCERTAINTY_PX = 256


@dataclass(frozen=True)
class SegmentedFrame:
    """Labels of one frame.

    Attributes:
        labels: (y, x) uint8 in source size.
        confidence: mean probability of what was decided, over the pixels in question; 0..1.
        presence: probability of each label being anywhere in the image.
    """

    labels: Gray
    confidence: float
    presence: npt.NDArray[np.float32]


class Segmenter:
    """A loaded segmentation model.

    Args:
        thorough: also look at the mirrored image and at other scales, and average.
    """

    def __init__(self, card: ModelCard, runtime: Runtime, *, thorough: bool = False) -> None:
        self.card, self.runtime = card, runtime
        self.network: nn.Module = load_network(card, runtime.device)
        self.size = int(card.input.get("size", 256))
        self.temperature = float(card.input.get("temperature", 1.0))
        self.threshold = float(card.input.get("threshold", 0.5))
        self.presence_threshold = float(card.input.get("presence_threshold", 0.0))
        self.smallest_share = float(card.input.get("smallest_share", 0.0))
        self.mirror = bool(card.input.get("mirror", False)) or thorough
        self.scales: Sequence[float] = (1.0, 0.85, 1.2) if thorough else (1.0,)

    def ran(self) -> dict[str, str | int]:
        """What it runs on, JSON-ready: device, precision, threads, library."""
        return {**self.runtime.record(), "library": fast.library(self.runtime)}

    def segment(self, gray: Gray, *, aspect: float = 1.0) -> SegmentedFrame:
        """Segment one frame (y, x) whose pixels are `aspect` times as high as wide."""
        probability, presence = self.probability(gray, aspect=aspect)
        return self.decide(probability, presence)

    def probability(self, gray: Gray, *, aspect: float = 1.0,
                    inpaint: bool = True) -> tuple[Probability, Probability]:
        """Probabilities (classes, y, x) in source size, and presence (labels,).

        Args:
            inpaint: False leaves burned-in marks in, to measure what they do.
        """
        if inpaint and self.card.input.get("furniture") == "inpaint":
            gray = remove_furniture(gray)
        if self.card.input.get("fit") == "tile":
            return self._tiled(gray)
        if self.card.input.get("crop") == "field-of-view":
            return self._inside(gray, aspect)
        return self._looked(gray, aspect)

    def _inside(self, gray: Gray, aspect: float) -> tuple[Probability, Probability]:
        """Look at the field of view alone; beside it there is nothing."""
        box = fit_field_of_view([gray]).box.slices
        found, presence = self._looked(np.ascontiguousarray(gray[box]), aspect)
        probability = np.zeros((len(found), *gray.shape), np.float32)
        probability[0] = 1
        probability[(slice(None), *box)] = found
        return probability, presence

    def _looked(self, gray: Gray, aspect: float) -> tuple[Probability, Probability]:
        looks = [self._look(gray, aspect, scale, mirrored) for scale in self.scales
                 for mirrored in ((False, True) if self.mirror else (False,))]
        return (np.mean([look[0] for look in looks], axis=0), np.mean([look[1] for look in looks], axis=0))

    def decide(self, probability: Probability, presence: Probability) -> SegmentedFrame:
        """Probabilities to label values, by the thresholds of the card."""
        labels = (probability[1:].argmax(0) + 1).astype(np.uint8)
        labels[probability[1:].max(0) < self.threshold] = 0
        for value, likely in enumerate(presence, start=1):
            if likely < self.presence_threshold:
                labels[labels == value] = 0
        labels = _without_specks(labels, self.smallest_share)
        if shape := _SHAPES.get(str(self.card.input.get("shape", ""))):
            labels = shape(labels)
        chosen = np.take_along_axis(probability, labels[None].astype(np.intp), 0)[0]
        asked = probability[1:].max(0) > 0.05
        return SegmentedFrame(labels, float(chosen[asked].mean()) if asked.any() else float(chosen.mean()), presence)

    def _look(self, gray: Gray, aspect: float, scale: float, mirrored: bool) -> tuple[Probability, Probability]:
        import cv2

        size = max(32, round(self.size * scale / 32) * 32)
        box = Letterbox.fit(gray.shape[0], gray.shape[1], size, aspect=aspect)
        square = np.zeros((size, size), np.uint8)
        inside = np.s_[box.top:box.top + box.height, box.left:box.left + box.width]
        how = cv2.INTER_AREA if box.height < gray.shape[0] else cv2.INTER_LINEAR
        square[inside] = cv2.resize(gray, (box.width, box.height), interpolation=how)
        probability, presence = self._call(square[:, ::-1] if mirrored else square)
        probability = (probability[:, :, ::-1] if mirrored else probability)[(slice(None), *inside)]
        planes = [cv2.resize(plane, gray.shape[::-1], interpolation=cv2.INTER_LINEAR) for plane in probability]
        return np.stack(planes), presence

    def _tiled(self, gray: Gray) -> tuple[Probability, Probability]:
        presences: list[Probability] = []

        def call(tile: Gray) -> Probability:
            probability, presence = self._call(tile)
            presences.append(presence)
            return probability

        probability = in_tiles(gray, call, tile=self.size, overlap=self.size // 4)
        return probability, np.max(presences, axis=0)

    @torch.inference_mode()
    def _call(self, square: Gray) -> tuple[Probability, Probability]:
        x = torch.from_numpy(to_network(np.ascontiguousarray(square)))[None, None].to(self.runtime.device)
        output = fast.run(self.network, x, self.runtime)
        probability = (output.logits.float() / self.temperature).softmax(1)[0]
        return probability.cpu().numpy(), output.presence.float().sigmoid()[0].cpu().numpy()


def uncertainty(probability: Probability) -> Gray:
    """Entropy of probabilities (classes, y, x) at each place: 0 sure, 255 all alike.

    Its long side has at most 256 pixels: networks decide no finer, and a cine of it stays small.
    """
    import cv2

    rows, columns = probability.shape[1:]
    scale = min(1.0, _UNCERTAINTY_PX / max(rows, columns))
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    planes = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in probability])
    planes = np.clip(planes / planes.sum(0), 1e-6, 1)
    entropy = -(planes * np.log(planes)).sum(0) / np.log(len(planes))
    return np.asarray((entropy * 255).round().clip(0, 255), np.uint8)


def _without_specks(labels: Gray, smallest_share: float) -> Gray:
    """Drop connected components smaller than a share of the image."""
    import cv2

    if not smallest_share or not labels.any():
        return labels
    kept = np.zeros_like(labels)
    for value in np.unique(labels[labels > 0]):
        _, components, facts, _ = cv2.connectedComponentsWithStats((labels == value).astype(np.uint8))
        large = facts[:, cv2.CC_STAT_AREA] >= smallest_share * labels.size
        large[0] = False
        kept[large[components]] = value
    return kept


def _as_ellipses(labels: Gray) -> Gray:
    """Each label as the ellipse through the outline of its largest part; image borders are no outline."""
    import cv2

    result = np.zeros_like(labels)
    for value in (int(v) for v in np.unique(labels) if v):
        outlines, _ = cv2.findContours((labels == value).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        points = max(outlines, key=cv2.contourArea)[:, 0]
        inside = ((points > 0) & (points < np.array(labels.shape[::-1]) - 1)).all(1)
        if inside.sum() >= 20:
            cv2.ellipse(result, cv2.fitEllipseDirect(points[inside].astype(np.float32)), value, -1)
        else:
            result[labels == value] = value
    return result


def _as_layers(labels: Gray) -> Gray:
    """Each label as its largest part, holes filled with what surrounds them."""
    import cv2

    result = np.zeros_like(labels)
    for value in (int(v) for v in np.unique(labels) if v):
        outlines, _ = cv2.findContours((labels == value).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        part = np.zeros_like(labels)
        cv2.drawContours(part, [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
        result[(part > 0) & (result == 0)] = value
    return result


_SHAPES: dict[str, Callable[[Gray], Gray]] = {"ellipse": _as_ellipses, "layers": _as_layers}
