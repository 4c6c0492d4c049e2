"""Balance chart: how many images each class has, real and synthetic."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from medsynth_gui.gui.theme import SPACE, Theme

_BAR_PX = 8


class BalanceChart(QWidget):
    """One row a class: its name, the counts in figures, and a bar of real beside synthetic.

    Both parts differ in lightness and stand in the legend by word, so that colour alone says nothing.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, int, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_rows(self, rows: Sequence[tuple[str, int, int]]) -> None:
        """Show (class, real, synthetic) rows."""
        self._rows = tuple(rows)
        self.setAccessibleDescription("; ".join(f"{self._name(row)}: {self._figures(row)}" for row in self._rows))
        self.updateGeometry()
        self.update()

    def _name(self, row: tuple[str, int, int]) -> str:
        return row[0] or self.tr("no class")

    def _figures(self, row: tuple[str, int, int]) -> str:
        if row[2]:
            return self.tr("{real} real · {synthetic} synthetic").format(real=f"{row[1]:,}", synthetic=f"{row[2]:,}")
        return self.tr("{real} real").format(real=f"{row[1]:,}")

    def _row_height(self) -> int:
        return QFontMetrics(self.font()).height() + _BAR_PX + SPACE.M

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, len(self._rows)) * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        largest = max((real + synthetic for _, real, synthetic in self._rows), default=1)
        text_height = QFontMetrics(self.font()).height()
        for number, row in enumerate(self._rows):
            top = number * self._row_height()
            line = QRectF(0, top, self.width(), text_height)
            figures = self._figures(row)
            painter.setPen(self._theme.color("muted"))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight, figures)
            room = self.width() - painter.fontMetrics().horizontalAdvance(figures) - SPACE.S
            painter.setPen(self._theme.color("text"))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, painter.fontMetrics().elidedText(
                self._name(row), Qt.TextElideMode.ElideRight, int(room)))
            self._paint_bar(painter, top + text_height + 3, row[1] / largest, row[2] / largest)

    def _paint_bar(self, painter: QPainter, top: float, real: float, synthetic: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        left = 0.0
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(QRectF(0, top, self.width(), _BAR_PX), 3, 3)
        for share, token in ((real, "accent"), (synthetic, "caution")):
            width = share * self.width()
            if width:
                painter.setBrush(self._theme.color(token))
                painter.drawRoundedRect(QRectF(left, top, max(width - 1, 2), _BAR_PX), 3, 3)
                left += width
