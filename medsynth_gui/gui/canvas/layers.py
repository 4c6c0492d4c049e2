"""Layers: the frame and the masks over it, painted through a `ViewTransform`."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from medsynth_gui.gui.canvas.image_layer import ImageLayer
from medsynth_gui.gui.canvas.mask_layer import MaskLayer
from medsynth_gui.gui.canvas.view import ViewTransform

_PIXELS_FROM = 8.0


class Layers:
    """Image below; mask, proposal, difference and preview above it, in this order.

    Attributes:
        smooth: interpolate between pixels.
    """

    def __init__(self) -> None:
        self.image = ImageLayer()
        self.mask, self.difference = MaskLayer(), MaskLayer()
        self.proposal, self.preview = MaskLayer(dashed=True), MaskLayer(dashed=True)
        self.masks = (self.mask, self.proposal, self.difference, self.preview)
        self.smooth = True

    def clear_masks(self) -> None:
        for layer in self.masks:
            layer.set_labels(None)

    def set_scale(self, zoom: float) -> None:
        """Device pixels per image pixel: how thick outlines are."""
        for layer in self.masks:
            layer.set_scale(zoom)

    def paint(self, painter: QPainter, view: ViewTransform, rect: QRect, ratio: float) -> None:
        """Paint what a widget rectangle shows; `ratio` is device pixels per widget point."""
        shape = self.image.shape
        if shape is None:
            return
        box = view.visible(rect, *shape)
        if box[0] >= box[2] or box[1] >= box[3]:
            return
        zoom = view.scale * ratio
        painter.save()
        if view.upright:
            target = view.box(*box)
        else:
            painter.setTransform(view.placement(), True)
            target = view.upright_box(*box)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        self.image.paint(painter, target, box, zoom)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth and zoom < _PIXELS_FROM)
        for layer in self.masks:
            if layer.labels is not None:
                layer.paint(painter, target, box)
        painter.restore()
