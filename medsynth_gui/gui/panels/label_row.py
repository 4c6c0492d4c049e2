"""A row of the label list: colour, name, area, eye and lock of one label."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from medsynth_gui.core.labels import PALETTE, Label
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.parts import Elided
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number

_LAYOUT_MS = 50


class LabelRow(QFrame):
    """One label. A click makes it the active one; a double click renames it; the right button has the rest.

    Signals:
        menu_wanted(value, QPoint): the menu of this label was asked for, at a place of the screen.
    """

    renamed = Signal(int, str)
    chosen = Signal(int)
    toggled = Signal(int, str)
    colored = Signal(int, str)
    menu_wanted = Signal(int, object)

    def __init__(self, label: Label, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = label.value
        self._came_from: QWidget | None = None
        self.setProperty("card", True)
        self.setObjectName(f"label-{label.value}")
        self.setFixedHeight(44)
        self.setToolTip(self.tr("Click to draw with it, double click to rename, right click for more"))
        self.swatch = QToolButton()
        self.swatch.setToolTip(self.tr("Colour"))
        self.swatch.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.swatch.setMenu(self._color_menu())
        self.name, self.area = Elided(), QLabel()
        self.name.setProperty("role", "title")
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.area.setProperty("role", "muted")
        self.eye, self.lock = self._switch("visible"), self._switch("locked")
        self.edit = QLineEdit()
        self.edit.hide()
        self.edit.editingFinished.connect(self._rename)
        self.edit.installEventFilter(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.XS + 2, 0, SPACE.S, 0)
        layout.setSpacing(SPACE.XS)
        layout.addWidget(self.swatch)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.edit, 1)
        for widget in (self.area, self.eye, self.lock):
            layout.addWidget(widget)
        for widget in self.findChildren(QToolButton):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_label(self, label: Label, *, active: bool) -> None:
        """Show what the label is now."""
        self._label = label
        self.name.setText(label.name)
        concept = label.concept
        self.name.setToolTip(f"{label.name}\n{concept.meaning} ({concept.scheme} {concept.code})" if concept
                             else label.name)
        self.swatch.setIcon(swatch(label.color))
        self.eye.setIcon(icon("eye" if label.visible else "eye-slash"))
        self.eye.setToolTip(self.tr("Hide") if label.visible else self.tr("Show"))
        self.lock.setIcon(icon("lock-simple" if label.locked else "lock-simple-open",
                               color="text" if label.locked else "muted"))
        self.lock.setToolTip(self.tr("Unlock") if label.locked else self.tr("Lock: no tool changes it"))
        if self.property("selected") != active:
            self.setProperty("selected", active)
            self.style().unpolish(self)
            self.style().polish(self)

    def show_area(self, area_px: int, area_mm2: float | None) -> None:
        """Area on the frame shown; a dash where there is none."""
        if not area_px:
            self.area.setText("–")
        elif area_mm2 is None:
            self.area.setText(f"{number(area_px)} px")
        else:
            self.area.setText(f"{number(area_mm2, 0 if area_mm2 >= 10 else 1)} mm²")

    def start_renaming(self) -> None:
        """Let the name be typed; whoever had the keys gets them back."""
        self._came_from = QApplication.focusWidget()
        self.edit.setText(self.name.text())
        self.name.hide()
        self.edit.show()
        self.edit.selectAll()
        self.edit.setFocus()
        QTimer.singleShot(_LAYOUT_MS, self, self._scroll_here)

    def _scroll_here(self) -> None:
        """A row that was just added has its place when the layout is done."""
        parent = self.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        if parent is not None:
            parent.ensureWidgetVisible(self, 0, 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_renaming()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.value, event.globalPos())

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (
                Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.edit.setText(self.name.text())
            self._rename()
            return True
        return False

    def _rename(self) -> None:
        if self.edit.isHidden():
            return
        came_from = self._came_from if self.edit.hasFocus() else None
        self.edit.hide()
        self.name.show()
        if came_from is not None and isValid(came_from):
            came_from.setFocus()
        if self.edit.text().strip() != self.name.text():
            self.renamed.emit(self.value, self.edit.text())

    def _switch(self, name: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(name)
        made.setIconSize(QSize(16, 16))
        made.clicked.connect(lambda: self.toggled.emit(self.value, name))
        return made

    def _color_menu(self) -> QMenu:
        menu = QMenu(self)
        for color in PALETTE:
            action = menu.addAction(swatch(color), color)
            action.triggered.connect(lambda _=False, chosen=color: self.colored.emit(self.value, chosen))
        return menu


def swatch(color: str) -> QPixmap:
    """A small square of a colour, for buttons and menus."""
    pixmap = QPixmap(28, 28)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(4, 4, 20, 20, 4, 4)
    painter.end()
    return pixmap
