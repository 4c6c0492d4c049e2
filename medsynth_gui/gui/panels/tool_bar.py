"""The tool bar of Annotate: hand and tools, undo and redo, the tool's options, window/level."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.canvas.session_view import SessionView
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.panels.tool_options import ToolOptions
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.tools.table import TOOLS


class ToolBar(QWidget):
    """One row; the tools come from the session's table."""

    def __init__(self, context: AppContext, view: SessionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._view = context, view
        self._session = context.session
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE.M, 0, SPACE.M, 0)
        self._layout.setSpacing(2)
        self.setFixedHeight(SPACE.TOOL_BAR)
        self._add_tools()
        self._layout.addSpacing(SPACE.S)
        for name, handler in (("undo", self._undo), ("redo", self._redo)):
            context.actions.bind(f"annotate.{name}", handler)
            self._layout.addWidget(self._button(f"annotate.{name}"))
        self._layout.addSpacing(SPACE.S)
        self._options = ToolOptions(context)
        self._layout.addWidget(self._options)
        self._layout.addStretch(1)
        self._layout.addWidget(self._window_button())
        for signal, slot in ((self._session.tool_changed, self._tool_changed),
                             (self._session.history_changed, self._history_changed),
                             (self._session.current_changed, self._series_changed),
                             (self._session.window_changed, self._show_window)):
            signal.connect(slot)
        self._tool_changed(self._session.toolbox.spec.id)
        self._history_changed(None)
        self._series_changed(self._session.current)

    def _add_tools(self) -> None:
        actions = self._context.actions
        actions.bind("annotate.hand", _Choose(self, "hand"))
        self._buttons["hand"] = self._button("annotate.hand")
        for spec in TOOLS:
            row = ActionRow(f"annotate.tool_{spec.id}", spec.name, (spec.shortcut,), spec.icon)
            actions.add(row, _Choose(self, spec.id))
            self._buttons[spec.id] = self._button(row.id, QCoreApplication.translate("tools", spec.hint))
        for button in self._buttons.values():
            button.setCheckable(True)
            self._group.addButton(button)
            self._layout.addWidget(button)

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

    def _window_button(self) -> QToolButton:
        self._window = QToolButton()
        self._window.setObjectName("window-level")
        self._window.setIcon(icon("circle-half-tilt"))
        self._window.setIconSize(QSize(16, 16))
        self._window.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._window.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self._window)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._window.setMenu(self._menu)
        return self._window

    def choose(self, tool_id: str) -> None:
        """Take a tool, or "hand"."""
        self._view.use_hand(tool_id == "hand")
        if tool_id != "hand":
            self._session.toolbox.choose(tool_id)
        self._tool_changed(self._session.toolbox.spec.id)

    def _tool_changed(self, _: str) -> None:
        chosen = "hand" if self._view.hand else self._session.toolbox.spec.id
        self._buttons[chosen].setChecked(True)
        self._options.setVisible(chosen != "hand")
        self._fit()

    def _history_changed(self, _: None) -> None:
        document = self._session.document
        for name, step in (("undo", document and document.undo_name), ("redo", document and document.redo_name)):
            action_id = f"annotate.{name}"
            self._context.actions.set_available(action_id, bool(step))
            button = self.findChild(QToolButton, action_id)
            button.setEnabled(bool(step))
            tip = self._context.actions.tip(action_id)
            button.setToolTip(f"{tip}: {QCoreApplication.translate('steps', step)}" if step else tip)

    def _series_changed(self, opened: OpenSeries | None) -> None:
        self._window.setVisible(opened is not None)
        if opened is not None:
            self._show_window(opened.window)

    def _show_window(self, window: WindowLevel) -> None:
        words = f" W {number(window.width)}  L {number(window.level)}"
        self._window.setText(words)
        self._window.setToolTip(
            self.tr("Window and level ({0}): right-drag on the image, or choose here").format(words.strip()))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        """Where the tool's options need the room, window/level is its icon alone."""
        style = Qt.ToolButtonStyle
        self._window.setToolButtonStyle(style.ToolButtonTextBesideIcon)
        if self._layout.minimumSize().width() > self.width():
            self._window.setToolButtonStyle(style.ToolButtonIconOnly)

    def _fill_menu(self) -> None:
        from medsynth_gui.session.window_presets import window_presets

        self._menu.clear()
        opened = self._session.current
        if opened is None:
            return
        for preset in window_presets(opened.series.modality):
            action = self._menu.addAction(QCoreApplication.translate("presets", preset.name))
            action.triggered.connect(_Apply(self._session, preset))

    def _undo(self) -> None:
        commands.undo(self._session)

    def _redo(self) -> None:
        commands.redo(self._session)


class _Choose:
    def __init__(self, bar: ToolBar, tool_id: str) -> None:
        self._bar, self._tool_id = bar, tool_id

    def __call__(self) -> None:
        self._bar.choose(self._tool_id)


class _Apply:
    def __init__(self, session: object, preset: object) -> None:
        self._session, self._preset = session, preset

    def __call__(self, *_: object) -> None:
        commands.apply_preset(self._session, self._preset)
