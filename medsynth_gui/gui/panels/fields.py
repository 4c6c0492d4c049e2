"""Fields: what a person chooses or types in panels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from medsynth_gui.gui.panels.parts import row, tool
from medsynth_gui.gui.theme import SPACE


def number_box(low: int, high: int, value: int, *, name: str, tip: str) -> QSpinBox:
    """A whole number between two limits."""
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    box.setObjectName(name)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    box.lineEdit().setTextMargins(SPACE.S - 2, 0, 0, 0)
    return box


class Segmented(QWidget):
    """A few choices of which one holds; `chosen` carries its key."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """Args: choices: (key, words, tooltip) each."""
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._keys = [key for key, _, _ in choices]
        layout = row()
        layout.setSpacing(SPACE.XS)
        self.setLayout(layout)
        for number, (key, words, tip) in enumerate(choices):
            made = QToolButton()
            made.setText(words)
            made.setToolTip(tip)
            made.setCheckable(True)
            made.setObjectName(f"segment-{key}")
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(made, number)
            layout.addWidget(made, 1)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._clicked)

    @property
    def key(self) -> str:
        return self._keys[self._group.checkedId()]

    def choose(self, key: str) -> None:
        """Choose without a click; `chosen` is emitted where it changes."""
        if key != self.key:
            self._group.button(self._keys.index(key)).setChecked(True)
            self.chosen.emit(key)

    def set_words(self, key: str, words: str) -> None:
        """Say something else on a choice (a count, say)."""
        self._group.button(self._keys.index(key)).setText(words)

    def offer(self, key: str, offered: bool) -> None:
        """Show or hide a choice; where it was chosen, the first one is."""
        self._group.button(self._keys.index(key)).setVisible(offered)
        if not offered and key == self.key:
            self.choose(self._keys[0])

    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._keys[number])


class FolderField(QWidget):
    """A folder, typed or chosen; `changed` carries the path, or None where the field is empty."""

    changed = Signal(object)

    def __init__(self, hint: str, tip: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tip = tip
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(hint)
        self.edit.setToolTip(tip)
        self.edit.setObjectName(name)
        self.edit.editingFinished.connect(self._tell)
        self.setLayout(row(self.edit, tool("folder-open", tip, self._choose), stretch=0, spacing=SPACE.XS))
        self._told: Path | None = None

    @property
    def path(self) -> Path | None:
        words = self.edit.text().strip()
        return Path(words).expanduser() if words else None

    def set_path(self, path: Path | None) -> None:
        self.edit.setText(str(path) if path else "")
        self._tell()

    def _choose(self) -> None:
        found = QFileDialog.getExistingDirectory(self, self._tip, self.edit.text())
        if found:
            self.set_path(Path(found))

    def _tell(self) -> None:
        if self.path != self._told:
            self._told = self.path
            self.edit.setToolTip(f"{self._tip}\n{self.path}" if self.path else self._tip)
            self.changed.emit(self.path)


class Choice(QComboBox):
    """A list of (key, words) of which one is chosen; `picked` carries the key when the person changes it."""

    picked = Signal(object)

    def __init__(self, tip: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setObjectName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.activated.connect(lambda number: self.picked.emit(self.itemData(number)))

    def set_rows(self, rows: Sequence[tuple[Any, str]]) -> None:
        """Offer these; what was chosen stays chosen if it is still there."""
        kept = self.currentData()
        self.blockSignals(True)
        self.clear()
        for key, words in rows:
            self.addItem(words, key)
        keys = [key for key, _ in rows]
        self.setCurrentIndex(keys.index(kept) if kept in keys else 0 if rows else -1)
        self.blockSignals(False)

    def choose(self, key: Any) -> None:
        """Choose without a click; unknown keys are ignored."""
        if (number := self.findData(key)) >= 0:
            self.setCurrentIndex(number)
