"""Options of the chosen tool: the one that is changed all day in the row, the others in a sheet below it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.option_editors import OptionStore, editor
from medsynth_gui.gui.panels.parts import tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session.opened import OpenSeries


class ToolOptions(QWidget):
    """Rebuilt when another tool is chosen, refreshed when its options change."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = context.session
        toolbox = self._session.toolbox
        self._store = OptionStore(lambda: toolbox.options, toolbox.set_option, self._session)
        self._tool = ""
        self._editors: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE.S)
        self.sheet = _Sheet(self)
        self.more = tool("sliders-horizontal", self.tr("More options of this tool"), self._open, name="tool-options")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._layout.addWidget(self.more)
        self._session.tool_changed.connect(self._changed)
        self._session.labels_changed.connect(lambda _: self._changed(self._tool))
        self._session.current_changed.connect(self._series_changed)
        self._changed(self._session.toolbox.spec.id)

    def _changed(self, _: str) -> None:
        spec = self._session.toolbox.spec
        if spec.id != self._tool:
            self._tool = spec.id
            self._rebuild()
        for widget in self._editors:
            widget.refresh()
        self._layout.activate()
        self.updateGeometry()

    def _rebuild(self) -> None:
        for widget in self._editors:
            widget.hide()
            widget.deleteLater()
        self._editors = []
        options = self._session.toolbox.spec.options
        for option in options:
            made = editor(option, self._store, self if option.quick else self.sheet)
            self._editors.append(made)
            if option.quick:
                self._layout.insertWidget(self._layout.count() - 1, made)
            else:
                self.sheet.body.addWidget(made)
            made.show()
        self.more.setVisible(any(not option.quick for option in options))
        self.sheet.hide()

    def _open(self) -> None:
        self.sheet.adjustSize()
        at, screen = self.more.mapToGlobal(QPoint(0, self.more.height() + SPACE.XS)), self.screen().availableGeometry()
        self.sheet.move(max(screen.left(), min(at.x(), screen.right() + 1 - self.sheet.width())), at.y())
        self.sheet.show()

    def _series_changed(self, _: OpenSeries | None) -> None:
        self._changed(self._tool)


class _Sheet(QFrame):
    """A small sheet that a click elsewhere closes; add to `body`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("tool-option-sheet")
        self.setProperty("card", True)
        self.setMinimumWidth(SPACE.LEFT_PANEL)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE.M, SPACE.M, SPACE.M, SPACE.M)
        self.body.setSpacing(SPACE.S)
