"""Stage: the painted part of the canvas, with its view, layers and pointer position.

A plain widget that paints for itself, not a pyqtgraph view: 8-bit window/level is a colour table instead of
a converted image, only the dirty rectangle is painted, no pointer event is dropped, and the window shows
0.3-0.5 s sooner. pyqtgraph draws the charts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.canvas.comparison import Comparison
from medsynth_gui.gui.canvas.layers import Layers
from medsynth_gui.gui.canvas.lens import Lens
from medsynth_gui.gui.canvas.overlays import OverlayPainter, Overlays
from medsynth_gui.gui.canvas.paint_guard import PaintGuard
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext


@dataclass(frozen=True)
class Hover:
    """What is under the pointer: position in pixels and mm (None: not calibrated), and the stored value."""

    y: float
    x: float
    y_mm: float | None
    x_mm: float | None
    value: float | tuple[float, ...] | None


class Stage(QWidget):
    """Paints image, masks and overlays through one `ViewTransform`.

    Signals:
        hovered(Hover | None): the pointer moved over the image, or left it.
        zoom_changed(float): device pixels per image pixel (1.0 is 100 %).
        view_changed(ViewTransform): zoomed, moved, turned or mirrored.
        look_changed(): what a view bar shows is otherwise (display, smoothing, orientation, lens, crosshair).
    """

    hovered = Signal(object)
    zoom_changed = Signal(float)
    view_changed = Signal(object)
    look_changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.series: ImageSeries | None = None
        self.view = ViewTransform()
        self.layers = Layers()
        self.comparison: Comparison | None = None
        self.overlays = Overlays(context.theme)
        self.lens = Lens(context.theme)
        self.crosshair = False
        self._pointer: QPointF | None = None
        self._guard = PaintGuard(context)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        context.theme.changed.connect(self.update)

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self.view.scale * self.devicePixelRatioF()

    @property
    def smooth(self) -> bool:
        """Pixels are interpolated."""
        return self.layers.smooth

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as they are."""
        self.layers.smooth = smooth
        self.update()
        self.look_changed.emit()

    def set_lens(self, on: bool) -> None:
        """Show a magnifier at the pointer, or not."""
        self.lens.on = on
        self.update()
        self.look_changed.emit()

    def set_crosshair(self, on: bool) -> None:
        """Show lines through the pointer, or not."""
        self.crosshair = on
        self.show_crosshair(None)
        self.look_changed.emit()

    def show_crosshair(self, at: tuple[float, float] | None) -> None:
        """Put the crosshair at an image position (y, x), as of a linked view; None takes it away."""
        changed = self.overlays.crosshair_region(self.view, self.rect())
        self.overlays.crosshair = at
        self.update(changed + self.overlays.crosshair_region(self.view, self.rect()))

    def set_empty_text(self, title: str, hint: str = "") -> None:
        """What the place says while there is no image."""
        self.overlays.empty = (title, hint)
        self.update()

    def set_badge(self, text: str) -> None:
        """A badge at the top left, beside the synthetic one ("" for none)."""
        self.overlays.badge = text
        self.update()

    def add_painter(self, painter: OverlayPainter) -> None:
        """Let something paint over the masks at every repaint; call `update()` when it changed."""
        self.overlays.extras.append(painter)
        self.update()

    def fit(self) -> None:
        """Show the whole image."""
        if self.series is not None:
            self.set_view(self.view.fit(self.width(), self.height(), self.series.rows, self.series.columns))

    def actual_size(self) -> None:
        """One image pixel to one pixel of the screen, around the middle."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a widget point (None: the middle)."""
        self.set_view(self.view.zoomed(factor, at or QPointF(self.rect().center())))

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the image by widget points."""
        self.set_view(self.view.panned(dx, dy))

    def turn(self, quarters: int = 1) -> None:
        """Turn the view clockwise by quarters; the image itself stays as it is."""
        self.orient(self.view.turned(quarters, QPointF(self.rect().center())))

    def flip(self) -> None:
        """Exchange left and right of the view."""
        self.orient(self.view.flipped(QPointF(self.rect().center())))

    def orient(self, view: ViewTransform) -> None:
        """Look through a view that is turned or mirrored otherwise."""
        self.set_view(view)
        if view.fitted:
            self.fit()
        self.look_changed.emit()

    def set_view(self, view: ViewTransform) -> None:
        """Look through another transform."""
        if view == self.view:
            return
        zoomed = view.scale != self.view.scale
        self.view = view
        if zoomed:
            self.layers.set_scale(self.zoom)
            self.zoom_changed.emit(self.zoom)
        self.update()
        self.view_changed.emit(view)

    def point_at(self, position: QPointF) -> None:
        """The pointer is at a widget point: tell what is there and move what follows it."""
        old, self._pointer = self._pointer, position
        if self.overlays.follows_pointer or self.lens.on:
            for point in (position,) if old is None else (old, position):
                rect = self.overlays.pointer_rect(point, self.view)
                self.update(rect | self.lens.rect(point) if self.lens.on else rect)
        if self.crosshair:
            self.show_crosshair(self.view.to_image(position))
        self.tell_hover()

    def tell_hover(self) -> None:
        """Emit `hovered` for what is under the pointer now."""
        at = None if self._pointer is None else self.view.to_image(self._pointer)
        self.hovered.emit(None if at is None or self.series is None else self._hover(self.series, *at))

    def _hover(self, series: ImageSeries, y: float, x: float) -> Hover | None:
        if not (0 <= y < series.rows and 0 <= x < series.columns):
            return None
        y_mm, x_mm = (y * series.spacing.y_mm, x * series.spacing.x_mm) if series.spacing else (None, None)
        return Hover(y, x, y_mm, x_mm, self.layers.image.value(int(y), int(x)))

    def repaint_box(self, box: tuple[int, int, int, int] | None) -> None:
        """Repaint the part of the widget that shows an image box (y0, x0, y1, x1)."""
        if box is not None:
            self.update(self.view.box(*box).toAlignedRect().adjusted(-2, -2, 2, 2))

    # --- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter, event)
        except Exception as error:
            self._guard.tell(error)
        finally:
            painter.end()

    def _paint(self, painter: QPainter, event: QPaintEvent) -> None:
        shown = self.layers.image.shape is not None and self.series is not None
        stage = self.context.theme.color("stage")
        for rect in _parts(event.region()):
            painter.setClipRect(rect)
            painter.fillRect(rect, stage)
            if shown:
                self._paint_image(painter, self.view, rect)
        painter.setClipRect(event.rect())
        if self.series is None:
            self.overlays.paint_empty(painter, self.rect())
        if not shown:
            return
        self.overlays.paint(painter, self.view, self.rect(), self._pointer)
        if self.lens.on and self._pointer is not None:
            self.lens.paint(painter, self.view, self._pointer, self._paint_glass)
        self.overlays.paint_words(painter, self.view, self.rect())

    def _paint_image(self, painter: QPainter, view: ViewTransform, rect: QRect) -> None:
        """Layers and comparison inside a rectangle of the widget."""
        ratio, shape = self.devicePixelRatioF(), self.layers.image.shape
        self.layers.paint(painter, view, rect, ratio)
        if self.comparison is not None and shape is not None:
            self.comparison.paint(painter, view, shape, self.rect(), rect, ratio, smooth=self.smooth)

    def _paint_glass(self, painter: QPainter, view: ViewTransform, rect: QRect) -> None:
        self._paint_image(painter, view, rect)
        self.overlays.paint(painter, view, self.rect(), self._pointer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.view.fitted:
            self.fit()
        else:
            size, old = event.size(), event.oldSize()
            self.set_view(replace(self.view, left=self.view.left + (size.width() - old.width()) / 2,
                                  top=self.view.top + (size.height() - old.height()) / 2))

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        if self.crosshair:
            self.overlays.crosshair = None
        self.update()
        self.hovered.emit(None)


def _parts(region: QRegion) -> list[QRect]:
    """What to paint of a region: its box, unless that is far larger, as around a crosshair."""
    box = region.boundingRect()
    if region.rectCount() == 1:
        return [box]
    rects = list(region)
    area = sum(rect.width() * rect.height() for rect in rects)
    return [box] if box.width() * box.height() <= 3 * area else rects
