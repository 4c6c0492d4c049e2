"""The label list: colour, name, area, eye and lock of each label."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.labels import PALETTE, Label, LabelSet
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.parts import section_head
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session import commands

_AREA_DELAY_MS = 120


class LabelRow(QFrame):
    """One label. A click makes it the active one; a double click renames it."""

    renamed = Signal(int, str)
    chosen = Signal(int)
    toggled = Signal(int, str)
    colored = Signal(int, str)

    def __init__(self, label: Label, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.value = label.value
        self.setProperty("card", True)
        self.setObjectName(f"label-{label.value}")
        self.setFixedHeight(44)
        self.setToolTip(self.tr("Click to draw with it, double click to rename"))
        self.swatch = QToolButton()
        self.swatch.setToolTip(self.tr("Colour"))
        self.swatch.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.swatch.setMenu(self._color_menu())
        self.name, self.area = QLabel(), QLabel()
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
        self.name.setToolTip(label.name)
        self.swatch.setIcon(_swatch(label.color))
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
        """Let the name be typed."""
        self.edit.setText(self.name.text())
        self.name.hide()
        self.edit.show()
        self.edit.selectAll()
        self.edit.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_renaming()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (
                Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.edit.setText(self.name.text())
            self._rename()
            return True
        return False

    def _rename(self) -> None:
        if self.edit.isHidden():
            return
        self.edit.hide()
        self.name.show()
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
            action = menu.addAction(_swatch(color), color)
            action.triggered.connect(lambda _=False, chosen=color: self.colored.emit(self.value, chosen))
        return menu


class LabelList(QWidget):
    """All labels of the session."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self.rows: dict[int, LabelRow] = {}
        self._areas = QTimer(self, singleShot=True, interval=_AREA_DELAY_MS)
        self._areas.timeout.connect(self._measure)
        add = QToolButton()
        add.setObjectName("add-label")
        add.setIcon(icon("plus"))
        add.setIconSize(QSize(16, 16))
        context.actions.bind("annotate.add_label", self._add)
        add.setToolTip(context.actions.tip("annotate.add_label"))
        add.clicked.connect(self._add)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(section_head(self.tr("Labels")))
        head.addStretch(1)
        head.addWidget(add)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE.S - 2)
        self._layout.addLayout(head)
        for signal in (self._session.frame_changed, self._session.current_changed, self._session.document_changed):
            signal.connect(self._measure_soon)
        self._session.labels_changed.connect(self._show)
        self._show(self._session.label_set)

    def _show(self, labels: LabelSet) -> None:
        if list(self.rows) != [label.value for label in labels]:
            self._rebuild(labels)
        for label in labels:
            self.rows[label.value].show_label(label, active=label.value == self._session.active_label)
        self._measure_soon()

    def _rebuild(self, labels: LabelSet) -> None:
        for row in self.rows.values():
            self._layout.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {label.value: LabelRow(label) for label in labels}
        for row in self.rows.values():
            row.chosen.connect(self._choose)
            row.renamed.connect(self._rename)
            row.toggled.connect(self._toggle)
            row.colored.connect(self._color)
            self._layout.addWidget(row)

    def _measure_soon(self, _: object = None) -> None:
        if not self._areas.isActive():
            self._areas.start()

    def _measure(self) -> None:
        found = {row.value: row for row in commands.label_statistics(self._session)}
        for value, row in self.rows.items():
            measured = found.get(value)
            row.show_area(measured.area_px if measured else 0, measured.area_mm2 if measured else None)

    def _choose(self, value: int) -> None:
        commands.choose_label(self._session, value)

    def _toggle(self, value: int, name: str) -> None:
        label = self._session.label_set.find(value)
        commands.change_label(self._session, value, **{name: not getattr(label, name)})

    def _color(self, value: int, color: str) -> None:
        commands.change_label(self._session, value, color=color)

    def _rename(self, value: int, name: str) -> None:
        try:
            commands.change_label(self._session, value, name=name)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")

    def _add(self) -> None:
        """A new label under a free name, ready to be renamed."""
        names = {label.name for label in self._session.label_set}
        name = next(name for n in range(1, 257) if (name := self.tr("Label {0}").format(len(names) + n)) not in names)
        try:
            label = commands.add_label(self._session, name)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        self.rows[label.value].start_renaming()


def _swatch(color: str) -> QPixmap:
    pixmap = QPixmap(28, 28)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(color))
    painter.drawRoundedRect(4, 4, 20, 20, 4, 4)
    painter.end()
    return pixmap
