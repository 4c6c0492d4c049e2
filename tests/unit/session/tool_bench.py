"""A tool on an empty document, for tests."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.session.tools import PointerEvent, Preview, Tool, ToolContext, find_tool

ROWS, COLUMNS = 40, 60
ALT = frozenset({"alt"})


class Bench:
    """A tool on an empty document."""

    def __init__(self, tool_id: str, *, label: int = 1, locked: Iterable[int] = (), **options: object) -> None:
        spec = find_tool(tool_id)
        self.tool: Tool = spec.make()
        held = frozenset(locked)
        self.document = MaskDocument(2, ROWS, COLUMNS, locked=lambda: held)
        self.image = np.zeros((ROWS, COLUMNS), np.uint8)
        self.previews: list[Preview | None] = []
        self.told: list[str] = []
        self.ctx = ToolContext(document=self.document, frame=0, label=label, name_of="label {}".format,
                               locked=held, options={**spec.defaults, **options}, image=lambda: self.image,
                               show=self.previews.append, tell=lambda message: self.told.append(message.id),
                               set_option=self.set_option)

    def set_option(self, key: str, value: object) -> None:
        self.ctx.options[key] = value  # type: ignore[index]
        if self.tool.busy:
            self.tool.refresh(self.ctx)

    @property
    def labels(self) -> np.ndarray:
        return self.document.labels(0)

    def drag(self, *points: tuple[float, float], modifiers: frozenset[str] = frozenset()) -> None:
        self.tool.press(PointerEvent(*points[0], modifiers), self.ctx)
        for point in points[1:]:
            self.tool.move(PointerEvent(*point, modifiers), self.ctx)
        self.tool.release(PointerEvent(*points[-1], modifiers), self.ctx)

    def click(self, y: float, x: float, modifiers: frozenset[str] = frozenset()) -> None:
        self.drag((y, x), modifiers=modifiers)

    def hover(self, y: float, x: float, modifiers: frozenset[str] = frozenset()) -> None:
        self.tool.move(PointerEvent(y, x, modifiers), self.ctx)

    def paint(self, mask: np.ndarray, value: int) -> None:
        """Label pixels (y, x) as a step of their own."""
        with self.document.step("before"):
            self.document.paint(Region(0, 0, 0, ROWS, COLUMNS), mask.astype(bool), value)
