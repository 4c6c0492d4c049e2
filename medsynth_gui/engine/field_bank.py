"""Fields of view: the frame, a fan or a rectangle, in which a generator draws an image of its kind.

A frame belongs to a scanner and its setting, not to a patient. A network that is told where the frame is need not
invent one, and draws nothing outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.io.tensor_file import read_tensors, write_tensors

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

NAME = "fields.safetensors"
_SIDE, _MOST, _SAME = 128, 96, 0.97
_LOOKED_AT_PX, _BLOCK_PX = 256, 21
_BLACK, _DARK = 1, 8
_COVERS, _COVERS_LEAST, _ASPECT = 0.99, 0.9, 0.15


def drawn_field(image: Gray, kind: str) -> Mask:
    """Where in an image (y, x) a generator learns to draw.

    Args:
        image: without burned-in marks.
        kind: a key of `KINDS`; everywhere for "".

    Raises:
        InputError: there is no such kind.
    """
    if kind not in KINDS:
        raise InputError("recipe-field", name=kind, known=", ".join(filter(None, KINDS)))
    return KINDS[kind](image)


def _everywhere(image: Gray) -> Mask:
    return np.ones(image.shape, np.bool_)


def _fan(image: Gray) -> Mask:
    """The field of view of a scanner, without black boxes that stood at its rim."""
    return np.asarray(find_field_of_view(image) & ~_black_blocks(image), np.bool_)


def _rectangle(image: Gray) -> Mask:
    """Without the black rows and columns at the rim that a collimator leaves."""
    rows = np.flatnonzero(np.percentile(image, 98, axis=1) > _DARK)
    columns = np.flatnonzero(np.percentile(image, 98, axis=0) > _DARK)
    if not len(rows) or not len(columns):
        return _everywhere(image)
    found = np.zeros(image.shape, np.bool_)
    found[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] = True
    return found


KINDS: dict[str, Callable[[Gray], Mask]] = {"": _everywhere, "fan": _fan, "rectangle": _rectangle}


def _black_blocks(image: Gray) -> Mask:
    """Black regions at the rim, (y, x), in which a square of a twelfth of the image finds room."""
    import cv2

    scale = min(1.0, _LOOKED_AT_PX / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    black = cv2.morphologyEx((small <= _BLACK).astype(np.uint8), cv2.MORPH_OPEN,
                             np.ones((_BLOCK_PX, _BLOCK_PX), np.uint8), borderType=cv2.BORDER_REPLICATE)
    _, parts = cv2.connectedComponents(black, connectivity=4)
    rim = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    found = np.isin(parts, np.setdiff1d(rim, 0)).astype(np.uint8)
    return cv2.resize(found, image.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


@dataclass(frozen=True)
class FieldBank:
    """Fields of view of real images, no two alike.

    Attributes:
        fields: (n, 128, 128), each image stretched to a square.
        aspects: rows by columns of each image, (n,).
        counts: how many real images have nearly this field, (n,): so much likelier it is chosen.
    """

    fields: Mask
    aspects: npt.NDArray[np.float32]
    counts: npt.NDArray[np.float32]

    def wished(self, frame: str, mask: Gray, seed: int, index: int = 0) -> Mask:
        """The field of view (y, x) that is wished for a mask (y, x).

        Args:
            frame: "seed" leaves it to `choose`, "whole" is everywhere; else the number of a field of the bank, which
                is stretched to the mask and also holds its labelled pixels.
        """
        import cv2

        if frame == BY_SEED:
            return self.choose(mask, seed, index)
        if frame == WHOLE:
            return np.ones(mask.shape, np.bool_)
        field = cv2.resize(self.fields[int(frame)].astype(np.float32), mask.shape[::-1]) > 0.5
        return np.asarray(field | (mask > 0), np.bool_)

    def choose(self, mask: Gray, seed: int, index: int = 0) -> Mask:
        """A field of view (y, x) for a mask (y, x) of the same size; the same seed and index give the same.

        It is one of an image of like proportions that holds the labelled pixels, a usual one likelier than a rare one.
        Where none does, the image is drawn from side to side.
        """
        import cv2

        everywhere = np.ones(mask.shape, np.bool_)
        like = np.abs(np.log(self.aspects / (mask.shape[0] / mask.shape[1]))) < _ASPECT
        # The first of exponential waiting times comes at a field as often as its count says.
        order = np.argsort(np.random.default_rng([seed, index]).exponential(size=len(self.counts)) / self.counts)
        order = order[like[order]]
        if not len(order):
            return everywhere
        labelled = cv2.resize(mask, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST) > 0
        covered = self.fields[:, labelled].mean(1)[order] if labelled.any() else np.ones(len(order))
        best = int(np.argmax(covered >= min(_COVERS, covered.max())))
        if covered[best] < _COVERS_LEAST:
            return everywhere
        field = cv2.resize(self.fields[order[best]].astype(np.float32), mask.shape[::-1]) > 0.5
        return np.asarray(field | (mask > 0), np.bool_)


def collect(fields: Iterable[Mask]) -> FieldBank | None:
    """A bank of at most 96 fields of view (y, x); those that nearly equal an earlier one are counted with it."""
    import cv2

    kept: list[Mask] = []
    aspects: list[float] = []
    counts: list[int] = []
    for field in fields:
        small = np.asarray(cv2.resize(field.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) > 0.5)
        aspect = field.shape[0] / field.shape[1]
        same = next((place for place, (known, other) in enumerate(zip(kept, aspects, strict=True))
                     if abs(np.log(aspect / other)) < _ASPECT / 3
                     and (small & known).sum() > _SAME * (small | known).sum()), None)
        if same is not None:
            counts[same] += 1
        elif len(kept) < _MOST:
            kept.append(small)
            aspects.append(aspect)
            counts.append(1)
    return FieldBank(np.stack(kept), np.array(aspects, np.float32), np.array(counts, np.float32)) if kept else None


def write_fields(folder: Path, bank: FieldBank) -> None:
    """Write the bank beside the weights; equal banks give equal bytes."""
    write_tensors(folder / NAME, {"fields": np.packbits(bank.fields, axis=-1), "aspects": bank.aspects,
                                  "counts": bank.counts})


def read_fields(folder: Path) -> FieldBank | None:
    """The bank of a model folder; None where it has none.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    with read_tensors(path, "gates-unreadable") as (tensors, _):
        fields = np.unpackbits(tensors["fields"], axis=-1, count=_SIDE).astype(np.bool_)
        aspects = tensors["aspects"].astype(np.float32)
        counts = tensors.get("counts", np.ones_like(aspects)).astype(np.float32)
        return FieldBank(fields.reshape(-1, _SIDE, _SIDE), aspects, counts)
