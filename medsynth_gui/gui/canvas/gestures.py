"""Gestures: the table of the whole program, in one place.

left: the tool; right-drag: window/level; wheel: zoom; Ctrl+wheel: tool size; Alt+wheel: the magnifier's power;
middle or space-drag: pan; two fingers: zoom; Alt+click reaches the tool as a modifier; a divider of a comparison
is dragged with the left button. A pen's pressure is noted for the mouse events that follow its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QTabletEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent

from medsynth_gui.core.windowing import WindowLevel

if TYPE_CHECKING:
    from medsynth_gui.gui.canvas.canvas import Canvas

ZOOM_STEP = 1.2
_MODIFIERS = {Qt.KeyboardModifier.ShiftModifier: "shift", Qt.KeyboardModifier.ControlModifier: "ctrl",
              Qt.KeyboardModifier.AltModifier: "alt"}
_NOTHING = frozenset[str]()


class PointerHandler(Protocol):
    """Takes the left button's gestures in image pixels; `modifiers` holds "shift", "ctrl", "alt"."""

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None: ...

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None: ...

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None: ...

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None: ...


class Gestures(QObject):
    """Watches the events of one canvas and turns them into calls.

    Attributes:
        pressure: of the pen, 0..1; 1 for a mouse.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._drag = ""
        self._last = QPointF()
        self._space = False
        self.pressure = 1.0
        self._table = {
            QEvent.Type.MouseButtonPress: self._press, QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release, QEvent.Type.MouseButtonDblClick: self._double_click,
            QEvent.Type.Wheel: self._wheel, QEvent.Type.KeyPress: self._key, QEvent.Type.KeyRelease: self._key,
            QEvent.Type.FocusOut: self._focus_out, QEvent.Type.TabletPress: self._pen,
            QEvent.Type.TabletMove: self._pen, QEvent.Type.NativeGesture: self._native,
            QEvent.Type.Gesture: self._touch,
        }
        canvas.grabGesture(Qt.GestureType.PinchGesture)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        handle = self._table.get(event.type())
        return bool(handle and handle(event))

    def refresh_cursor(self) -> None:
        """Set the pointer's shape for what a press would do."""
        if self._drag == "pan":
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._space or self._canvas.handler is None:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._canvas.overlays.cursor_radius is not None:
            shape = Qt.CursorShape.BlankCursor
        else:
            shape = Qt.CursorShape.CrossCursor
        self._canvas.setCursor(shape)

    def _press(self, event: QMouseEvent) -> bool:
        canvas, position = self._canvas, event.position()
        canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = position
        comparison = canvas.comparison
        if canvas.series is None or self._drag:
            return True
        if event.button() == Qt.MouseButton.LeftButton and comparison and comparison.grips(position, canvas.rect()):
            self._drag = "split"
        elif event.button() == Qt.MouseButton.RightButton:
            self._drag = "window"
        elif event.button() == Qt.MouseButton.MiddleButton or self._space or canvas.handler is None:
            self._drag = "pan"
        elif event.button() == Qt.MouseButton.LeftButton:
            self._drag = "tool"
            canvas.handler.press(*canvas.view.to_image(position), _held(event))
        self.refresh_cursor()
        return True

    def _move(self, event: QMouseEvent) -> bool:
        canvas, position = self._canvas, event.position()
        delta, self._last = position - self._last, position
        if self._drag == "pan":
            canvas.pan_by(delta.x(), delta.y())
        elif self._drag == "window":
            self._drag_window(delta)
        elif self._drag == "split" and canvas.comparison:
            canvas.comparison.drag_to(position, canvas.rect())
            canvas.update()
        elif canvas.handler is not None and canvas.series is not None:
            canvas.handler.move(*canvas.view.to_image(position), _held(event))
        elif canvas.comparison and canvas.series is not None:
            grips = canvas.comparison.grips(position, canvas.rect())
            canvas.setCursor(Qt.CursorShape.SplitHCursor if grips else Qt.CursorShape.OpenHandCursor)
        canvas.point_at(position)
        return True

    def _release(self, event: QMouseEvent) -> bool:
        drag, self._drag = self._drag, ""
        if drag == "tool" and self._canvas.handler is not None:
            self._canvas.handler.release(*self._canvas.view.to_image(event.position()), _held(event))
        self.pressure = 1.0
        self.refresh_cursor()
        return True

    def _double_click(self, event: QMouseEvent) -> bool:
        canvas = self._canvas
        if event.button() == Qt.MouseButton.LeftButton and canvas.handler is not None and canvas.series is not None:
            # A tool that takes it for a press must get its release too.
            self._drag = "tool"
            canvas.handler.double_click(*canvas.view.to_image(event.position()), _held(event))
        elif event.button() == Qt.MouseButton.LeftButton:
            canvas.fit()
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        # Alt turns the wheel sideways on some systems.
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self._canvas.lens.on:
            self._canvas.lens.step(1 if notches > 0 else -1)
            self._canvas.update()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if notches:
                self._canvas.size_stepped.emit(1 if notches > 0 else -1)
        elif self._canvas.series is not None and notches:
            self._canvas.zoom_by(ZOOM_STEP**notches, event.position())
            self._canvas.tell_hover()
        return True

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat():
            self._space = event.type() == QEvent.Type.KeyPress
            self.refresh_cursor()
        return True

    def _pen(self, event: QTabletEvent) -> bool:
        self.pressure = event.pressure()
        return False

    def _native(self, event: QNativeGestureEvent) -> bool:
        """Two fingers on a touch pad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._canvas.zoom_by(max(0.1, 1 + event.value()), event.position())
        return True

    def _touch(self, event: QGestureEvent) -> bool:
        """Two fingers on a screen: what they hold stays under them."""
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if pinch is None:
            return False
        moved = pinch.centerPoint() - pinch.lastCenterPoint()
        self._canvas.zoom_by(max(0.1, pinch.scaleFactor()), self._canvas.mapFromGlobal(pinch.centerPoint()))
        self._canvas.pan_by(moved.x(), moved.y())
        event.accept(pinch)
        return True

    def _focus_out(self, _: QEvent) -> bool:
        self._space = False
        return False

    def _drag_window(self, delta: QPointF) -> None:
        """Right is more contrast range, down is darker, in steps of the window's own size."""
        window = self._canvas.window
        unit = max(window.width, 1e-6) / 256
        self._canvas.set_window(WindowLevel(window.level + delta.y() * unit,
                                            max(window.width + delta.x() * unit * 2, 1e-3 + unit)))
        self._canvas.window_changed.emit(self._canvas.window)


def _held(event: QMouseEvent) -> frozenset[str]:
    held = event.modifiers()
    return frozenset(name for modifier, name in _MODIFIERS.items() if held & modifier) if held else _NOTHING
