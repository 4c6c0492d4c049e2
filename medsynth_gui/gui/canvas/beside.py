"""Beside: a place for one canvas, and for a second one at its side while two are compared."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.link import Link
from medsynth_gui.gui.context import AppContext


class Beside(QWidget):
    """The second canvas is made when it is first needed.

    Attributes:
        canvas: the first one.
        other: the second one, if it was made.
        link: between both.
    """

    def __init__(self, context: AppContext, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.canvas = canvas
        self.other: Canvas | None = None
        self.link: Link | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(canvas, 1)

    def open_other(self) -> tuple[Canvas, Link]:
        """Show the second canvas."""
        if self.other is None or self.link is None:
            self.other = Canvas(self._context)
            self.link = Link(self.canvas, self.other)
            self.layout().addWidget(self.other, 1)
        self.other.show()
        return self.other, self.link

    def close_other(self) -> None:
        """Take the second canvas away."""
        if self.other is not None and self.link is not None:
            self.link.on = False
            self.other.hide()
            self.other.set_series(None)
