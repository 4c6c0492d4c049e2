"""Threshold: the pixels of a box, or of the field of view, between two gray values."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.interactive import otsu, within
from medsynth_gui.core.mask_operations import keep_largest
from medsynth_gui.core.raster import Point, Stamp
from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.frame_memo import FrameMemo
from medsynth_gui.session.tools.rules import permitted, put, value_of
from medsynth_gui.session.tools.shapes import rectangle_outline

_DRAG_PX = 4.0
_VIEW_PX = 400


class Threshold(Tool):
    """A drag chooses a box, a click the field of view; the result follows the options until Enter writes it."""

    def __init__(self) -> None:
        self._start: Point | None = None
        self._end: Point | None = None
        self._area: Stamp | None = None
        self._value = 0
        self._memo = FrameMemo()

    @property
    def busy(self) -> bool:
        return self._start is not None or self._area is not None

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.cancel(ctx)
        self._value = value_of(event.modifiers, ctx)
        if not refuses(self._value, ctx):
            self._start = self._end = event.point

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is not None:
            self._end = event.point
            ctx.show(Preview(rectangle_outline(self._start, self._end), handles=()))

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._start is None:
            return
        (y0, y1), (x0, x1) = (sorted(pair) for pair in zip(self._start, event.point, strict=True))
        self._start = self._end = None
        if max(y1 - y0, x1 - x0) * ctx.pixel_px < _DRAG_PX:
            image = ctx.image()
            view = self._memo.get(image, "field of view", lambda: _field_of_view(image))
            self._area = Stamp(Region(ctx.frame, 0, 0, *view.shape), view)
        else:
            _, rows, columns = ctx.document.shape
            box = Region(ctx.frame, floor(y0), floor(x0), ceil(y1), ceil(x1)).clipped(rows, columns)
            self._area = None if box.empty else Stamp(box, np.ones((box.height, box.width), np.bool_))
        self.refresh(ctx)

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        found, value = self._stamp(ctx), self._value
        self.cancel(ctx)
        if found is not None:
            put("Threshold", found, value, ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._start = self._end = self._area = None
        ctx.show(None)

    def refresh(self, ctx: ToolContext) -> None:
        found = self._stamp(ctx)
        if found is None:
            return
        box = found.region
        line = rectangle_outline((box.y0, box.x0), (box.y1, box.x1))
        ctx.show(Preview(line, handles=(), stamp=permitted(found, ctx), value=self._value))

    def _stamp(self, ctx: ToolContext) -> Stamp | None:
        if self._area is None:
            return None
        area, options = self._area, ctx.options
        gray = self._memo.smoothed(ctx.image(), float(options["smooth"]))[area.region.slices]
        mask = area.mask & within(gray, *self._limits(gray[area.mask], ctx))
        return Stamp(area.region, keep_largest(mask) if options["largest"] else mask)

    def _limits(self, values: npt.NDArray[np.uint8], ctx: ToolContext) -> tuple[int, int]:
        how = ctx.options["method"]
        if how == "manual":
            low, high = sorted((int(ctx.options["low"]), int(ctx.options["high"])))
            return low, high
        split = otsu(values)
        return (0, split) if how == "dark" else (split + 1, 255)


def _field_of_view(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """The field of view (y, x), found on a reduced copy: a person waits for it."""
    import cv2

    scale = min(1.0, _VIEW_PX / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    found = find_field_of_view(np.asarray(small, np.uint8)).astype(np.uint8)
    return np.asarray(cv2.resize(found, image.shape[::-1], interpolation=cv2.INTER_NEAREST), np.uint8).view(np.bool_)
