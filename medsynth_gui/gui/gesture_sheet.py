"""The gesture sheet (F1): one table, the same in every workspace, and every shortcut that works here."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.theme import SPACE

GESTURES = (
    (QT_TRANSLATE_NOOP("gestures", "Left button"), QT_TRANSLATE_NOOP("gestures", "the tool")),
    (QT_TRANSLATE_NOOP("gestures", "Right-drag"), QT_TRANSLATE_NOOP("gestures", "window and level")),
    (QT_TRANSLATE_NOOP("gestures", "Wheel"), QT_TRANSLATE_NOOP("gestures", "zoom at the pointer")),
    (QT_TRANSLATE_NOOP("gestures", "Ctrl+wheel, [ or ]"), QT_TRANSLATE_NOOP("gestures", "tool size")),
    (QT_TRANSLATE_NOOP("gestures", "Alt+wheel"), QT_TRANSLATE_NOOP("gestures", "power of the magnifier")),
    (QT_TRANSLATE_NOOP("gestures", "Middle-drag, space-drag"), QT_TRANSLATE_NOOP("gestures", "move the image")),
    (QT_TRANSLATE_NOOP("gestures", "Alt+click"), QT_TRANSLATE_NOOP("gestures", "remove; negative prompt")),
    (QT_TRANSLATE_NOOP("gestures", "← → or , ."), QT_TRANSLATE_NOOP("gestures", "frames")),
    (QT_TRANSLATE_NOOP("gestures", "Enter"),
     QT_TRANSLATE_NOOP("gestures", "finish the gesture, else accept the proposal")),
    (QT_TRANSLATE_NOOP("gestures", "Esc"),
     QT_TRANSLATE_NOOP("gestures", "cancel the gesture, else reject the proposal")),
    (QT_TRANSLATE_NOOP("gestures", "Backspace"),
     QT_TRANSLATE_NOOP("gestures", "take the last point or scribble back")),
    (QT_TRANSLATE_NOOP("gestures", "Two fingers"), QT_TRANSLATE_NOOP("gestures", "zoom and move the image")),
    (QT_TRANSLATE_NOOP("gestures", "F1"), QT_TRANSLATE_NOOP("gestures", "this sheet")),
)


class GestureSheet(QDialog):
    """Two columns: gestures, and the shortcuts in force."""

    def __init__(self, actions: ActionRegistry, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gesture-sheet")
        self.setWindowTitle(self.tr("Gestures and shortcuts"))
        gestures = [(QCoreApplication.translate("gestures", keys), QCoreApplication.translate("gestures", words))
                    for keys, words in GESTURES]
        shortcuts = [(keys, actions.text(row)) for row in actions.rows()
                     if actions.get(row.id).isEnabled() and (keys := actions.shortcut_text(row.id))]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.L, SPACE.L, SPACE.L, SPACE.L)
        layout.setSpacing(SPACE.L * 2)
        layout.addWidget(_table(self.tr("Gestures"), gestures), 0, Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table = _table(self.tr("Shortcuts here"), shortcuts)
        scroll.setWidget(table)
        scroll.setMinimumWidth(table.sizeHint().width() + 24)
        layout.addWidget(scroll, 1)
        self.resize(self.sizeHint().width(), min(620, parent.height() - 80))


def _table(title: str, rows: list[tuple[str, str]]) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    head = QLabel(title.upper())
    head.setProperty("role", "head")
    column.addWidget(head)
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE.L)
    grid.setVerticalSpacing(SPACE.S)
    for number, (keys, words) in enumerate(rows):
        shown = QLabel(keys)
        shown.setProperty("role", "title")
        meaning = QLabel(words)
        meaning.setProperty("role", "muted")
        grid.addWidget(shown, number, 0)
        grid.addWidget(meaning, number, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return made
