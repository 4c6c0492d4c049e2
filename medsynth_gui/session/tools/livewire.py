"""Livewire: click along an edge; the line between clicks follows it."""

from __future__ import annotations

from medsynth_gui.core.interactive import Livewire as Paths
from medsynth_gui.core.raster import Point, polygon
from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, refuses
from medsynth_gui.session.tools.rules import put, value_of
from medsynth_gui.session.tools.vertices import nearest_vertex


class Livewire(Tool):
    """Enter, a double click or the first anchor closes the outline; Backspace removes the last anchor."""

    def __init__(self) -> None:
        self._anchors: list[Point] = []
        self._legs: list[list[Point]] = []
        self._paths: Paths | None = None
        self._frame = 0
        self._value = 0

    @property
    def busy(self) -> bool:
        return bool(self._anchors)

    @property
    def corners(self) -> int:
        return len(self._anchors)

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        if self._anchors and self._frame != ctx.frame:
            self.cancel(ctx)
        if not self._anchors:
            self._value, self._frame = value_of(event.modifiers, ctx), ctx.frame
            if refuses(self._value, ctx):
                return
        elif self._near_first(event, ctx):
            self.finish(ctx)
            return
        elif self._anchors[-1] == event.point:
            return
        self._legs += [self._leg(event.point, straight="shift" in event.modifiers)] if self._anchors else []
        self._set_anchor(event.point, ctx)
        self._show_line(ctx)

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        if not self._anchors:
            return
        leg = self._leg(event.point, straight="shift" in event.modifiers)
        ctx.show(Preview((*self._line(), *leg), closed=self._near_first(event, ctx), handles=tuple(self._anchors)))

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        self.finish(ctx)

    def finish(self, ctx: ToolContext) -> None:
        if len(self._anchors) >= 3:
            outline = [*self._line(), *self._leg(self._anchors[0], straight=False)]
            _, rows, columns = ctx.document.shape
            stamp, value = polygon(self._frame, outline, rows=rows, columns=columns), self._value
            self.cancel(ctx)
            put("Livewire", stamp, value, ctx)
        self.cancel(ctx)

    def cancel(self, ctx: ToolContext) -> None:
        self._anchors, self._legs, self._paths = [], [], None
        ctx.show(None)

    def step_back(self, ctx: ToolContext) -> None:
        self._anchors.pop()
        if self._legs:
            self._legs.pop()
        if not self._anchors:
            self.cancel(ctx)
            return
        last = self._anchors.pop()
        self._set_anchor(last, ctx)
        self._show_line(ctx)

    def _set_anchor(self, point: Point, ctx: ToolContext) -> None:
        image = ctx.image()
        self._anchors.append(point)
        self._paths = Paths(image, (min(max(point[0], 0.0), image.shape[0] - 1e-3),
                                    min(max(point[1], 0.0), image.shape[1] - 1e-3)))

    def _leg(self, target: Point, *, straight: bool) -> list[Point]:
        assert self._paths is not None
        return [self._anchors[-1], target] if straight else self._paths.path(target)

    def _show_line(self, ctx: ToolContext) -> None:
        ctx.show(Preview((*self._line(), self._anchors[-1]), handles=tuple(self._anchors)))

    def _line(self) -> list[Point]:
        return [point for leg in self._legs for point in leg]

    def _near_first(self, event: PointerEvent, ctx: ToolContext) -> bool:
        return len(self._anchors) >= 3 and nearest_vertex(self._anchors[:1], event.point, ctx.pixel_px) == 0
