"""Operate: whole-mask operations and interpolation over frames, away from the window's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core import mask_operations as masks
from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.label_map import LabelMap
from medsynth_gui.core.mask_operations import MaskChange, mask_change
from medsynth_gui.jobs.job import JobContext, Lane

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.uint8]
Options = Mapping[str, int | float | bool | str]


@dataclass(frozen=True)
class MaskSnapshot:
    """The labels of a series at one moment: `packed` as `LabelMap.pack` gives them."""

    frames: int
    rows: int
    columns: int
    packed: Mapping[int, bytes]

    def labels(self) -> LabelMap:
        """The labels, to be read."""
        made = LabelMap(self.frames, self.rows, self.columns)
        made.unpack(self.packed)
        return made


@dataclass(frozen=True)
class _Case:
    """What an operation may look at besides the mask itself."""

    options: Options
    spacing: PixelSpacing | None
    image: Callable[[], npt.NDArray[np.uint8]]
    second: Callable[[], Mask]

    def number(self, key: str) -> float:
        return float(self.options[key])

    def reach(self) -> tuple[float, float]:
        """The option `size` as (y, x) pixels."""
        size = self.number("size")
        if self.options.get("unit") == "mm" and self.spacing:
            return size / self.spacing.y_mm, size / self.spacing.x_mm
        return size, size

    def area_px(self) -> float:
        size = self.number("size")
        in_mm = self.options.get("unit") == "mm" and self.spacing
        return size / (self.spacing.y_mm * self.spacing.x_mm) if in_mm and self.spacing else size


def _smooth(mask: Mask, case: _Case) -> Mask:
    reach_y, reach_x = case.reach()
    if case.options["method"] == "median":
        return masks.smooth_median(mask, max(1, round((reach_y + reach_x) / 2)))
    return masks.smooth_curvature(mask, reach_y, reach_x)


def _snap(mask: Mask, case: _Case) -> Mask:
    return masks.snap_to_edge(mask, case.image(), band_px=sum(case.reach()) / 2,
                              balloon={"in": -1, "out": 1}.get(str(case.options["move"]), 0),
                              smoothing=int(case.number("smoothing")), contrast=case.options["method"] == "contrast")


OPERATIONS: dict[str, Callable[[Mask, _Case], Mask]] = {
    "fill_holes": lambda mask, case: masks.fill_holes(mask),
    "islands": lambda mask, case: masks.remove_islands(mask, case.area_px()),
    "largest": lambda mask, case: masks.keep_largest(mask),
    "grow": lambda mask, case: masks.dilate(mask, *case.reach()),
    "shrink": lambda mask, case: masks.erode(mask, *case.reach()),
    "open": lambda mask, case: masks.opened(mask, *case.reach()),
    "close": lambda mask, case: masks.closed(mask, *case.reach()),
    "smooth": _smooth,
    "hull": lambda mask, case: masks.convex_hull(mask),
    "boolean": lambda mask, case: masks.boolean(mask, case.second(), str(case.options["how"])),
    "snap": _snap,
}


@dataclass(frozen=True)
class OperateOnMasks:
    """One operation on the mask of one label, on some frames.

    Attributes:
        operation: a key of `OPERATIONS`.
        options: of the operation; `cover`: may take pixels of other labels.
        label: whose mask it starts from.
        target: which label gets the result; usually the same one.
        proposal: label values (y, x) by frame, for a second mask that a model proposed.
    """

    series: ImageSeries
    snapshot: MaskSnapshot
    operation: str
    options: Options
    label: int
    target: int
    frames: tuple[int, ...]
    proposal: Mapping[int, Labels]

    @property
    def lane(self) -> Lane:
        """What takes seconds must not keep frames from being decoded."""
        return Lane.GPU if self.operation == "snap" or len(self.frames) > 1 else Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-operate", {"count": len(self.frames)})

    def run(self, ctx: JobContext) -> tuple[MaskChange, ...]:
        """What the target label gains and loses; frames without a change are left out."""
        labels, found = self.snapshot.labels(), []
        for number, frame in enumerate(self.frames):
            ctx.checkpoint(number, len(self.frames))
            now = labels.read(frame)
            case = _Case(self.options, self.series.spacing, lambda frame=frame: self.series.gray(frame),  # type: ignore[misc]
                         lambda frame=frame: self._second(labels, frame))  # type: ignore[misc]
            new, old = OPERATIONS[self.operation](now == self.label, case), now == self.target
            if not self.options.get("cover"):
                new &= old | (now == 0) | (now == self.label)
            if change := mask_change(frame, self.target, old, new):
                found.append(change)
        return tuple(found)

    def _second(self, labels: LabelMap, frame: int) -> Mask:
        """The other mask of a boolean operation."""
        where, value = self.options["source"], int(self.options["second"])
        empty = np.zeros((self.snapshot.rows, self.snapshot.columns), np.uint8)
        at = frame + {"previous": -1, "next": 1}.get(str(where), 0)
        inside = 0 <= at < self.snapshot.frames
        shown = self.proposal.get(frame, empty) if where == "proposal" else labels.read(at) if inside else empty
        mask = np.asarray(shown == value)
        return masks.fill_holes(mask) if self.options["solid"] else mask


@dataclass(frozen=True)
class Gap:
    """Frames between two keyframes that have the label `value`."""

    value: int
    first: int
    last: int

    @property
    def between(self) -> range:
        return range(self.first + 1, self.last)


@dataclass(frozen=True)
class InterpolateMasks:
    """Fill gaps between keyframes by signed distance, label by label."""

    snapshot: MaskSnapshot
    gaps: tuple[Gap, ...]
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-interpolate", {"count": len({frame for gap in self.gaps for frame in gap.between})})

    def run(self, ctx: JobContext) -> tuple[MaskChange, ...]:
        """What each label gains and loses on the frames between; other labels keep their pixels."""
        labels, found = self.snapshot.labels(), []
        total, done = sum(len(gap.between) for gap in self.gaps), 0
        for gap in self.gaps:
            first, last = (labels.read(frame) == gap.value for frame in (gap.first, gap.last))
            parts = [(frame - gap.first) / (gap.last - gap.first) for frame in gap.between]
            for frame, shape in zip(gap.between, masks.interpolate(first, last, parts), strict=True):
                ctx.checkpoint(done, total)
                now = labels.read(frame)
                old = now == gap.value
                new = shape & (old | (now == 0))
                if change := mask_change(frame, gap.value, old, new):
                    found.append(change)
                done += 1
        return tuple(found)
