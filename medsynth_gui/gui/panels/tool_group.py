"""ToolGroup: one button of the tool bar for a group of tools; it shows the one that was chosen last."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from medsynth_gui.gui.actions import ActionRegistry
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session.tools.base import ToolSpec


class ToolGroup(QToolButton):
    """A press takes the tool that is shown, its arrow (or a long press) offers the others with their shortcuts."""

    def __init__(self, name: str, specs: Sequence[ToolSpec], actions: ActionRegistry, hints: dict[str, str],
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions, self._hints = actions, hints
        self._specs = {spec.id: spec for spec in specs}
        self.shown = specs[0].id
        self.setObjectName(f"tool-group-{name}")
        self.setProperty("flyout", True)
        self.setCheckable(True)
        self.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for spec in specs:
            action = actions.get(f"annotate.tool_{spec.id}")
            action.setToolTip(hints[spec.id])
            menu.addAction(action)
        self.setMenu(menu)
        self.clicked.connect(self._take)
        self.show_tool(self.shown)

    def __contains__(self, tool_id: str) -> bool:
        return tool_id in self._specs

    def show_tool(self, tool_id: str) -> None:
        """Wear the icon of one of its tools."""
        self.shown = tool_id
        action = self._actions.get(f"annotate.tool_{tool_id}")
        self.setIcon(action.icon())
        self.setAccessibleName(action.text())
        self.setToolTip(f"{self._actions.tip(f'annotate.tool_{tool_id}')}\n{self._hints[tool_id]}")

    def _take(self) -> None:
        self._actions.get(f"annotate.tool_{self.shown}").trigger()
