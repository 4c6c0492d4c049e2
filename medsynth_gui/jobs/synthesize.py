"""Synthesis: images for masks, for the canvas and as a folder that is a training set."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError, need_folder
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.atomic import write_text
from medsynth_gui.io.raster_files import provenance_text, read_labels, write_gray_png, write_label_png
from medsynth_gui.jobs.batch import BatchReport
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.gates import FaithfulGate, GateResult
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.segment import label_set_of

if TYPE_CHECKING:
    from medsynth_gui.engine.synthesizer import Synthesizer

Gray = npt.NDArray[np.uint8]
GATES = ("off", "record", "reject")
IMAGE_SUFFIXES = frozenset({".png", ".bmp", ".tif", ".tiff", ".pgm"})


@dataclass(frozen=True)
class SyntheticImage:
    """One generated image with the mask as conditioned; both (y, x) uint8 of one size."""

    image: Gray
    mask: Gray
    provenance: Provenance
    index: int
    class_name: str | None


@dataclass(frozen=True, eq=False)
class Synthesize:
    """Draw `count` images for masks (cycling through them).

    Attributes:
        masks: label values (y, x); brought to the model's size, aspect kept.
        size: long side of the result; None for the model's own.
        steps: of the sampler; None for the card's.
        first: index of the first image, so that a run can be continued.
        mask_names: what provenance calls each mask.
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
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-synthesize", {"count": self.count, "model": self.model})

    def run(self, ctx: JobContext) -> tuple[SyntheticImage, ...]:
        """The images; the one being drawn is published as it emerges."""
        ctx.checkpoint(0, self.count, "loading the model")
        card = find_model(self.model, task="synthesis")
        check_request(card, self.class_name, self.count, self.size, self.steps)
        if not self.masks:
            raise UsageError("no-mask")
        synthesizer = _synthesizer(card, self.compute)
        return tuple(self.draw(synthesizer, self.first + number, number, ctx) for number in range(self.count))

    def draw(self, synthesizer: Synthesizer, index: int, done: int, ctx: JobContext) -> SyntheticImage:
        """Image `index`; it depends on seed, index, mask and class alone."""
        which = index % len(self.masks)
        mask = synthesizer.native_mask(self.masks[which])

        def on_step(step: int, steps: int, image: Gray) -> None:
            ctx.publish(image)
            ctx.checkpoint(done + step / steps, self.count, f"image {done + 1} of {self.count}")

        image = synthesizer.synthesize(mask, class_name=self.class_name, seed=self.seed, index=index,
                                       steps=self.steps, on_step=on_step)
        if self.size:
            image, mask = _resized(image, mask, self.size, self.masks[which].shape)
        digest = hashlib.sha256(mask.tobytes() + str(mask.shape).encode()).hexdigest()
        parameters = {"index": index, "class": self.class_name or "", "steps": self.steps or synthesizer.steps,
                      "guidance": synthesizer.guidance, "size": max(image.shape), "mask_sha256": digest,
                      "mask": self.mask_names[which] if self.mask_names else "", **synthesizer.runtime.record()}
        provenance = Provenance(synthetic=True, producer=synthesizer.card.id,
                                model_sha256=synthesizer.card.weights_sha256, seed=self.seed, parameters=parameters,
                                parents=tuple(name for name in (parameters["mask"],) if name))
        return SyntheticImage(image, mask, provenance, index, self.class_name)


