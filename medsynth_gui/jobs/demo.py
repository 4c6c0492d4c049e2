"""Demo: the main job end to end on the bundled sample, each station by the job that everybody uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message, ProjectError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.raster import capsule
from medsynth_gui.dataset.project import Project
from medsynth_gui.io.raster_files import provenance_text, write_gray_png, write_label_png
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.export import ExportProject
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.open_study import OpenPaths
from medsynth_gui.jobs.sample_case import sample_masks, sample_path
from medsynth_gui.jobs.segment import SegmentSeries
from medsynth_gui.jobs.synthesize import Synthesize, SyntheticImage
from medsynth_gui.jobs.upscale import UpscaleFrame

Labels = npt.NDArray[np.uint8]
SEED = 7
MODELS = {"segment": "seg-breast-us", "synthesize": "syn-breast-us", "upscale": "sr-us"}


class _Stations:
    """Runs stations in turn, shares one progress among them and remembers how long each took."""

    def __init__(self, ctx: JobContext, count: int) -> None:
        self._ctx, self._count, self._done = ctx, count, 0
        self.steps: list[dict[str, Any]] = []

    def run(self, name: str, work: Callable[[JobContext], tuple[Any, Mapping[str, Any]]]) -> Any:
        """Run one station; `work` returns its value and what the report says of it."""
        def report(progress: Any) -> None:
            share = progress.done / progress.total if progress.total else 0.0
            self._ctx.checkpoint(self._done + min(1.0, share), self._count, f"{name} {progress.message}".strip())

        started = time.monotonic()
        value, facts = work(JobContext(report=report))
        self._done += 1
        self.steps.append({"step": name, "seconds": round(time.monotonic() - started, 3), **facts})
        return value


@dataclass(frozen=True)
class Demo:
    """Open, segment, correct, synthesise, upscale and export the sample case into a folder.

    Attributes:
        out: replaced files of an earlier demo there; any other content is refused.
    """

    out: Path
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-demo")

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """What was made, and the seconds of each station."""
        started = time.monotonic()
        self._prepare()
        stations = _Stations(ctx, 7)
        series: ImageSeries = stations.run("open", self._open)
        layer: ResultLayer = stations.run("segment", lambda c: self._segment(series, c))
        masks: dict[int, Labels] = stations.run("correct", lambda c: self._correct(series, layer))
        made = stations.run("synthesize", lambda c: self._synthesize(masks[0], c))
        stations.run("upscale", lambda c: self._upscale(series, c))
        stations.run("project", lambda c: self._project(series, masks, layer, made))
        stations.run("export", self._export)
        return {"out": str(self.out), "seconds": round(time.monotonic() - started, 3), "steps": stations.steps}

    def _prepare(self) -> None:
        """Take away what an earlier demo wrote, and nothing else."""
        import shutil

        if not self.out.is_dir():
            return
        ours = {"sample.dcm", "masks", "synthetic", "upscaled.png", "project", "export-images-masks", "export-coco"}
        others = sorted(path.name for path in self.out.iterdir() if path.name not in ours)
        if others:
            raise ProjectError("folder-in-use", path=self.out, names=", ".join(others[:3]))
        for path in list(self.out.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _open(self, ctx: JobContext) -> tuple[ImageSeries, dict[str, Any]]:
        opened = OpenPaths((sample_path(),)).run(ctx)
        series = next(iter(opened.series), None)
        if series is None:
            raise InputError("file-missing", path=sample_path())
        spacing = [series.spacing.y_mm, series.spacing.x_mm] if series.spacing else None
        return series, {"file": sample_path().name, "modality": series.modality, "frames": series.frame_count,
                        "rows": series.rows, "columns": series.columns, "spacing_mm": spacing}

    def _segment(self, series: ImageSeries, ctx: JobContext) -> tuple[ResultLayer, dict[str, Any]]:
        frames = tuple(range(series.frame_count))
        layer = SegmentSeries(series, frames, MODELS["segment"], self.compute).run(ctx)
        truth = sample_masks()
        dice = [_dice(layer.masks[frame], truth[frame]) for frame in frames]
        return layer, {"model": layer.provenance.producer, "model_sha256": layer.provenance.model_sha256,
                       "dice_mean": round(float(np.mean(dice)), 4), "dice_lowest": round(min(dice), 4),
                       "share_of_frames_at_least_0.80": round(float(np.mean(np.array(dice) >= 0.8)), 4),
                       **layer.provenance.parameters}

    def _correct(self, series: ImageSeries, layer: ResultLayer) -> tuple[dict[int, Labels], dict[str, Any]]:
        """Accept the proposal, then a stroke of the eraser, undone, and a stroke of the brush, kept."""
        document = MaskDocument(series.frame_count, series.rows, series.columns)
        with document.step("Accept proposal"):
            for frame, mask in layer.masks.items():
                document.paint(Region(frame, 0, 0, *mask.shape), mask > 0, 1)
        y, x = (float(np.mean(axis)) for axis in np.nonzero(document.labels(0))) if document.labels(0).any() else (
            series.rows / 2, series.columns / 2)
        for name, value in (("Eraser", 0), ("Brush", 1)):
            with document.step(name):
                stamp = capsule(0, (y, x), (y, x + 6), 5.0, rows=series.rows, columns=series.columns)
                document.paint(stamp.region, stamp.mask, value)
            if name == "Eraser":
                document.undo()
        masks = {frame: document.labels(frame).copy() for frame in range(series.frame_count)}
        for frame, labels in masks.items():
            write_label_png(self.out / "masks" / f"{frame:04d}.png", labels, LabelSet.named("lesion"))
        return masks, {"strokes": 2, "undone": 1, "masks": len(masks),
                       "labelled_pixels": int(sum((labels > 0).sum() for labels in masks.values()))}

    def _synthesize(self, mask: Labels, ctx: JobContext) -> tuple[tuple[SyntheticImage, ...], dict[str, Any]]:
        made = Synthesize(MODELS["synthesize"], (mask,), "benign", 2, SEED, compute=self.compute,
                          mask_names=("sample frame 0",)).run(ctx)
        files = []
        for one in made:
            path = self.out / "synthetic" / f"synthetic-{SEED}-{one.index:04d}.png"
            write_gray_png(path, one.image, provenance_text(one.provenance))
            files.append(str(path.relative_to(self.out)))
        return made, {"model": MODELS["synthesize"], "seed": SEED, "images": len(made), "files": files}

    def _upscale(self, series: ImageSeries, ctx: JobContext) -> tuple[ImageSeries, dict[str, Any]]:
        large = UpscaleFrame(series, 0, MODELS["upscale"], 2, self.compute).run(ctx)
        write_gray_png(self.out / "upscaled.png", np.asarray(large.frame(0)), provenance_text(large.provenance))
        return large, {"model": MODELS["upscale"], "rows": large.rows, "columns": large.columns,
                       "file": "upscaled.png"}

    def _project(self, series: ImageSeries, masks: Mapping[int, Labels], layer: ResultLayer,
                 made: tuple[SyntheticImage, ...]) -> tuple[None, dict[str, Any]]:
        with Project.create(self.out / "project", name="demo", labels=LabelSet.named("lesion")) as project:
            for frame in range(0, series.frame_count, 4):
                project.add_frame(series, frame, group="sample", mask=masks[frame], mask_provenance=layer.provenance)
            for one in made:
                project.add_image(one.image, one.provenance, title=f"synthetic-{SEED}-{one.index:04d}",
                                  class_name=one.class_name or "", mask=one.mask,
                                  mask_provenance=Provenance(synthetic=False, producer="hand"))
            samples = project.split()
        return None, {"samples": len(samples), "synthetic": sum(sample.synthetic for sample in samples)}

    def _export(self, ctx: JobContext) -> tuple[None, dict[str, Any]]:
        reports = [ExportProject(self.out / "project", name, self.out / f"export-{name}").run(ctx).record()
                   for name in ("images-masks", "coco")]
        return None, {"exports": [{key: report[key] for key in ("format", "images", "masks", "synthetic", "verified")}
                                  for report in reports]}


def _dice(predicted: Labels, truth: Labels) -> float:
    total = int((predicted > 0).sum() + (truth > 0).sum())
    return 2 * int(((predicted > 0) & (truth > 0)).sum()) / total if total else 1.0
