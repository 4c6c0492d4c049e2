"""The few parts that panels are made of; the style sheet knows them by their properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from medsynth_gui.gui.icons import icon, pixmap
from medsynth_gui.gui.theme import SPACE, Theme


def text(words: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """A label with a role of the style sheet (title, page, muted, small, good, caution, bad)."""
    label = QLabel(words)
    label.setWordWrap(wrap)
    if wrap:
        # A word longer than the column must not widen it; `breakable` lets such words wrap.
        label.setMinimumWidth(1)
    set_role(label, role)
    return label


class Elided(QLabel):
    """A line that ends in dots where it is too long."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(painter, self.rect(), self.alignment().value, self.palette(), self.isEnabled(), words,
                                  self.foregroundRole())


def breakable(words: str) -> str:
    """The words, which may wrap after a sign or within a very long word (a UID, a file name)."""
    return re.sub(r"([/_.,;=\\-]|\w{18})(?=\w)", "\\1\u200b", words)


def set_role(label: QLabel, role: str) -> None:
    """Change the look of a label that is already there."""
    label.setProperty("role", role)
    label.style().unpolish(label)
    label.style().polish(label)


def section_head(words: str) -> QLabel:
    """The small spaced capitals above a section."""
    label = text(words.upper(), "head", wrap=False)
    label.setAccessibleName(words)
    return label


def button(words: str, action: Callable[[], Any], *, kind: str = "", tip: str = "", glyph: str = "",
           name: str = "") -> QPushButton:
    """A push button; `kind` is primary, quiet or empty, `name` its object name."""
    made = QPushButton(words)
    made.setProperty("kind", kind)
    made.setToolTip(tip or words)
    made.setObjectName(name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if glyph:
        made.setIcon(icon(glyph, color="on_accent" if kind == "primary" else "text"))
        made.setIconSize(QSize(16, 16))
        made.setText(f" {words}")
        made.setAccessibleName(words)
    made.clicked.connect(lambda: action())
    return made


def tool(glyph: str, tip: str, action: Callable[[], Any], *, name: str = "") -> QToolButton:
    """A button that is an icon alone, with a tooltip."""
    made = QToolButton()
    made.setIcon(icon(glyph))
    made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setObjectName(name)
    made.clicked.connect(lambda: action())
    return made


def row(*widgets: QWidget, stretch: int = -1, spacing: int = SPACE.S) -> QHBoxLayout:
    """Widgets side by side; the one at `stretch` takes the room that is left."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for number, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if number == stretch else 0)
    return layout


class Card(QFrame):
    """A raised box; add to `body`."""

    def __init__(self, *widgets: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE.M, SPACE.M - 2, SPACE.M, SPACE.M - 2)
        self.body.setSpacing(SPACE.S)
        for widget in widgets:
            self.body.addWidget(widget)


class SidePanel(QScrollArea):
    """A quiet column at the side that scrolls where it is short of room; add to `body`."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = QWidget()
        inner.setProperty("panel", True)
        self.setProperty("panel", True)
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        self.body.setSpacing(SPACE.S)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(width)

    def add(self, *widgets: QWidget) -> None:
        for widget in widgets:
            self.body.addWidget(widget)

    def gap(self) -> None:
        """Room between two sections."""
        self.body.addSpacing(SPACE.S)

    def end(self) -> None:
        """Push what was added to the top."""
        self.body.addStretch(1)


class EmptyState(QWidget):
    """Says what belongs here and offers the action."""

    def __init__(self, glyph: str, title: str, sentence: str, actions: Sequence[QPushButton] = (),
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        glyph_label = QLabel()
        glyph_label.setPixmap(pixmap(glyph, 40, ratio=self.devicePixelRatioF()))
        self.title, self.sentence = text(title, "page"), text(sentence, "muted")
        column = QWidget()
        column.setFixedWidth(420)
        inner = QVBoxLayout(column)
        inner.setSpacing(SPACE.S)
        for label in (glyph_label, self.title, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inner.addWidget(label)
        if actions:
            line = row(*actions)
            line.insertStretch(0, 1)
            line.addStretch(1)
            inner.addSpacing(SPACE.S)
            inner.addLayout(line)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # A layout that centres asks for the height of fewer lines than a wrapped sentence has.
        for label in (self.title, self.sentence):
            label.setMinimumHeight(label.heightForWidth(420 - 2 * SPACE.M))
        super().resizeEvent(event)


class KeyValues(QWidget):
    """Facts in two columns: a muted name, a value that wraps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE.M)
        self._grid.setVerticalSpacing(SPACE.XS)
        self._grid.setColumnStretch(1, 1)

    def set_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show (name, value) rows; rows without a value are left out."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for number, (name, value) in enumerate(pair for pair in rows if pair[1]):
            key, shown = text(name, "muted", wrap=False), text(breakable(value))
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(key, number, 0, top)
            self._grid.addWidget(shown, number, 1, top)


class Legend(QWidget):
    """Coloured squares with their words."""

    def __init__(self, theme: Theme, rows: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """Args: rows: (colour token, words) each."""
        super().__init__(parent)
        self._theme = theme
        self._squares: list[tuple[str, QLabel]] = []
        layout = row(spacing=SPACE.XS + 2)
        self.setLayout(layout)
        for token, words in rows:
            square = QLabel()
            square.setFixedSize(10, 10)
            self._squares.append((token, square))
            layout.addWidget(square)
            layout.addWidget(text(words, "muted", wrap=False))
            layout.addSpacing(SPACE.S)
        theme.changed.connect(self._paint)
        self._paint()

    def _paint(self) -> None:
        for token, square in self._squares:
            filled = QPixmap(square.size())
            filled.fill(self._theme.color(token))
            square.setPixmap(filled)
