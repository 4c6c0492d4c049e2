"""The mask pad: the mask that a generator follows, edited on the canvas with the tools of Annotate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, QTimer, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.session.synthesis import scaled_labels
from medsynth_gui.session.tools.base import PointerEvent, Preview, ToolContext, ToolSpec
from medsynth_gui.session.tools.drag_shape import DragShape
from medsynth_gui.session.tools.table import find_tool

ROWS, COLUMNS = 192, 256
_FIELD = 26
_RADIUS = (2.0, 60.0)
PAD_TOOLS: tuple[ToolSpec, ...] = (
    ToolSpec("shape", QT_TRANSLATE_NOOP("tools", "Move and bend"), "ph.hand-grabbing", "V", "cross",
             QT_TRANSLATE_NOOP("tools", "Drag a part to move it, a handle to bend it; Shift and a handle scales it."),
             DragShape, group="outline"),
    *(find_tool(name) for name in ("brush", "eraser", "ellipse", "lasso")))


def pad_shape(mask: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Rows and columns of a mask (y, x) on the pad."""
    scale = COLUMNS / max(mask.shape)
    return max(16, round(mask.shape[0] * scale)), max(16, round(mask.shape[1] * scale))


class MaskPad(QObject):
    """A mask document of its own, on the canvas while `shown`. Long side 256 pixels, the aspect of the mask.

    Signals:
        edited: the mask is another one, also in the middle of a gesture; once an event loop round at most.
        changed: a gesture, an undo or a load has ended.
        replaced: the document has another size now.
        tool_changed(str), radius_changed(float): of the tool in hand.
        told(Message): a tool says something.
    """

    edited = Signal()
    changed = Signal()
    replaced = Signal()
    tool_changed = Signal(str)
    radius_changed = Signal(float)
    told = Signal(Message)

    def __init__(self, canvas: Canvas, labels: Callable[[], LabelSet], parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._labels = canvas, labels
        self._radius = 14.0
        self._spec = find_tool("brush")
        self._tool = self._spec.make()
        self._picked = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.edited.emit)
        self.before_press: Callable[[], object] = lambda: None
        self.label = 1
        self.shown = False
        self._start_document(ROWS, COLUMNS)

    def _start_document(self, rows: int, columns: int) -> None:
        self.document = MaskDocument(1, rows, columns)
        self.document.changed.connect(self._written)
        self._image = np.full((rows, columns), _FIELD, np.uint8)

    @property
    def mask(self) -> npt.NDArray[np.uint8]:
        """A copy of what is drawn, (y, x)."""
        return self.document.labels(0).copy()

    @property
    def shape(self) -> tuple[int, int]:
        return self.document.shape[1:]

    @property
    def empty(self) -> bool:
        return not self.document.labels(0).any()

    @property
    def busy(self) -> bool:
        """A gesture is in hand."""
        return self._tool.busy

    @property
    def field(self) -> npt.NDArray[np.uint8]:
        """The dark field that is shown where there is no image yet."""
        return self._image

    @property
    def tool(self) -> ToolSpec:
        return self._spec

    @property
    def radius(self) -> float:
        """Of the brush, in pixels of the pad."""
        return self._radius

    @radius.setter
    def radius(self, value: float) -> None:
        self._radius = min(max(value, _RADIUS[0]), _RADIUS[1])
        self._show_cursor()
        self.radius_changed.emit(self._radius)

    def resize(self, steps: int) -> None:
        """Make the brush larger or smaller."""
        self.radius = self._radius * 1.15**steps

    def choose(self, tool_id: str) -> None:
        """Take another tool, which stays in hand while it can do something."""
        self._picked = True
        self._take(tool_id)

    def suggest(self) -> None:
        """Take the tool to begin with: the brush on an empty field, the handles on a mask that is there."""
        if self.empty and self._spec.id in ("shape", "eraser"):
            self._take("brush")
        elif not self.empty and not self._picked:
            self._take("shape")

    def _take(self, tool_id: str) -> None:
        self.cancel()
        self._canvas.set_tool_preview(())
        self._spec = next(spec for spec in PAD_TOOLS if spec.id == tool_id)
        self._tool = self._spec.make()
        self._show_cursor()
        self.retrace()
        self.tool_changed.emit(tool_id)

    def show(self) -> None:
        """Take the left button of the canvas, whose image is shown by the workspace."""
        self.shown = True
        self._canvas.set_handler(self)
        self._show_cursor()
        self.retrace()

    def leave(self) -> None:
        """Give the canvas back."""
        if self.shown:
            self.cancel()
            self.shown = False
            self._canvas.set_handler(None)
            self._canvas.set_cursor_radius(None)
            self._canvas.set_tool_preview(())

    def load(self, mask: npt.NDArray[np.uint8], name: str = "Take mask") -> None:
        """Take a mask (y, x) of any size over; one step of undo where the size on the pad stays."""
        rows, columns = pad_shape(mask)
        self.cancel()
        if (rows, columns) != self.shape:
            self._start_document(rows, columns)
            self.replaced.emit()
        self._replace(scaled_labels(mask, rows, columns), name)

    def undo(self) -> None:
        """Take the last step back."""
        self.cancel()
        if self.document.undo():
            self._settled()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        self.cancel()
        if self.document.redo():
            self._settled()

    def clear(self) -> None:
        """Wipe the field; undo brings it back."""
        self.cancel()
        self._replace(np.zeros(self.shape, np.uint8), "Clear")
        self.suggest()

    def cancel(self) -> bool:
        """Give the gesture in hand up; false where there was none."""
        busy = self._tool.busy
        if busy:
            self._tool.cancel(self._context())
        return busy

    def _replace(self, labels: npt.NDArray[np.uint8], name: str) -> None:
        with self.document.step(name):
            region, old = Region(0, 0, 0, *self.shape), self.mask
            for value in np.union1d(np.unique(old), np.unique(labels)):
                self.document.paint(region, (labels == value) & (old != value), int(value))
        self._settled()

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self.before_press()
        self._tool.press(PointerEvent(y, x, modifiers), self._context())

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._tool.move(PointerEvent(y, x, modifiers), self._context())

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._tool.release(PointerEvent(y, x, modifiers), self._context())
        self.changed.emit()

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self.before_press()
        self._tool.double_click(PointerEvent(y, x, modifiers), self._context())

    def _settled(self) -> None:
        self.retrace()
        self.changed.emit()

    def retrace(self) -> None:
        """Show the handles of the shape tool where the mask is now."""
        if self.shown and isinstance(self._tool, DragShape):
            self._tool.refresh(self._context())

    def _context(self) -> ToolContext:
        options = {**self._spec.defaults, "radius": self._radius, "pressure": False}
        return ToolContext(document=self.document, frame=0, label=self.label, name_of=self._name_of,
                           locked=frozenset(), options=options, image=lambda: self._image, show=self._preview,
                           tell=self.told.emit, pixel_px=self._canvas.view.scale)

    def _name_of(self, value: int) -> str:
        found = self._labels().find(value)
        return found.name if found else str(value)

    def _preview(self, preview: Preview | None) -> None:
        canvas, stamp = self._canvas, preview.stamp if preview else None
        if not self.shown:
            return
        canvas.set_tool_preview(preview.points if preview else (), closed=bool(preview and preview.closed),
                                handles=preview.handles if preview else None)
        label: Label | None = self._labels().find(preview.value) if preview else None
        canvas.set_mask_preview(stamp.mask if stamp else None, label, region=stamp.region if stamp else None)

    def _show_cursor(self) -> None:
        if self.shown:
            self._canvas.set_cursor_radius(self._radius if self._spec.cursor == "circle" else None)

    def _written(self, region: Region) -> None:
        if self.shown:
            self._canvas.labels_changed(region)
        self._soon.start()
