"""The shortcuts dialog: every action of the table, its keys, and the way to change them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.theme import SPACE


class ShortcutsDialog(QDialog):
    """Choose an action, press the keys. A combination that is taken is refused, with the name of its holder."""

    def __init__(self, actions: ActionRegistry, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts-dialog")
        self.setWindowTitle(self.tr("Change shortcuts"))
        self.resize(560, 600)
        self._actions = actions
        self._rows = actions.rows()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter actions"))
        self.filter.textChanged.connect(self._filter)
        self.table = QTableWidget(len(self._rows), 2)
        self.table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, 150)
        for number, row in enumerate(self._rows):
            self.table.setItem(number, 0, QTableWidgetItem(actions.text(row)))
            self.table.setItem(number, 1, QTableWidgetItem(actions.shortcut_text(row.id)))
        self.keys = QKeySequenceEdit()
        self.keys.setMaximumSequenceLength(1)
        self.keys.editingFinished.connect(self._assign)
        self.note = QLabel(self.tr("Choose an action, then press its new keys."))
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        clear = QPushButton(self.tr("No keys"))
        clear.clicked.connect(self._clear)
        default = QPushButton(self.tr("Default"))
        default.clicked.connect(self._default)
        line = QHBoxLayout()
        line.addWidget(self.keys, 1)
        line.addWidget(clear)
        line.addWidget(default)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.L, SPACE.L, SPACE.L, SPACE.L)
        layout.setSpacing(SPACE.S)
        for widget in (self.filter, self.table, self.note):
            layout.addWidget(widget)
        layout.addLayout(line)
        self.table.currentCellChanged.connect(self._show_keys)
        self.table.setCurrentCell(0, 0)

    def _filter(self, wanted: str) -> None:
        for number, row in enumerate(self._rows):
            self.table.setRowHidden(number, wanted.casefold() not in self._actions.text(row).casefold())

    def _show_keys(self, *_: int) -> None:
        number = self.table.currentRow()
        if number >= 0:
            self.keys.setKeySequence(QKeySequence(self.table.item(number, 1).text(),
                                                  QKeySequence.SequenceFormat.NativeText))

    def _assign(self) -> None:
        self._set(self.keys.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _clear(self) -> None:
        self._set("")

    def _default(self) -> None:
        self._set(None)

    def _set(self, keys: str | None) -> None:
        number = self.table.currentRow()
        if number < 0:
            return
        row = self._rows[number]
        holder = self._actions.rebind(row.id, keys)
        if holder:
            name = next(self._actions.text(other) for other in self._rows if other.id == holder)
            self.note.setText(self.tr("“{0}” has these keys already.").format(name))
        else:
            self.note.setText(self.tr("“{0}” was changed.").format(self._actions.text(row)))
        self.table.item(number, 1).setText(self._actions.shortcut_text(row.id))
        self._show_keys()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
