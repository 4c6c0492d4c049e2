"""Synthesis: images for masks and for the canvas."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.core.labels import LabelSet, revalued
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.frames import check_frame
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.licence import check_licence
from medsynth_gui.jobs.mask_candidates import fitting_class, need_possible
from medsynth_gui.jobs.upscale import load_upscaler

if TYPE_CHECKING:
    from medsynth_gui.engine.synthesizer import Synthesizer

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class SyntheticImage:
    """One generated image with the mask as conditioned; both (y, x) uint8 of one size.

    Attributes:
        names: what the generator calls the values of the mask.
    """

    image: Gray
    mask: Gray
    provenance: Provenance
    index: int
    class_name: str | None
    names: Mapping[int, str] = field(default_factory=dict)

    def mask_in(self, labels: LabelSet) -> Gray:
        """The mask in the values of a label list that has its names."""
        return revalued(self.mask, labels.values_of(self.names))


@dataclass(frozen=True, eq=False)
class Synthesize:
    """Draw `count` images for masks (cycling through them).

    Attributes:
        masks: label values (y, x); brought to the model's size, aspect kept.
        size: long side of the result; None for the model's own.
        steps: of the sampler; None for the card's.
        guidance: how strongly mask and class are followed; None for the card's.
        preview: draw with the distilled network, in at most four calls.
        between: another seed, and how far to go towards it, 0..1.
        first: index of the first image, so that a run can be continued.
        mask_names: what provenance calls each mask.
        mask_parents: the samples or files that each mask was made from; the names where not given.
        accept_licence: the user says that the model's licence allows the wanted use.
        frame: field of view: "seed", "whole", or the number of a frame in the model's bank, from 0.
    """

    model: str
    masks: tuple[Gray, ...]
    class_name: str | None = None
    count: int = 1
    seed: int = 0
    size: int | None = None
    steps: int | None = None
    compute: Compute = field(default_factory=Compute)
    first: int = 0
    mask_names: tuple[str, ...] = ()
    mask_parents: tuple[tuple[str, ...], ...] = ()
    guidance: float | None = None
    preview: bool = False
    between: tuple[int, float] | None = None
    accept_licence: bool = False
    frame: str = BY_SEED
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-synthesize", {"count": self.count, "model": model_name(self.model)})

    def run(self, ctx: JobContext) -> tuple[SyntheticImage, ...]:
        """The images; the one being drawn is published as it emerges."""
        ctx.checkpoint(0, self.count, "loading the model")
        card = find_model(self.model, task="synthesis")
        check_request(card, self.class_name, self.count, self.size, self.steps)
        check_licence(card, self.accept_licence)
        check_frame(card, self.frame)
        if not self.masks:
            raise UsageError("no-mask")
        if not self.preview:
            for mask in self.masks:
                need_possible(card, mask, self.class_name)
        synthesizer = load_synthesizer(card, self.compute)
        return tuple(self.draw(synthesizer, self.first + number, number, ctx) for number in range(self.count))

    def draw(self, synthesizer: Synthesizer, index: int, done: int, ctx: JobContext) -> SyntheticImage:
        """Image `index`; it depends on seed, index, mask and class alone."""
        which = index % len(self.masks)
        mask = synthesizer.native_mask(self.masks[which])
        name = self.class_name or fitting_class(synthesizer.card, mask, self.seed, index)

        def on_step(step: int, steps: int, image: Gray) -> None:
            ctx.publish(image)
            ctx.checkpoint(done + step / steps, self.count, f"image {done + 1} of {self.count}")

        if self.preview:
            image = synthesizer.preview(mask, class_name=name, seed=self.seed, index=index,
                                        between=self.between, frame=self.frame, on_step=on_step)
        else:
            image = synthesizer.synthesize(mask, class_name=name, seed=self.seed, index=index,
                                           steps=self.steps, guidance=self.guidance, between=self.between,
                                           frame=self.frame, on_step=on_step)
        upscaler: dict[str, str] = {}
        if self.size:
            image, upscaler = _enlarged(image, self.size, synthesizer, self.compute)
            image, mask = _resized(image, self.masks[which], self.size)
        parameters = self._parameters(synthesizer, index, image, mask, name) | upscaler
        provenance = Provenance(synthetic=True, producer=synthesizer.card.id,
                                model_sha256=synthesizer.card.weights_sha256, seed=self.seed, parameters=parameters,
                                parents=self._parents(which))
        return SyntheticImage(image, mask, provenance, index, name, dict(synthesizer.card.labels))

    def _parents(self, which: int) -> tuple[str, ...]:
        if self.mask_parents:
            return self.mask_parents[which]
        return self.mask_names[which:which + 1]

    def _parameters(self, synthesizer: Synthesizer, index: int, image: Gray, mask: Gray,
                    name: str | None) -> dict[str, Any]:
        """All that decides an image but model and seed."""
        digest = hashlib.sha256(mask.tobytes() + str(mask.shape).encode()).hexdigest()
        how: dict[str, Any] = {"steps": self.steps or synthesizer.steps,
                               "guidance": synthesizer.guidance if self.guidance is None else self.guidance}
        if self.preview:
            how = {"steps": synthesizer.preview_steps, "preview": True}
        if self.between:
            how |= {"between_seed": self.between[0], "between_share": self.between[1]}
        if self.frame != BY_SEED:
            how["frame"] = self.frame
        return {"index": index, "class": name or "", **how, "size": max(image.shape),
                "mask_sha256": digest, "mask": self.mask_names[index % len(self.masks)] if self.mask_names else "",
                **({"licence_accepted": synthesizer.card.licence} if self.accept_licence else {}),
                **synthesizer.runtime.record()}


def check_request(card: ModelCard, class_name: str | None, count: int, size: int | None, steps: int | None) -> None:
    """Refuse what makes no sense before any work is done.

    Raises:
        UsageError: a number is out of its range, or the model knows no such class.
    """
    for name, value, low, high in (("count", count, 1, 1_000_000), ("size", size, 32, 2048), ("steps", steps, 1, 500)):
        if value is not None and not low <= value <= high:
            raise UsageError("number-out-of-range", name=name, value=value, low=low, high=high)
    if class_name is not None and class_name not in card.classes:
        raise UsageError("class-unknown", model=card.id, name=class_name, known=", ".join(card.classes))


def _enlarged(image: Gray, size: int, synthesizer: Synthesizer, compute: Compute) -> tuple[Gray, dict[str, str]]:
    """The image through the super-resolution model that the generator's card names, if more pixels are asked for."""
    name = str(synthesizer.card.input.get("upscaler", ""))
    if size <= max(image.shape) or not name:
        return image, {}
    card = find_model(name, task="super-resolution")
    return load_upscaler(card, compute, 2).upscale(image), {"upscaler": card.id, "upscaler_sha256": card.weights_sha256}


def _resized(image: Gray, mask: Gray, size: int) -> tuple[Gray, Gray]:
    """Both with `size` as long side and the aspect of the mask, whose own pixels are used."""
    import cv2

    scale = size / max(mask.shape)
    shape = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
    how = cv2.INTER_CUBIC if size > max(image.shape) else cv2.INTER_AREA
    return (cv2.resize(image, shape, interpolation=how).astype(np.uint8),
            cv2.resize(mask, shape, interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8))


def load_synthesizer(card: ModelCard, compute: Compute) -> Synthesizer:
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.loaded import loaded
    from medsynth_gui.engine.synthesizer import Synthesizer

    return loaded(Synthesizer, card, resolve(compute.device, compute.precision, compute.threads))