@dataclass(frozen=True)
class SynthesizeFiles:
    """Write images/, masks/, index.csv and manifest.jsonl; the folder is a training set.

    Attributes:
        masks: folder of label images, used in name order, cycling; None takes masks from the simulator.
        gates: "record" writes what each gate says into the manifest, "reject" puts failures into rejected/.
    """

    model: str
    masks: Path | None
    class_name: str | None
    count: int
    seed: int
    out: Path
    size: int | None = None
    steps: int | None = None
    gates: str = "off"
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-synthesize", {"count": self.count, "model": self.model})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per image, as in manifest.jsonl."""
        ctx.checkpoint(0, self.count, "loading the model")
        card = find_model(self.model, task="synthesis")
        check_request(card, self.class_name, self.count, self.size, self.steps)
        if self.gates not in GATES:
            raise UsageError("gates-unknown", gates=self.gates, known=", ".join(GATES))
        masks, names, failed = self.masks_for(card)
        synthesizer = _synthesizer(card, self.compute)
        request = Synthesize(self.model, masks, self.class_name, self.count, self.seed, self.size, self.steps,
                             self.compute, mask_names=names)
        gate = FaithfulGate(card, self.compute) if self.gates != "off" else None
        started = time.monotonic()
        records: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        for index in range(self.count):
            made = request.draw(synthesizer, index, index, ctx)
            verdicts = [gate.judge(made.image, made.mask)] if gate else []
            out = self.gates == "reject" and not all(verdict.passed for verdict in verdicts)
            (rejected if out else records).append(self._write(made, card, verdicts, "rejected/" if out else ""))
        _write_index(self.out, records)
        if rejected:
            _write_manifest(self.out / "rejected", rejected)
        return BatchReport(tuple(records), failed, {
            "model": card.id, "model_sha256": card.weights_sha256, "seed": self.seed, "out": str(self.out),
            "gates": self.gates, "accepted": len(records), "rejected": rejected, **synthesizer.runtime.record(),
            "seconds": round(time.monotonic() - started, 3)})

    def _write(self, made: SyntheticImage, card: ModelCard, verdicts: Sequence[GateResult],
               below: str) -> dict[str, Any]:
        """Both files of an image; its line of the manifest."""
        name = f"synthetic-{self.seed}-{made.index:05d}"
        image, mask = f"{below}images/{name}.png", f"{below}masks/{name}.png"
        write_gray_png(self.out / image, made.image, provenance_text(made.provenance))
        write_label_png(self.out / mask, made.mask, label_set_of(card))
        record = {"id": name, "image": image, "mask": mask, "class": self.class_name or "", "synthetic": True,
                  "sha256": hashlib.sha256(made.image.tobytes()).hexdigest(),
                  "provenance": made.provenance.record()}
        return record | ({"gates": [verdict.record() for verdict in verdicts]} if verdicts else {})

    def masks_for(self, card: ModelCard) -> tuple[tuple[Gray, ...], tuple[str, ...], tuple[OpenFailure, ...]]:
        """Masks in name order; those that cannot be read, or name labels the model has not, are left out."""
        if self.masks is None:
            return (*_simulated_masks(card, self.count, self.seed), ())
        need_folder(self.masks)
        masks, names, failed = [], [], []
        for path in sorted(path for path in self.masks.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES):
            try:
                mask = read_labels(path)
                if card.labels and int(mask.max()) > max(card.labels):
                    raise InputError("mask-label-unknown", path=path, value=int(mask.max()), model=card.id)
                masks.append(mask)
                names.append(path.name)
            except MedSynthError as error:
                failed.append(OpenFailure(str(path), error.message))
        if not masks:
            raise InputError("no-masks-found", path=self.masks)
        return tuple(masks), tuple(names), tuple(failed)


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


def _simulated_masks(card: ModelCard, count: int, seed: int) -> tuple[tuple[Gray, ...], tuple[str, ...]]:
    """Masks of the phantom that the card names: so many that none repeats soon."""
    from medsynth_gui.engine.simulator import simulate

    phantom = card.input.get("phantom")
    if not phantom:
        raise UsageError("no-mask")
    masks: list[Gray] = []
    names: list[str] = []
    number = 0
    while len(masks) < min(count, 64):
        case = simulate(str(phantom), seed=seed * 1000 + number, size=128, severity=0)
        number += 1
        if case.masks.any():
            masks.append(case.masks[0])
            names.append(f"simulator-{seed * 1000 + number - 1}")
    return tuple(masks), tuple(names)


def _resized(image: Gray, mask: Gray, size: int, like: tuple[int, ...]) -> tuple[Gray, Gray]:
    """Both with `size` as long side, and the aspect of a mask of shape `like`."""
    import cv2

    scale = size / max(like)
    shape = (max(1, round(like[1] * scale)), max(1, round(like[0] * scale)))
    how = cv2.INTER_CUBIC if size > max(image.shape) else cv2.INTER_AREA
    return (cv2.resize(image, shape, interpolation=how).astype(np.uint8),
            cv2.resize(mask, shape, interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8))


def _write_index(out: Path, records: Sequence[dict[str, Any]]) -> None:
    """index.csv makes the folder a training set; every image is a group of its own."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["id", "group", "class", "synthetic"])
    writer.writerows([record["id"], record["id"], record["class"], 1] for record in records)
    write_text(out / "index.csv", table.getvalue())
    _write_manifest(out, records)


def _write_manifest(out: Path, records: Sequence[dict[str, Any]]) -> None:
    write_text(out / "manifest.jsonl", "".join(json.dumps(record, default=str) + "\n" for record in records))


def _synthesizer(card: ModelCard, compute: Compute) -> Synthesizer:
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.loaded import loaded
    from medsynth_gui.engine.synthesizer import Synthesizer

    return loaded(Synthesizer, card, resolve(compute.device, compute.precision, compute.threads))
