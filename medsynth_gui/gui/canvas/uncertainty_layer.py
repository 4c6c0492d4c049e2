"""UncertaintyLayer: where the model that made the proposal was undecided, as a map over the image."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, qRgba

from medsynth_gui.core.display import Display
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.theme import SPACE

# Blue to yellow, which every eye tells apart; what is sure is not covered.
_COLORS, _OPAQUE, _FROM = "cividis", 205, 12
_BAR = 64.0


class UncertaintyLayer:
    """There while the action is on and the proposal says how sure it is."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        self._session, self._theme, self._canvas = context.session, context.theme, canvas
        self._actions = context.actions
        self._drawn: tuple[npt.NDArray[np.uint8], QImage] | None = None
        self._table = _color_table()
        self._action = self._actions.bind("annotate.uncertainty", canvas.update, checked=False)
        canvas.add_painter(self)
        for signal in (self._session.proposal_changed, self._session.current_changed):
            signal.connect(self._changed)
        self._changed(None)

    def _changed(self, _: object) -> None:
        layer = self._session.proposal
        self._actions.set_available("annotate.uncertainty", bool(layer and layer.uncertainty))
        self._canvas.update()

    def paint(self, painter: QPainter, view: ViewTransform, widget: QRect) -> None:
        """Paint the map of the frame shown, and what its colours mean."""
        layer = self._session.proposal if self._action.isChecked() else None
        values = layer.uncertainty.get(self._session.frame) if layer else None
        series = self._canvas.series
        if values is None or series is None:
            return
        if self._drawn is None or self._drawn[0] is not values:
            self._drawn = values, self._image(values)
        painter.save()
        target = view.upright_box(0, 0, series.rows, series.columns)
        painter.setTransform(view.placement(), True)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._drawn[1])
        painter.restore()
        self._paint_legend(painter, widget)

    def _image(self, values: npt.NDArray[np.uint8]) -> QImage:
        rows, columns = values.shape
        padded = np.zeros((rows, -(-columns // 4) * 4), np.uint8)
        padded[:, :columns] = values
        image = QImage(padded.data, columns, rows, padded.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(self._table)
        return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def _paint_legend(self, painter: QPainter, widget: QRect) -> None:
        words = (QCoreApplication.translate("canvas", "sure"), QCoreApplication.translate("canvas", "unsure"))
        painter.setFont(self._theme.font(points=9))
        metrics = painter.fontMetrics()
        widths = [metrics.horizontalAdvance(text) for text in words]
        box = QRectF(0, 0, sum(widths) + _BAR + 4 * SPACE.S, metrics.height() + SPACE.S)
        box.moveBottomRight(QRectF(widget).bottomRight() - QRectF(0, 0, SPACE.M, SPACE.M).bottomRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(10, 12, 16, 200))
        painter.drawRoundedRect(box, SPACE.XS + 1, SPACE.XS + 1)
        bar = QRectF(box.left() + widths[0] + 2 * SPACE.S, box.center().y() - 4, _BAR, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(0, 256, 51):
            gradient.setColorAt(step / 255, QColor.fromRgba(self._table[step]))
        painter.fillRect(bar, gradient)
        painter.setPen(QColor("white"))
        painter.drawText(box.adjusted(SPACE.S, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words[0])
        painter.drawText(box.adjusted(0, 0, -SPACE.S, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                         words[1])


def _color_table() -> list[int]:
    colors = Display(colors=_COLORS).palette()
    opacity = np.clip((np.arange(256) - _FROM) * 1.6, 0, _OPAQUE).astype(int)
    return [int(qRgba(int(r), int(g), int(b), int(a))) for (r, g, b), a in zip(colors, opacity, strict=True)]
