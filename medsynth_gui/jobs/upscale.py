"""Super-resolution: of a frame on the canvas, and of files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries, UltrasoundRegion
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import provenance_text, write_gray_png
from medsynth_gui.jobs.batch import BatchReport, each
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.sources import open_sources

if TYPE_CHECKING:
    from medsynth_gui.engine.upscaler import Upscaler


@dataclass(frozen=True)
class UpscaleFrame:
    """Enlarge one frame of an opened series."""

    series: ImageSeries
    frame: int
    model: str
    factor: int = 2
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-upscale", {"title": self.series.title, "factor": self.factor})

    def run(self, ctx: JobContext) -> ImageSeries:
        """The enlarged frame as a series of its own: gray, smaller pixels, provenance of the model."""
        ctx.checkpoint(0, 1, "loading the model")
        card = find_model(self.model, task="super-resolution")
        upscaler = load_upscaler(card, self.compute, self.factor)
        return upscaled(self.series, (self.frame,), upscaler, ctx)


@dataclass(frozen=True)
class UpscaleFiles:
    """Enlarge files: out/<stem>.png, a cine as out/<stem>/<frame>.png; DICOM stays DICOM."""

    paths: tuple[Path, ...]
    model: str
    factor: int
    out: Path
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-upscale-files", {"model": model_name(self.model), "factor": self.factor})

    def run(self, ctx: JobContext) -> BatchReport:
        """One record per source file; files that cannot be read are named and left out."""
        card = find_model(self.model, task="super-resolution")
        upscaler = load_upscaler(card, self.compute, self.factor)
        sources = open_sources(self.paths, ctx, out=self.out)
        started = time.monotonic()

        def work(entry: tuple[ImageSeries, Path]) -> Iterator[dict[str, Any]]:
            series, stem = entry
            files = self._files(series, stem)
            for path in files:
                sources.keep(path)
            large = upscaled(series, tuple(range(series.frame_count)), upscaler, ctx)
            _write(files, large, dicom=is_dicom(series))
            spacing = [large.spacing.y_mm, large.spacing.x_mm] if large.spacing else None
            yield {"path": series.path, "frames": series.frame_count, "files": files, "rows": large.rows,
                   "columns": large.columns, "spacing_mm": spacing}

        done, failed = each(iter(sources), work, lambda entry: entry[0].path)
        return BatchReport(done, (*sources.failures, *failed), {
            "model": card.id, "model_sha256": card.weights_sha256, "factor": self.factor,
            **upscaler.runtime.record(), "seconds": round(time.monotonic() - started, 3)})

    def _files(self, source: ImageSeries, stem: Path) -> list[Path]:
        if is_dicom(source):
            return [self.out / stem.parent / f"{stem.name}.dcm"]
        if source.frame_count == 1:
            return [self.out / stem.parent / f"{stem.name}.png"]
        return [self.out / stem / f"{frame:04d}.png" for frame in range(source.frame_count)]


def _write(files: Sequence[Path], large: ImageSeries, *, dicom: bool) -> None:
    """All frames in one DICOM file, or each in a PNG of its own."""
    if dicom:
        from medsynth_gui.io.dicom.writer import write_series

        write_series(files[0], large, shows_source=True)
        return
    text = provenance_text(large.provenance)
    for frame, path in enumerate(files):
        write_gray_png(path, np.asarray(large.frame(frame)), text)


def is_dicom(series: ImageSeries) -> bool:
    """Whether a series came from DICOM: its facts name a transfer syntax."""
    return any(name == "transfer syntax" for name, _ in series.details)


def upscaled(series: ImageSeries, frames: tuple[int, ...], upscaler: Upscaler, ctx: JobContext) -> ImageSeries:
    """Enlarged frames as a gray series in memory."""
    factor = upscaler.factor
    images = []
    for number, frame in enumerate(frames):
        def on_tile(done: int, total: int, number: int = number) -> None:
            ctx.checkpoint(number + done / total, len(frames), series.title)

        images.append(upscaler.upscale(series.gray(frame), on_tile=on_tile))
    spacing = _finer(series.spacing, factor)
    # Its pixels are partly a model's: whatever was real before is no longer only that.
    provenance = Provenance(synthetic=True, producer=upscaler.card.id, model_sha256=upscaler.card.weights_sha256,
                            parameters={"factor": factor, "frames": list(frames), **upscaler.runtime.record(),
                                        **series.provenance.verdict},
                            parents=(series.file_name,))
    large = ImageSeries.from_array(np.stack(images), title=f"{series.title} x{factor}", spacing=spacing,
                                   modality=series.modality, provenance=provenance,
                                   frame_rate_hz=series.frame_rate_hz)
    regions = tuple(_enlarged(region, factor) for region in series.regions if region.spacing)
    return replace(large, regions=regions, details=(("enlarged", f"{factor} times by {upscaler.card.id}"),))


def _finer(spacing: PixelSpacing | None, factor: int) -> PixelSpacing | None:
    return spacing and PixelSpacing(spacing.y_mm / factor, spacing.x_mm / factor, spacing.source)


def _enlarged(region: UltrasoundRegion, factor: int) -> UltrasoundRegion:
    return replace(region, y0=region.y0 * factor, x0=region.x0 * factor, y1=region.y1 * factor,
                   x1=region.x1 * factor, spacing=_finer(region.spacing, factor))


def load_upscaler(card: ModelCard, compute: Compute, factor: int) -> Upscaler:
    """The model, loaded once for all who ask."""
    from medsynth_gui.engine.device import resolve
    from medsynth_gui.engine.loaded import loaded
    from medsynth_gui.engine.upscaler import Upscaler

    runtime = resolve(compute.device, compute.precision, compute.threads)
    return loaded(Upscaler, card, runtime, factor=factor)
