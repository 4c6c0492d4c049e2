"""Stage: the painted part of the canvas, with its view, layers and pointer position.

A plain widget that paints for itself, not a pyqtgraph view: 8-bit window/level is a colour table instead of
a converted image, only the dirty rectangle is painted, no pointer event is dropped, and the window shows
0.3-0.5 s sooner. pyqtgraph draws the charts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.gui.canvas.comparison import Comparison
from medsynth_gui.gui.canvas.image_layer import ImageLayer
from medsynth_gui.gui.canvas.mask_layer import MaskLayer
from medsynth_gui.gui.canvas.overlays import Overlays
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext

_PIXELS_FROM = 8.0


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
    """

    hovered = Signal(object)
    zoom_changed = Signal(float)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.series: ImageSeries | None = None
        self.view = ViewTransform()
        self.smooth = True
        self.comparison: Comparison | None = None
        self.overlays = Overlays(context.theme)
        self._image, self._mask, self._proposal = ImageLayer(), MaskLayer(), MaskLayer(dashed=True)
        self._difference = MaskLayer()
        self._pointer: QPointF | None = None
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

    def clear_layers(self) -> None:
        """Show no image and no mask."""
        self._image.set_frame(None, None, invert=False)
        for layer in (self._mask, self._proposal, self._difference):
            layer.set_labels(None)
        self.comparison = None

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels, or show them as they are."""
        self.smooth = smooth
        self.update()

    def set_empty_text(self, title: str, hint: str = "") -> None:
        """What the place says while there is no image."""
        self.overlays.empty = (title, hint)
        self.update()

    def set_badge(self, text: str) -> None:
        """A badge at the top left, beside the synthetic one ("" for none)."""
        self.overlays.badge = text
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

    def set_view(self, view: ViewTransform) -> None:
        """Look through another transform."""
        zoomed = view.scale != self.view.scale
        self.view = view
        if zoomed:
            for layer in (self._mask, self._proposal, self._difference):
                layer.set_scale(self.zoom)
            self.zoom_changed.emit(self.zoom)
        self.update()

    def point_at(self, position: QPointF) -> None:
        """The pointer is at a widget point: tell what is there and move its circle."""
        old = self._pointer
        self._pointer = position
        if self.overlays.follows_pointer:
            for point in (old, position):
                if point is not None:
                    self.update(self.overlays.pointer_rect(point, self.view))
        self.tell_hover()

    def tell_hover(self) -> None:
        """Emit `hovered` for what is under the pointer now."""
        if self.series is None or self._pointer is None:
            self.hovered.emit(None)
            return
        y, x = self.view.to_image(self._pointer)
        if not (0 <= y < self.series.rows and 0 <= x < self.series.columns):
            self.hovered.emit(None)
            return
        spacing = self.series.spacing
        self.hovered.emit(Hover(y, x, y * spacing.y_mm if spacing else None, x * spacing.x_mm if spacing else None,
                                self._image.value(int(y), int(x))))

    def repaint_box(self, box: tuple[int, int, int, int] | None) -> None:
        """Repaint the part of the widget that shows an image box (y0, x0, y1, x1)."""
        if box is not None:
            self.update(self.view.box(*box).toAlignedRect().adjusted(-2, -2, 2, 2))

    # --- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        painter.fillRect(event.rect(), self.context.theme.color("stage"))
        if self.series is None or self._image.shape is None:
            if self.series is None:
                self.overlays.paint_empty(painter, self.rect())
            return
        rows, columns = self._image.shape
        box = self.view.visible(event.rect(), rows, columns)
        if box[0] < box[2] and box[1] < box[3]:
            self._paint_layers(painter, box)
        if self.comparison is not None:
            self.comparison.paint(painter, self.view.box(0, 0, rows, columns), self.rect(), smooth=self.smooth)
        self.overlays.paint(painter, self.view, self.rect(), self._pointer)

    def _paint_layers(self, painter: QPainter, box: tuple[int, int, int, int]) -> None:
        target: QRectF = self.view.box(*box)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        self._image.paint(painter, target, box, self.zoom)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth and self.zoom < _PIXELS_FROM)
        for layer in (self._mask, self._proposal, self._difference):
            layer.paint(painter, target, box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.view.fitted:
            self.fit()
        else:
            size, old = event.size(), event.oldSize()
            self.set_view(replace(self.view, left=self.view.left + (size.width() - old.width()) / 2,
                                  top=self.view.top + (size.height() - old.height()) / 2))

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        self.hovered.emit(None)
