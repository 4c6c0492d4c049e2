"""The mask pad: a dark field on the canvas on which a mask is drawn for the generator."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.session.tools.base import PointerEvent, ToolContext
from medsynth_gui.session.tools.brush import Brush

ROWS, COLUMNS = 192, 256
_FIELD = 26
_RADIUS = (2.0, 60.0)


class MaskPad(QObject):
    """A mask document of its own, the brush of Annotate, and nothing else. It takes the canvas while shown."""

    changed = Signal()

    def __init__(self, canvas: Canvas, labels: Callable[[], LabelSet], parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._labels = canvas, labels
        self._brush = Brush()
        self._radius = 14.0
        self.document = MaskDocument(1, ROWS, COLUMNS)
        self.document.changed.connect(self._written)
        self.label = 1
        self.shown = False

    @property
    def mask(self) -> npt.NDArray[np.uint8]:
        """A copy of what is drawn, (y, x)."""
        return self.document.labels(0).copy()

    @property
    def empty(self) -> bool:
        return not self.document.labels(0).any()

    @property
    def radius(self) -> float:
        """Of the brush, in pixels of the pad."""
        return self._radius

    @radius.setter
    def radius(self, value: float) -> None:
        self._radius = min(max(value, _RADIUS[0]), _RADIUS[1])
        if self.shown:
            self._canvas.set_cursor_radius(self._radius)

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        if self.shown:
            self.radius = self._radius * 1.15**steps

    def show(self) -> None:
        """Take the canvas."""
        self.shown = True
        self._canvas.set_image(np.full((ROWS, COLUMNS), _FIELD, np.uint8))
        self._canvas.set_labels(self.document.labels(0), self._labels())
        self._canvas.set_handler(self)
        self._canvas.set_cursor_radius(self._radius)

    def leave(self) -> None:
        """Give the canvas back."""
        if self.shown:
            self._brush.cancel(self._context())
            self.shown = False
            self._canvas.set_handler(None)
            self._canvas.set_cursor_radius(None)

    def undo(self) -> None:
        """Take the last stroke back."""
        if self.document.undo_name and not self.document.stepping:
            self.document.undo()
            self.changed.emit()

    def clear(self) -> None:
        """Wipe the field; undo brings it back."""
        region = Region(0, 0, 0, ROWS, COLUMNS)
        with self.document.step("Clear"):
            self.document.paint(region, np.ones((ROWS, COLUMNS), bool), 0)
        self.changed.emit()

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._brush.press(PointerEvent(y, x, modifiers), self._context())

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._brush.move(PointerEvent(y, x, modifiers), self._context())

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._brush.release(PointerEvent(y, x, modifiers), self._context())
        self.changed.emit()

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._brush.double_click(PointerEvent(y, x, modifiers), self._context())

    def _context(self) -> ToolContext:
        return ToolContext(document=self.document, frame=0, label=self.label, name_of=str, locked=frozenset(),
                           options={"radius": self._radius}, image=lambda: np.zeros((ROWS, COLUMNS), np.uint8))

    def _written(self, region: Region) -> None:
        if self.shown:
            self._canvas.labels_changed(region)
