"""The tool bar of Annotate: hand, groups of tools, whole masks, undo and redo, the tool's options."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.session_view import SessionView
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.mask_menu import MaskMenu
from medsynth_gui.gui.panels.tool_group import ToolGroup
from medsynth_gui.gui.panels.tool_options import ToolOptions
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session import commands
from medsynth_gui.session.tools.table import TOOLS

_GROUPS = ("paint", "outline", "region", "assist", "measure")


class ToolBar(QWidget):
    """One row; the tools come from the session's table, a button for each group.

    Attributes:
        masks: the menu of whole-mask operations.
    """

    def __init__(self, context: AppContext, view: SessionView, canvas: Canvas,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._view = context, view
        self._session = context.session
        self._group = QButtonGroup(self)
        self._groups: list[ToolGroup] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE.M, 0, SPACE.M, 0)
        self._layout.setSpacing(2)
        self.setFixedHeight(SPACE.TOOL_BAR)
        self._add_tools()
        self.masks = MaskMenu(context, canvas)
        self._layout.addWidget(self._mask_button())
        self._layout.addSpacing(SPACE.S)
        for name, handler in (("undo", self._undo), ("redo", self._redo)):
            context.actions.bind(f"annotate.{name}", handler)
            self._layout.addWidget(self._button(f"annotate.{name}"))
        self._layout.addSpacing(SPACE.S)
        self._options = ToolOptions(context)
        self._layout.addWidget(self._options)
        self._layout.addStretch(1)
        for signal, slot in ((self._session.tool_changed, self._tool_changed),
                             (self._session.history_changed, self._history_changed),
                             (self._session.toolbox.busy_changed, self._busy_changed)):
            signal.connect(slot)
        self._tool_changed(self._session.toolbox.spec.id)
        self._history_changed(None)

    def _add_tools(self) -> None:
        actions = self._context.actions
        actions.bind("annotate.hand", _Choose(self, "hand"))
        self._hand = self._button("annotate.hand")
        hints = {}
        for spec in TOOLS:
            row = ActionRow(f"annotate.tool_{spec.id}", spec.name, (spec.shortcut,), spec.icon)
            actions.add(row, _Choose(self, spec.id))
            hints[spec.id] = QCoreApplication.translate("tools", spec.hint)
        self._groups = [ToolGroup(group, [spec for spec in TOOLS if spec.group == group], actions, hints)
                        for group in _GROUPS]
        self._hand.setCheckable(True)
        for button in (self._hand, *self._groups):
            self._group.addButton(button)
            self._layout.addWidget(button)

    def _mask_button(self) -> QToolButton:
        self._context.actions.bind("annotate.mask_menu", self._show_masks)
        made = self._masks = self._button("annotate.mask_menu",
                                          self.tr("Fill holes, grow, smooth, combine, copy, interpolate"))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setProperty("flyout", True)
        made.setMenu(self.masks)
        return made

    def _show_masks(self) -> None:
        self._masks.showMenu()

    def _button(self, action_id: str, hint: str = "") -> QToolButton:
        """A button that looks as the table says and follows whether its action makes sense."""
        action: QAction = self._context.actions.get(action_id)
        made = QToolButton()
        made.setObjectName(action_id)
        made.setIcon(action.icon())
        made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        made.setToolTip("\n".join(part for part in (self._context.actions.tip(action_id), hint) if part))
        made.setAccessibleName(action.text())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(action.trigger)
        return made

    def choose(self, tool_id: str) -> None:
        """Take a tool, or "hand"; an outline that is not closed waits for the hand, and for its own tool again."""
        toolbox = self._session.toolbox
        if tool_id == "hand" and self._session.document is not None and self._session.document.stepping:
            toolbox.finish()
        self._view.use_hand(tool_id == "hand")
        if tool_id != "hand" and not (toolbox.busy and tool_id == toolbox.spec.id):
            toolbox.choose(tool_id)
        self._tool_changed(self._session.toolbox.spec.id)

    def mirror(self, mirrored: bool) -> None:
        """Begin at the right, for the left-handed."""
        self._layout.setDirection(QHBoxLayout.Direction.RightToLeft if mirrored else QHBoxLayout.Direction.LeftToRight)

    def _tool_changed(self, _: str) -> None:
        chosen = "hand" if self._view.hand else self._session.toolbox.spec.id
        self._hand.setChecked(chosen == "hand")
        for group in self._groups:
            if chosen in group:
                group.show_tool(chosen)
                group.setChecked(True)
        self._options.setVisible(chosen != "hand")

    def _busy_changed(self, _: bool) -> None:
        if self._session.undo_name is None:
            self._history_changed(None)

    def _history_changed(self, _: None) -> None:
        busy = self._session.toolbox.busy
        for name, step in (("undo", self._session.undo_name), ("redo", self._session.redo_name)):
            action_id = f"annotate.{name}"
            available = bool(step) or (busy and name == "undo")
            self._context.actions.set_available(action_id, available)
            button = self.findChild(QToolButton, action_id)
            button.setEnabled(available)
            tip = self._context.actions.tip(action_id)
            button.setToolTip(f"{tip}: {QCoreApplication.translate('steps', step)}" if step else tip)

    def _undo(self) -> None:
        commands.undo(self._session)

    def _redo(self) -> None:
        commands.redo(self._session)


class _Choose:
    def __init__(self, bar: ToolBar, tool_id: str) -> None:
        self._bar, self._tool_id = bar, tool_id

    def __call__(self) -> None:
        self._bar.choose(self._tool_id)
