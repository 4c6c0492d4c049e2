"""Propagation: labels of key frames carried through a cine, on the canvas and in files."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message, UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import read_labels, write_label_png
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.sources import open_cine

PRODUCER = "optical-flow"
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PropagateSeries:
    """Propose labels for `frames` from those of the key frames.

    Attributes:
        keys: labels (y, x) by frame.
        frames: what to fill; keys stay as they are.
    """

    series: ImageSeries
    keys: Mapping[int, Labels]
    frames: tuple[int, ...]
    document_revision: int = 0
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-propagate", {"title": self.series.title, "count": len(self.frames)})

    def run(self, ctx: JobContext) -> ResultLayer:
        """Label values of each frame, with a confidence that falls where the image no longer matches."""
        from medsynth_gui.engine.propagation import propagate

        found = propagate(self.series.gray, self.keys, self.frames, on_frame=ctx.checkpoint)
        masks = {frame: one.labels for frame, one in found.items()}
        return ResultLayer(masks, {frame: one.confidence for frame, one in found.items()},
                           Provenance(synthetic=False, producer=PRODUCER, parents=(self.series.file_name,),
                                      parameters={"keys": sorted(self.keys)}),
                           "Propagation", self.document_revision, keys=tuple(sorted(self.keys)),
                           drifted=tuple(frame for frame, one in found.items() if one.drifted),
                           consistency=_consistency({**masks, **self.keys}))


def _consistency(masks: Mapping[int, Labels]) -> dict[int, float]:
    """Dice of the labelled pixels of each frame with those of the frame before it."""
    found = {}
    for frame, mask in masks.items():
        if (before := masks.get(frame - 1)) is not None:
            total = np.count_nonzero(mask) + np.count_nonzero(before)
            both = np.count_nonzero((mask == before) & (mask > 0))
            found[frame] = 2 * both / total if total else 1.0
    return found


@dataclass(frozen=True)
class PropagateFile:
    """Carry the mask of frame `frame` through a whole cine: out/<frame>.png, the key frame included."""

    cine: Path
    mask: Path
    frame: int
    out: Path
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-propagate", {"title": self.cine.name, "count": 0})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """The record of what was written: files, and confidence and drift of each frame."""
        from medsynth_gui.engine.propagation import DRIFT_BELOW, propagate

        series = open_cine(self.cine)
        if not 0 <= self.frame < series.frame_count:
            raise UsageError("frame-missing", frame=self.frame, count=series.frame_count, title=series.title)
        labels = read_labels(self.mask)
        if labels.shape != (series.rows, series.columns):
            raise InputError("mask-size", sample=self.mask.name, mask=f"{labels.shape[1]} x {labels.shape[0]}",
                             image=f"{series.columns} x {series.rows}")
        if not labels.any():
            raise InputError("mask-nothing-to-carry", path=self.mask)
        started = time.monotonic()
        found = propagate(series.gray, {self.frame: labels}, range(series.frame_count), on_frame=ctx.checkpoint)
        rows = []
        for frame in range(series.frame_count):
            path = self.out / f"{frame:04d}.png"
            write_label_png(path, labels if frame == self.frame else found[frame].labels)
            confidence = 1.0 if frame == self.frame else found[frame].confidence
            rows.append({"frame": frame, "file": path, "confidence": confidence, "drifted": confidence < DRIFT_BELOW})
        return {"path": self.cine, "frames": rows, "drifted": [row["frame"] for row in rows if row["drifted"]],
                "seconds": round(time.monotonic() - started, 3)}
