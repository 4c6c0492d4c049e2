"""The command palette (Ctrl+K): type a few letters of what should happen."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.theme import SPACE

_ROWS = 9
_ROW_HEIGHT = 34
_FRAME_HEIGHT = 64


def fuzzy_score(wanted: str, text: str) -> float | None:
    """How well letters in order fit a text: None if they do not; starts of words and runs count more."""
    wanted, text = wanted.casefold().replace(" ", ""), text.casefold()
    score, last = 0.0, -1
    for letter in wanted:
        found = text.find(letter, last + 1)
        if found < 0:
            return None
        start = found == 0 or not text[found - 1].isalnum()
        later = next((i for i in range(found, len(text)) if text[i] == letter and not text[i - 1:i].isalnum()), None)
        if not start and found != last + 1 and later is not None:
            found, start = later, True
        score += 3.0 if found == last + 1 else 2.0 if start else 1.0 - 0.05 * min(found - last, 15)
        last = found
    return score - 0.01 * len(text)


@dataclass(frozen=True)
class _Entry:
    action_id: str
    text: str
    shortcut: str


class CommandPalette(QFrame):
    """A panel over the window's top; Enter does the chosen command, Esc or a click elsewhere closes it."""

    def __init__(self, actions: ActionRegistry, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setProperty("card", True)
        self.setObjectName("command-palette")
        self._actions = actions
        self._entries: list[_Entry] = []
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(self.tr("What should happen?"))
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.S, SPACE.S, SPACE.S, SPACE.S)
        layout.addWidget(self.edit)
        layout.addWidget(self.list)
        self.edit.textChanged.connect(self._filter)
        self.edit.installEventFilter(self)
        self.list.itemClicked.connect(self._do)

    def open(self) -> None:
        """Show what can be done here and now."""
        rows = [row for row in self._actions.rows() if self._actions.get(row.id).isEnabled()]
        self._entries = [_Entry(row.id, self._actions.text(row), self._actions.shortcut_text(row.id)) for row in rows
                         if row.id != "window.palette"]
        self.edit.clear()
        parent = self.parentWidget()
        width = min(560, parent.width() - 2 * SPACE.L)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.setGeometry(corner.x() + (parent.width() - width) // 2, corner.y() + parent.height() // 9, width,
                         _ROWS * _ROW_HEIGHT + _FRAME_HEIGHT)
        self._filter("")
        self.show()
        self.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS, Qt.Key.Key_PageUp: -_ROWS}
        if event.key() in steps:
            row = min(max(self.list.currentRow() + steps[event.key()], 0), self.list.count() - 1)
            self.list.setCurrentRow(row)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.list.currentItem())
            return True
        return False

    def _filter(self, wanted: str) -> None:
        scored = [(score, -place, entry) for place, entry in enumerate(self._entries)
                  if (score := fuzzy_score(wanted, entry.text)) is not None]
        if wanted:
            scored.sort(key=lambda item: item[:2], reverse=True)
        self.list.clear()
        for _, _, entry in scored:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, entry.action_id)
            line = self._line(entry)
            item.setSizeHint(line.sizeHint().expandedTo(line.minimumSize()))
            self.list.addItem(item)
            self.list.setItemWidget(item, line)
        self.list.setCurrentRow(0)
        self.resize(self.width(), min(_ROWS, max(1, len(scored))) * _ROW_HEIGHT + _FRAME_HEIGHT)

    def _line(self, entry: _Entry) -> QWidget:
        line = QWidget()
        line.setMinimumHeight(_ROW_HEIGHT)
        glyph, words, keys = QLabel(), QLabel(entry.text), QLabel(entry.shortcut)
        glyph.setPixmap(self._actions.get(entry.action_id).icon().pixmap(16, 16))
        keys.setProperty("role", "muted")
        layout = QHBoxLayout(line)
        layout.setContentsMargins(SPACE.S, 0, SPACE.S, 0)
        layout.addWidget(glyph)
        layout.addWidget(words, 1)
        layout.addWidget(keys)
        return line

    def _do(self, item: QListWidgetItem | None) -> None:
        self.close()
        if item is not None:
            self._actions.get(item.data(Qt.ItemDataRole.UserRole)).trigger()
