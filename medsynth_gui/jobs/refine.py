"""Refinement: the structure that clicks, scribbles, a box or a mask mean, on the canvas and in files."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message, ModelError, UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.prompts import Box, Prompts
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import read_labels, write_label_png
from medsynth_gui.io.readers import open_path
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.job import JobContext, Lane

if TYPE_CHECKING:
    from medsynth_gui.engine.refiner import Refiner

DEFAULT_MODEL = "refine-us"
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """What the prompts mean: a mask (y, x) in source size, how sure (0..1), and what made it."""

    mask: Mask
    confidence: float
    provenance: Provenance


@dataclass(frozen=True)
class RefineFrame:
    """Answer what a hand has told so far of one frame."""

    series: ImageSeries
    frame: int
    prompts: Prompts
    model: str = DEFAULT_MODEL
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-refine", {"title": self.series.title})

    def run(self, ctx: JobContext) -> Answer:
        """The structure that is meant.

        Raises:
            ModelError: the interactive model is not there.
        """
        try:
            refiner = load_refiner(self.model, self.compute)
        except ModelError as error:
            if error.message.id != "model-missing":
                raise
            raise ModelError("refine-model-missing", model=self.model) from error
        found = refiner.refine(self.series.gray(self.frame), self.prompts, aspect=self.series.aspect)
        return Answer(found.mask, found.confidence, Provenance(
            synthetic=False, producer=refiner.card.id, model_sha256=refiner.card.weights_sha256,
            parameters=refiner.ran(), parents=(self.series.file_name,)))


@dataclass(frozen=True)
class RefineFile:
    """Answer prompts that lie in files; writes a label image of 0 and 1.

    Attributes:
        positive, negative, mask: label images of the image's size; what is not 0 counts.
        frame: of a cine, from 0.
    """

    image: Path
    out: Path
    positive: Path | None = None
    negative: Path | None = None
    box: Box | None = None
    mask: Path | None = None
    frame: int = 0
    model: str = DEFAULT_MODEL
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-refine", {"title": self.image.name})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """The record of what was written."""
        series = open_path(self.image)[0].series[0]
        if not 0 <= self.frame < series.frame_count:
            raise UsageError("frame-missing", frame=self.frame, count=series.frame_count, title=series.title)
        prompts = self._prompts(series)
        if not prompts.says_where:
            raise UsageError("prompts-missing")
        refiner = load_refiner(self.model, self.compute)
        started = time.monotonic()
        found = refiner.refine(series.gray(self.frame), prompts, aspect=series.aspect)
        write_label_png(self.out, found.mask.astype(np.uint8))
        return {"path": self.image, "frame": self.frame, "file": self.out, "pixels": int(found.mask.sum()),
                "confidence": round(found.confidence, 4), "model": refiner.card.id,
                "model_sha256": refiner.card.weights_sha256, **refiner.ran(),
                "seconds": round(time.monotonic() - started, 3)}

    def _prompts(self, series: ImageSeries) -> Prompts:
        empty = Prompts.empty(series.rows, series.columns)
        planes = {name: self._plane(path, series) for name, path in
                  (("positive", self.positive), ("negative", self.negative), ("previous", self.mask)) if path}
        return Prompts(planes.get("positive", empty.positive), planes.get("negative", empty.negative),
                       self._box(series), planes.get("previous"))

    def _box(self, series: ImageSeries) -> Box | None:
        if self.box is None:
            return None
        y0, x0, y1, x1 = self.box
        y0, y1 = max(0.0, min(y0, y1)), min(float(series.rows), max(y0, y1))
        x0, x1 = max(0.0, min(x0, x1)), min(float(series.columns), max(x0, x1))
        if y1 - y0 < 1 or x1 - x0 < 1:
            raise UsageError("box-outside", rows=series.rows, columns=series.columns)
        return y0, x0, y1, x1

    @staticmethod
    def _plane(path: Path, series: ImageSeries) -> Mask:
        labels = read_labels(path)
        if labels.shape != (series.rows, series.columns):
            raise InputError("mask-size", sample=path.name, mask=f"{labels.shape[1]} x {labels.shape[0]}",
                             image=f"{series.columns} x {series.rows}")
        return labels > 0


def load_refiner(model: str, compute: Compute) -> Refiner:
    """The interactive network on the hardware that the request asks for; loaded once."""
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.loaded import loaded
    from medsynth_gui.engine.refiner import Refiner

    return loaded(Refiner, find_model(model, task="refinement"),
                  resolve(compute.device, compute.precision, compute.threads))
