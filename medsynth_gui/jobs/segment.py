"""Segmentation: of frames on the canvas, and of files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import write_label_png
from medsynth_gui.jobs.batch import BatchReport, each
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.likeness import likeness_judge
from medsynth_gui.jobs.sources import open_sources

if TYPE_CHECKING:
    from medsynth_gui.engine.segmenter import Segmenter


@dataclass(frozen=True)
class SegmentSeries:
    """Propose labels for frames of an opened series."""

    series: ImageSeries
    frames: tuple[int, ...]
    model: str
    compute: Compute = field(default_factory=Compute)
    document_revision: int = 0
    thorough: bool = False
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-segment", {"title": self.series.title, "count": len(self.frames)})

    def run(self, ctx: JobContext) -> ResultLayer:
        """Label values of each frame, in source size, where the model was undecided, and which it is not made for."""
        from medsynth_gui.engine.segmenter import uncertainty

        ctx.checkpoint(0, len(self.frames), "loading the model")
        card = find_model(self.model, task="segmentation")
        segmenter = load_segmenter(card, self.compute, thorough=self.thorough)
        judge = likeness_judge(card, self.compute)
        masks, confidence, undecided, unlike = {}, {}, {}, []
        for number, frame in enumerate(self.frames):
            ctx.checkpoint(number, len(self.frames))
            gray = self.series.gray(frame)
            probability, presence = segmenter.probability(gray, aspect=self.series.aspect)
            found = segmenter.decide(probability, presence)
            masks[frame], undecided[frame] = found.labels, uncertainty(probability)
            if judge and judge.unlike(gray):
                unlike.append(frame)
            else:
                confidence[frame] = found.confidence
        return ResultLayer(masks, confidence, mask_provenance(card, segmenter, self.series), card.title,
                           self.document_revision, uncertainty=undecided, unlike=tuple(unlike), names=card.labels)


@dataclass(frozen=True)
class SegmentFiles:
    """Write label images of files: out/<stem>.png, a cine as out/<stem>/<frame>.png."""

    paths: tuple[Path, ...]
    model: str
    out: Path
    compute: Compute = field(default_factory=Compute)
    thorough: bool = False
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-segment-files", {"model": model_name(self.model)})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per source file; files that cannot be read are named and left out."""
        card = find_model(self.model, task="segmentation")
        sources = open_sources(self.paths, ctx, out=self.out)
        segmenter = load_segmenter(card, self.compute, thorough=self.thorough)
        labels, judge = label_set_of(card), likeness_judge(card, self.compute)
        started, seen = time.monotonic(), 0

        def work(entry: tuple[ImageSeries, Path]) -> Iterator[dict[str, Any]]:
            nonlocal seen
            series, stem = entry
            many = series.frame_count > 1
            files, confidences, unlike = [], [], []
            for frame in range(series.frame_count):
                ctx.checkpoint(seen, sources.frame_count, series.title)
                path = self.out / stem / f"{frame:04d}.png" if many else self.out / stem.parent / f"{stem.name}.png"
                sources.keep(path)
                gray = series.gray(frame)
                found = segmenter.segment(gray, aspect=series.aspect)
                write_label_png(path, found.labels, labels)
                files.append(path)
                unlike.append(judge.unlike(gray) if judge else None)
                confidences.append(None if unlike[-1] else round(found.confidence, 4))
                seen += 1
            strange = sum(map(bool, unlike))
            told = {"note": Message("image-unlike", {"model": card.id, "count": strange, "all": len(unlike)})}
            yield {"path": series.path, "frames": series.frame_count, "files": files, "confidence": confidences,
                   "unlike_training_data": unlike, **(told if strange else {})}

        done, failed = each(iter(sources), work, lambda entry: entry[0].path)
        return BatchReport(done, (*sources.failures, *failed), {
            "model": card.id, "model_sha256": card.weights_sha256, **segmenter.ran(),
            "labels": {str(value): name for value, name in card.labels.items()},
            "seconds": round(time.monotonic() - started, 3)})


def label_set_of(card: ModelCard) -> LabelSet:
    """The labels a model gives, in palette colours."""
    named = LabelSet.named(*card.labels.values())
    return LabelSet(tuple(Label(value, label.name, label.color)
                          for value, label in zip(card.labels, named, strict=True)))


def mask_provenance(card: ModelCard, segmenter: Segmenter, series: ImageSeries) -> Provenance:
    """How a proposal was made. The mask is a model's; the pixels below it are as they were."""
    return Provenance(synthetic=False, producer=card.id, model_sha256=card.weights_sha256,
                      parameters=segmenter.ran(), parents=(series.file_name,))


def load_segmenter(card: ModelCard, compute: Compute, *, thorough: bool = False) -> Segmenter:
    """The card's network on the hardware that the request asks for; loaded once."""
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.loaded import loaded
    from medsynth_gui.engine.segmenter import Segmenter

    runtime = resolve(compute.device, compute.precision, compute.threads)
    return loaded(Segmenter, card, runtime, thorough=thorough)
