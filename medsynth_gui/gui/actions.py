"""ActionRegistry: the rows of the action table as Qt knows them, bound to what they do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from medsynth_gui.gui.action_table import ACTIONS, ActionRow
from medsynth_gui.gui.icons import icon
from medsynth_gui.session.settings import Settings

__all__ = ["ACTIONS", "ActionRegistry", "ActionRow"]


class ActionRegistry(QObject):
    """The actions as Qt knows them, with what each does.

    Signals:
        scope_changed(str): another workspace is in front.
    """

    scope_changed = Signal(str)

    def __init__(self, settings: Settings, rows: tuple[ActionRow, ...] = ACTIONS,
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._rows = {row.id: row for row in rows}
        self._made: dict[str, QAction] = {}
        self._unavailable: set[str] = set()
        self._scope = ""
        self._has_view = False
        self._window: QWidget | None = None

    def attach(self, window: QWidget) -> None:
        """Let shortcuts work in this window."""
        self._window = window
        for action in self._made.values():
            window.addAction(action)

    def bind(self, action_id: str, handler: Callable[[], object], *, checked: bool | None = None) -> QAction:
        """Say what an action does; a second call replaces the first.

        Raises:
            KeyError: the table has no such row.
        """
        action = self._made.get(action_id) or self._make(self._rows[action_id])
        if action.property("bound"):
            action.triggered.disconnect()
        action.triggered.connect(_Call(handler))
        action.setProperty("bound", True)
        if checked is not None:
            action.setChecked(checked)
        self._refresh(action_id)
        return action

    def add(self, row: ActionRow, handler: Callable[[], object]) -> QAction:
        """A row that comes from another table (the drawing tools), bound at once."""
        self._rows[row.id] = row
        return self.bind(row.id, handler)

    def get(self, action_id: str) -> QAction:
        """A bound action; KeyError otherwise."""
        return self._made[action_id]

    def rows(self) -> list[ActionRow]:
        """Rows that are bound, in the order of the table."""
        return [row for row in self._rows.values() if row.id in self._made]

    def text(self, row: ActionRow) -> str:
        """The action's words in the user's language."""
        return QCoreApplication.translate("actions", row.text)

    def tip(self, action_id: str) -> str:
        """Words and shortcut for a tooltip: `Brush (B)`."""
        shortcut = self.shortcut_text(action_id)
        words = self.text(self._rows[action_id])
        return f"{words} ({shortcut})" if shortcut else words

    def shortcut_text(self, action_id: str) -> str:
        """The first shortcut as the platform writes it."""
        sequences = self._sequences(self._rows[action_id])
        return sequences[0].toString(QKeySequence.SequenceFormat.NativeText) if sequences else ""

    def set_available(self, action_id: str, available: bool) -> None:
        """Say whether an action makes sense now (undo with nothing to undo does not)."""
        (self._unavailable.discard if available else self._unavailable.add)(action_id)
        self._refresh(action_id)

    def set_scope(self, scope: str, *, has_view: bool) -> None:
        """Another workspace is in front."""
        self._scope, self._has_view = scope, has_view
        for action_id in self._made:
            self._refresh(action_id)
        self.scope_changed.emit(scope)

    def rebind(self, action_id: str, shortcut: str | None) -> str:
        """Give an action another shortcut (None: the table's, "": none), and remember it.

        Returns:
            The id of an action that holds this shortcut already and keeps it ("" if it was free).
        """
        if shortcut and (holder := self._holder(action_id, QKeySequence(shortcut))):
            return holder
        stored = dict(self._settings["shortcuts"])
        stored.pop(action_id, None)
        if shortcut is not None:
            stored[action_id] = shortcut
        self._settings["shortcuts"] = stored
        if action := self._made.get(action_id):
            action.setShortcuts(self._sequences(self._rows[action_id]))
        return ""

    def _holder(self, action_id: str, wanted: QKeySequence) -> str:
        scope = self._rows[action_id].scope
        shared = {scope, "window", "view"}
        return next((row.id for row in self._rows.values() if row.id != action_id
                     and (row.scope in shared or scope in ("window", "view")) and wanted in self._sequences(row)), "")

    def _sequences(self, row: ActionRow) -> list[QKeySequence]:
        custom = self._settings["shortcuts"].get(row.id)
        if isinstance(custom, str):
            return [QKeySequence(custom)] if custom else []
        return [QKeySequence(keys) for keys in row.shortcuts]

    def _make(self, row: ActionRow) -> QAction:
        action = QAction(self.text(row), self)
        action.setObjectName(row.id)
        action.setCheckable(row.checkable)
        action.setShortcuts(self._sequences(row))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat("frame" in row.id or row.id.endswith(("smaller", "larger", "undo", "redo")))
        if row.icon:
            action.setIcon(icon(row.icon, color="text"))
        self._made[row.id] = action
        if self._window is not None:
            self._window.addAction(action)
        return action

    def _refresh(self, action_id: str) -> None:
        scope = self._rows[action_id].scope
        reached = scope == "window" or scope == self._scope or (scope == "view" and self._has_view)
        if action := self._made.get(action_id):
            action.setEnabled(reached and action_id not in self._unavailable)


class _Call:
    """Calls a handler without Qt's `checked`."""

    def __init__(self, handler: Callable[[], object]) -> None:
        self._handler = handler

    def __call__(self, *_: object) -> None:
        self._handler()
