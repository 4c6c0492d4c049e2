"""Annotate: the series, the image with its tools, labels, assistance and review."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.errors import Message
from medsynth_gui.gui.canvas.beside import Beside
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.comparing import Comparing
from medsynth_gui.gui.canvas.correct_layer import CorrectLayer
from medsynth_gui.gui.canvas.measure_layer import MeasureLayer
from medsynth_gui.gui.canvas.session_view import SessionView
from medsynth_gui.gui.canvas.uncertainty_layer import UncertaintyLayer
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.calibrate import CalibrateDialog
from medsynth_gui.gui.importing import MaskLoader
from medsynth_gui.gui.panels.assist import AssistPanel
from medsynth_gui.gui.panels.cine_bar import CineBar
from medsynth_gui.gui.panels.graph_strip import GraphStrip
from medsynth_gui.gui.panels.image_facts import ImageFacts
from medsynth_gui.gui.panels.label_list import LabelList
from medsynth_gui.gui.panels.label_menu import next_mask_style
from medsynth_gui.gui.panels.left_column import LeftColumn
from medsynth_gui.gui.panels.measurements import MeasurementsPanel
from medsynth_gui.gui.panels.parts import SidePanel
from medsynth_gui.gui.panels.review import ReviewPanel
from medsynth_gui.gui.panels.series_list import SeriesList
from medsynth_gui.gui.panels.tool_bar import ToolBar
from medsynth_gui.gui.panels.versions import show_versions
from medsynth_gui.gui.panels.view_bar import ViewBar
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
        hint = self.tr("DICOM, PNG, JPEG, TIFF, BMP, PGM, GIF, MP4, MOV, AVI or NIfTI. Or press {0} to choose.")
        self.canvas.set_empty_text(self.tr("Drop images, cines or folders here"),
                                   hint.format(context.actions.shortcut_text("window.open")))
        self.view = SessionView(context, self.canvas)
        self.series = SeriesList(context)
        self.left = LeftColumn(context, self.series)
        self.tools = ToolBar(context, self.view, self.canvas)
        self.beside = Beside(context, self.canvas)
        self.comparing = Comparing(context, self.beside)
        self.view_bar = ViewBar(context, self.canvas, self.view, self.comparing)
        self.cine = CineBar(context)
        self.uncertainty = UncertaintyLayer(context, self.canvas)
        self.measure = MeasureLayer(context, self.canvas)
        self.correct = CorrectLayer(context, self.canvas)
        self.graph = GraphStrip(context)
        self.labels = LabelList(context)
        self.measurements = MeasurementsPanel(context)
        self.assist = AssistPanel(context)
        self.review = ReviewPanel(context)
        self.image_facts = ImageFacts(context)
        self.calibrate = CalibrateDialog(context, self)
        self._lay_out()
        self._bind()
        self.series.chosen.connect(self._chosen)
        self.cine.moved.connect(self.view.show_frame)
        self.cine.mark_asked.connect(self._mark)
        self.graph.frame_chosen.connect(self.view.show_frame)
        self.canvas.failed.connect(self._frame_failed)
        self._session.current_changed.connect(self._show_series)
        self._session.frame_changed.connect(self.cine.show_frame)
        self._session.marks_changed.connect(self.cine.set_marks)
        self._session.history_changed.connect(self._show_labelled)
        self._session.toolbox.busy_changed.connect(self._drawing)
        self._session.proposal_changed.connect(self.cine.slider.set_curve)
        self._show_series(self._session.current)

    def activated(self) -> None:
        self.assist.load_models()
        self.canvas.setFocus()

    def deactivated(self) -> None:
        self.cine.pause()
        commands.settle_gesture(self._session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        # The tool bar must not be cut off: where it is narrow the list of series makes room.
        self.left.setVisible(event.size().width() >= _SERIES_FROM)

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.tools)
        middle.addWidget(self.beside, 1)
        middle.addWidget(self.view_bar)
        middle.addWidget(self.graph)
        middle.addWidget(self.cine)
        side = SidePanel(SPACE.RIGHT_PANEL)
        side.body.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.M)
        side.add(self.labels)
        side.add(self.measurements)
        side.gap()
        side.add(self.assist)
        side.gap()
        side.add(self.review)
        side.gap()
        side.add(self.image_facts)
        side.end()
        self._columns = layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.left)
        layout.addLayout(middle, 1)
        layout.addWidget(side)
        self.context.settings.changed.connect(self._setting_changed)
        self._setting_changed("left_handed")
        self._setting_changed("mask_style")

    def _setting_changed(self, key: str) -> None:
        if key == "left_handed":
            mirrored = self.context.settings[key]
            self._columns.setDirection(QHBoxLayout.Direction.RightToLeft if mirrored
                                       else QHBoxLayout.Direction.LeftToRight)
            self.tools.mirror(mirrored)
        elif key == "mask_style":
            self.canvas.layers.mask.set_style(self.context.settings[key])
            self.canvas.update()

    def _bind(self) -> None:
        bind, toolbox = self.context.actions.bind, self._session.toolbox
        bind("annotate.versions", lambda: show_versions(self.context, self.canvas, self.window()))
        bind("annotate.mask_style", lambda: next_mask_style(self.context.settings))
        bind("annotate.smaller", lambda: toolbox.resize(-1))
        bind("annotate.larger", lambda: toolbox.resize(1))
        bind("annotate.next_series", lambda: self._step_series(1))
        bind("annotate.previous_series", lambda: self._step_series(-1))
        self.mask_loader = MaskLoader(self.context, self)
        bind("annotate.load_mask", self.mask_loader.choose)
        bind("annotate.clear_frame", lambda: commands.clear_frame(self._session))
        bind("annotate.remove_point", toolbox.step_back)
        bind("annotate.accept", self._accept)
        bind("annotate.reject", self._reject)
        bind("annotate.show_measurements", self.measure.toggle, checked=True)
        masks = bind("annotate.masks", self._toggle_masks, checked=True)
        self._masks = masks

    def _accept(self) -> None:
        if self._session.toolbox.busy or not self.tools.masks.panel.apply():
            self.assist.proposal.accept()

    def _reject(self) -> None:
        if self._session.toolbox.busy or not self.tools.masks.panel.close_panel():
            self.assist.proposal.reject()

    def _toggle_masks(self) -> None:
        self.view.show_masks(self._masks.isChecked())

    def _drawing(self, busy: bool) -> None:
        """Nobody draws on masks that are not shown."""
        if busy and not self._masks.isChecked() and not self._session.measures:
            self._masks.trigger()

    def _chosen(self, opened: OpenSeries) -> None:
        commands.select_series(self._session, opened.key)
        self.canvas.setFocus()

    def _step_series(self, by: int) -> None:
        opened = self._session.opened
        if self._session.current in opened:
            place = opened.index(self._session.current) + by
            # One that cannot be shown is told, and passed over.
            while 0 <= place < len(opened) and not commands.select_series(self._session, opened[place].key):
                place += by

    def _show_series(self, opened: OpenSeries | None) -> None:
        series = opened.series if opened else None
        self.cine.set_cine(series)
        self.cine.set_marks(opened.note.marks if opened else ())
        self._show_labelled(None)
        self.cine.slider.set_curve(opened.proposal if opened else None)
        if opened:
            self.cine.show_frame(opened.frame)

    def _mark(self, mark: Mark) -> None:
        commands.toggle_mark(self._session, mark)

    def _show_labelled(self, _: None) -> None:
        document = self._session.document
        self.cine.slider.set_labelled(document.labelled_frames() if document else ())

    def _frame_failed(self, message: Message) -> None:
        self.cine.pause()
        self.context.notify(message, "bad")
