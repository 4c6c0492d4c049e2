"""The rail: seven workspaces, and the menu at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import WorkspaceRow


class Rail(QWidget):
    """Emits `chosen` with the key of a workspace."""

    chosen = Signal(str)

    def __init__(self, rows: Sequence[WorkspaceRow], actions: ActionRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setFixedWidth(SPACE.RAIL)
        self._group = QButtonGroup(self)
        self._keys = [row.key for row in rows]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.S, SPACE.M, SPACE.S, SPACE.S)
        layout.setSpacing(SPACE.XS)
        for number, row in enumerate(rows):
            words = QCoreApplication.translate("workspaces", row.title)
            made = QToolButton()
            made.setObjectName(f"rail-{row.key}")
            made.setText(words)
            made.setIcon(icon(row.icon))
            made.setToolTip(f"{words} ({actions.shortcut_text(f'window.go_{row.key}')})")
            made.setCheckable(True)
            made.setProperty("rail", True)
            made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(made, number)
            layout.addWidget(made)
        layout.addStretch(1)
        self.menu_button = QToolButton()
        self.menu_button.setObjectName("rail-menu")
        self.menu_button.setIcon(icon("gear-six"))
        self.menu_button.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        self.menu_button.setToolTip(self.tr("Settings and commands"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout.addWidget(self.menu_button)
        self._group.idClicked.connect(self._clicked)

    def set_menu(self, menu: QMenu) -> None:
        """What the gear opens."""
        self.menu_button.setMenu(menu)

    def show_chosen(self, key: str) -> None:
        """Mark a workspace without a click."""
        self._group.button(self._keys.index(key)).setChecked(True)

    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._keys[number])
