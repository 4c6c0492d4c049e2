"""Annotate: the series, the image with its tools, labels, assistance and review."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.session_view import SessionView
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.assist import AssistPanel
from medsynth_gui.gui.panels.cine_bar import CineBar
from medsynth_gui.gui.panels.label_list import LabelList
from medsynth_gui.gui.panels.parts import SidePanel
from medsynth_gui.gui.panels.review import ReviewPanel
from medsynth_gui.gui.panels.series_list import SeriesList
from medsynth_gui.gui.panels.tool_bar import ToolBar
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries

_SERIES_FROM = 1180


class AnnotateWorkspace(Workspace):
    """Draw, correct, accept, review."""

    key, title, icon = "annotate", "Annotate", "paint-brush"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self._session = context.session
        self.canvas = Canvas(context)
        hint = self.tr("DICOM, PNG, JPEG, TIFF, BMP, PGM, MP4 or AVI. Or press {0} to choose.")
        self.canvas.set_empty_text(self.tr("Drop images, cines or folders here"),
                                   hint.format(context.actions.shortcut_text("window.open")))
        self.view = SessionView(context, self.canvas)
        self.series = SeriesList(context)
        self.tools = ToolBar(context, self.view)
        self.cine = CineBar(context.actions)
        self.labels = LabelList(context)
        self.assist = AssistPanel(context)
        self.review = ReviewPanel(context)
        self._lay_out()
        self._bind()
        self.series.chosen.connect(self._chosen)
        self.cine.moved.connect(self.view.show_frame)
        self.canvas.failed.connect(self._frame_failed)
        self._session.current_changed.connect(self._show_series)
        self._session.frame_changed.connect(self.cine.show_frame)
        self._show_series(self._session.current)

    def activated(self) -> None:
        self.assist.load_models()
        self.canvas.setFocus()

    def deactivated(self) -> None:
        self.cine.pause()
        commands.settle_gesture(self._session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # The tool bar must not be cut off: where it is narrow the list of series makes room.
        self.series.setVisible(event.size().width() >= _SERIES_FROM)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.tools)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.cine)
        side = SidePanel(SPACE.RIGHT_PANEL)
        side.body.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.M)
        side.add(self.labels)
        side.gap()
        side.add(self.assist)
        side.gap()
        side.add(self.review)
        side.end()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.series)
        layout.addLayout(middle, 1)
        layout.addWidget(side)

    def _bind(self) -> None:
        bind, toolbox = self.context.actions.bind, self._session.toolbox
        bind("annotate.smaller", lambda: toolbox.resize(-1))
        bind("annotate.larger", lambda: toolbox.resize(1))
        bind("annotate.next_series", lambda: self._step_series(1))
        bind("annotate.previous_series", lambda: self._step_series(-1))
        bind("annotate.clear_frame", lambda: commands.clear_frame(self._session))
        masks = bind("annotate.masks", self._toggle_masks, checked=True)
        self._masks = masks

    def _toggle_masks(self) -> None:
        self.view.show_masks(self._masks.isChecked())

    def _chosen(self, opened: OpenSeries) -> None:
        commands.select_series(self._session, opened.key)
        self.canvas.setFocus()

    def _step_series(self, by: int) -> None:
        opened = self._session.opened
        if self._session.current in opened:
            place = opened.index(self._session.current) + by
            if 0 <= place < len(opened):
                commands.select_series(self._session, opened[place].key)

    def _show_series(self, opened: OpenSeries | None) -> None:
        series = opened.series if opened else None
        self.cine.set_cine(series.frame_count if series else 0, series.frame_rate_hz if series else None)
        if opened:
            self.cine.show_frame(opened.frame)

    def _frame_failed(self, message: Message) -> None:
        self.cine.pause()
        self.context.notify(message, "bad")
