"""Paints a tile: the picture, a title, a line of facts, and a badge where the picture is synthetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from medsynth_gui.gui.theme import SPACE, Theme

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class TileText:
    """What stands below and on a picture; `state` is a (word, colour token) or None."""

    title: str
    facts: str = ""
    badge: str = ""
    state: tuple[str, str] | None = None


class TileDelegate(QStyledItemDelegate):
    """Tiles of one size.

    Args:
        wording: the text of an index.
        picture: size of the picture; the text lines come below it.
        facts: leave room for a second line.
        apart: the state has a line of its own below the facts, where both side by side would be cut off.
    """

    def __init__(self, theme: Theme, wording: Callable[[Index], TileText], picture: QSize, parent: QObject, *,
                 facts: bool = True, apart: bool = False) -> None:
        super().__init__(parent)
        self._apart = apart
        self._theme, self._wording, self._picture = theme, wording, picture
        self._title, self._small = theme.font(points=9.5, strong=True), theme.font(points=8.5)
        small = QFontMetrics(self._small).height()
        lines = QFontMetrics(self._title).height() + (small + SPACE.XS if facts else 0) + (small if apart else 0)
        self._tile = picture + QSize(2 * SPACE.S, lines + 3 * SPACE.S)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._tile

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box = QRectF(option.rect).adjusted(2, 2, -2, -2)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if selected or hovered:
            painter.setPen(QPen(self._theme.color("accent" if selected else "line"), 1))
            painter.setBrush(self._theme.color("selected" if selected else "raised"))
            painter.drawRoundedRect(box, SPACE.RADIUS, SPACE.RADIUS)
        frame = QRectF(box.left() + SPACE.S - 2, box.top() + SPACE.S - 2,
                       self._picture.width(), self._picture.height())
        text = self._wording(index)
        self._paint_picture(painter, frame, index.data(Qt.ItemDataRole.DecorationRole))
        if text.badge:
            paint_badge(painter, self._theme, frame.bottomLeft() + QPointF(6, -6), text.badge)
        self._paint_text(painter, frame, text)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRectF, pixmap: QPixmap | None) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(frame, 5, 5)
        painter.fillPath(clip, self._theme.color("stage"))
        if pixmap is None or pixmap.isNull():
            return
        size = pixmap.size().scaled(frame.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(frame.center().x() - size.width() / 2, frame.center().y() - size.height() / 2,
                        size.width(), size.height())
        painter.save()
        painter.setClipPath(clip)
        painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
        painter.restore()

    def _paint_text(self, painter: QPainter, frame: QRectF, text: TileText) -> None:
        line = QRect(int(frame.left()), int(frame.bottom()) + SPACE.S, int(frame.width()),
                     QFontMetrics(self._title).height())
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        _draw(painter, self._title, self._theme, "text", line, left, text.title, Qt.TextElideMode.ElideMiddle)
        line = line.translated(0, line.height() + 2)
        if text.state and self._apart:
            below = line.translated(0, QFontMetrics(self._small).height() if text.facts else 0)
            self._paint_state(painter, below.left() + 4, below, text.state)
        elif text.state:
            width = QFontMetrics(self._small).horizontalAdvance(text.state[0])
            self._paint_state(painter, line.right() - width - 9, line, text.state)
            line.setRight(line.right() - width - 18)
        _draw(painter, self._small, self._theme, "muted", line, left, text.facts)

    def _paint_state(self, painter: QPainter, dot: float, line: QRect, state: tuple[str, str]) -> None:
        """A dot in the colour of the state at x `dot`, and the word right of it."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(state[1]))
        painter.drawEllipse(QPointF(dot, line.center().y() + 1), 3.5, 3.5)
        rest = QRect(line)
        rest.setLeft(round(dot + 9))
        _draw(painter, self._small, self._theme, "muted", rest,
              Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, state[0])


def _draw(painter: QPainter, font: object, theme: Theme, token: str, line: QRect, alignment: Qt.AlignmentFlag,
          text: str, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
    painter.setFont(font)  # type: ignore[arg-type]
    painter.setPen(theme.color(token))
    painter.drawText(line, alignment, painter.fontMetrics().elidedText(text, elide, line.width()))


def paint_badge(painter: QPainter, theme: Theme, bottom_left: QPointF, text: str) -> None:
    """A small filled pill with dark text, legible on any image."""
    font = theme.font(points=7.5, strong=True)
    metrics = QFontMetrics(font)
    box = QRectF(bottom_left.x(), bottom_left.y() - metrics.height() - 2, metrics.horizontalAdvance(text) + 12,
                 metrics.height() + 2)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("caution"))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setFont(font)
    painter.setPen(theme.color("on_accent"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
