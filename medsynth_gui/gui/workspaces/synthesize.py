"""Synthesize: the image follows the mask; a gallery of seeds is made, judged, kept and rejected."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.canvas.beside import Beside
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.planner_pages import PlannerPages
from medsynth_gui.gui.panels.synthesize_actions import SYNTHESIZE_ACTIONS
from medsynth_gui.gui.panels.synthesize_bar import ImageBar, MaskBar
from medsynth_gui.gui.panels.synthesize_between import BetweenBar
from medsynth_gui.gui.panels.synthesize_collection import Collection
from medsynth_gui.gui.panels.synthesize_fill import Filling
from medsynth_gui.gui.panels.synthesize_gallery import SynthesizeGallery
from medsynth_gui.gui.panels.synthesize_gates import GatesPanel
from medsynth_gui.gui.panels.synthesize_live import Live
from medsynth_gui.gui.panels.synthesize_masks import MaskSource
from medsynth_gui.gui.panels.synthesize_nearest import NearestRealView
from medsynth_gui.gui.panels.synthesize_pad import PAD_TOOLS, MaskPad
from medsynth_gui.gui.panels.synthesize_picture import SynthesizePicture
from medsynth_gui.gui.panels.synthesize_rejected import RejectedTray
from medsynth_gui.gui.panels.synthesize_setup import SynthesizeSetup
from medsynth_gui.gui.panels.synthesize_showing import Showing
from medsynth_gui.gui.panels.synthesize_wish import Wish
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.segment import label_set_of
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.synthesis import Gray


class SynthesizeWorkspace(Workspace):
    """Left the request, in the middle the image with its mask, right what was made."""

    key = "synthesize"
    title = QT_TRANSLATE_NOOP("workspaces", "Synthesize")
    icon = "sparkle"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.canvas = Canvas(context)
        self.setup = SynthesizeSetup(context)
        self.pad = MaskPad(self.canvas, self._labels, self)
        self.source = MaskSource(context, self.setup, self.pad, self)
        self.live, self.filling, self.stepping = Live(context, self), Filling(context, self), Filling(context, self)
        self.collection = Collection(context, self._labels, self)
        self.gallery = SynthesizeGallery(context.theme, self.collection.made, self.filling)
        self.rejected = RejectedTray(context.theme, self.collection.rejected)
        self.gates = GatesPanel(context, self.setup.model)
        self.collection.judging = self.gates.judging
        self.between = BetweenBar(context.theme, self.collection.strip, self.stepping)
        self.wish = Wish(self.setup, self.pad, self.source, self.between)
        self._beside = Beside(context, self.canvas)
        self.nearest = NearestRealView(context, self._beside, self)
        self._bind()
        self.mask_bar, self.image_bar = MaskBar(context, self.pad), ImageBar(context)
        self.showing = Showing(context, self.wish, self.live, SynthesizePicture(self.canvas, self.pad, self._labels),
                               self.image_bar, self.nearest, self.collection, self.gallery, self.rejected)
        self.pages = PlannerPages(context, self.setup, self)
        layout = self.pages.making
        layout.addWidget(self.setup)
        layout.addWidget(self._middle(), 1)
        layout.addWidget(self._right())
        self.pages.link_tray(self.collection.rejected, self.side)
        self._connect()
        self._model_changed()

    def _middle(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.mask_bar, self._beside, self.nearest.caption, self.between, self.image_bar):
            column.addWidget(widget, 1 if widget is self._beside else 0)
        return box

    def _right(self) -> QWidget:
        self.side = Segmented([("made", self.tr("Gallery"), self.tr("The images that were made")),
                               ("rejected", self.tr("Rejected"), self.tr("What gates or you turned down, and why")),
                               ("gates", self.tr("Gates"), self.tr("What an image must pass"))])
        self._pages = QStackedWidget()
        for page in (self.gallery, self.rejected, self.gates):
            self._pages.addWidget(page)
        self.side.chosen.connect(self._side_chosen)
        box = QWidget()
        box.setFixedWidth(SPACE.RIGHT_PANEL)
        column = QVBoxLayout(box)
        column.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.M)
        column.setSpacing(SPACE.S)
        column.addWidget(self.side)
        column.addWidget(self._pages, 1)
        return box

    def _bind(self) -> None:
        """Say what each action of the table does; the table is this workspace's own."""
        setup, pad, gallery = self.setup, self.pad, self.gallery
        handlers = {
            "run": self.run, "stop": self.filling.stop, "dice": setup.roll, "keep": self._on_shown("keep"),
            "reject": self._on_shown("reject"), "annotate": self._on_shown("annotate"),
            "live": self._on_shown("back_to_live"), "continue": self._on_shown("go_on"),
            "next": partial(gallery.step, 1), "previous": partial(gallery.step, -1), "nearest": self._toggle_nearest,
            "split": self._look_changed, "outline": self._look_changed, "between": self.make_strip, "undo": pad.undo,
            "redo": pad.redo, "clear": pad.clear, "smaller": partial(pad.resize, -1), "larger": partial(pad.resize, 1),
            **{f"tool_{spec.id}": partial(pad.choose, spec.id) for spec in PAD_TOOLS},
            **{f"label_{number}": partial(self._choose_label, number - 1) for number in range(1, 5)}}
        for action_row in SYNTHESIZE_ACTIONS:
            self.context.actions.add(action_row, handlers[action_row.id.partition(".")[2]])
        self.context.actions.get("synthesize.outline").setChecked(True)

    def _on_shown(self, name: str) -> partial[None]:
        return partial(self._act, name)

    def _act(self, name: str) -> None:
        getattr(self.showing, name)()

    def _connect(self) -> None:
        setup = self.setup
        for signal, slot in (
                (setup.run, self.run), (setup.source, self._source_changed), (setup.model.changed, self._model_changed),
                (self.source.changed, self._masks_changed), (self.pad.changed, self._refresh),
                (self.pad.told, self._told), (self.canvas.size_stepped, self.pad.resize),
                (self.mask_bar.look_changed, self._look_changed), (self.filling.made, self._made),
                (self.filling.failed, self._failed), (self.filling.changed, self._refresh),
                (self.stepping.made, self._stepped), (self.stepping.failed, self._failed),
                (self.between.strip_wanted, self.make_strip), (self.showing.changed, self._refresh),
                (self.rejected.taken, self.collection.take_anyway), (self.gates.changed, self.collection.judge_all),
                (self.pages.turned, self._turned), (self.collection.rejected.rowsInserted, self._count),
                (self.collection.rejected.rowsRemoved, self._count)):
            signal.connect(slot)

    def activated(self) -> None:
        self.setup.model.refresh()
        self.pages.activated()
        self.showing.active = True
        if self.setup.switch.key == "image" and not self.source.masks():
            self.setup.switch.choose("draw")
        elif self.setup.switch.key == "project":
            self.source.restart()
        self.wish.take_source()
        self.showing.show()

    def _turned(self, key: str) -> None:
        """The generator that was chosen for the plan is the one of the images, too."""
        if key == "images":
            self.setup.model.refresh()
        self.turned.emit()

    def deactivated(self) -> None:
        self.showing.active = False
        self.pad.leave()
        self.live.stop()

    def masks(self) -> tuple[Gray, ...]:
        """The masks that images would be made for now."""
        return self.wish.masks()

    def run(self) -> None:
        """Fill the gallery: an image of each seed for the mask, or for the masks in turn."""
        self.side.choose("made")
        self.setup.model.keep()
        self.filling.start(self.wish.gallery())

    def make_strip(self) -> None:
        """Seven steps between the two images that are selected."""
        if not self.stepping.running:
            strip = self.collection.strip
            while strip.rowCount():
                strip.remove(0)
            self.stepping.start(self.wish.strip())

    def _labels(self) -> LabelSet:
        card = self.setup.model.card
        return label_set_of(card) if card and card.labels else self.context.session.label_set

    def _choose_label(self, number: int) -> None:
        self.mask_bar.choose_label(number)

    def _source_changed(self, _: str) -> None:
        self.source.restart()
        self._masks_changed()

    def _masks_changed(self) -> None:
        self.wish.take_source()
        self.showing.back_to_live()
        self.showing.follow()

    def _model_changed(self) -> None:
        self.mask_bar.set_labels(self._labels())
        self._look_changed()
        self.gates.show_model()
        self.nearest.limit = self.gates.copy_limit

    def _look_changed(self, *_: object) -> None:
        checked = {name: self.context.actions.get(f"synthesize.{name}").isChecked() for name in ("outline", "split")}
        self.showing.picture.set_look(self.mask_bar.opacity.value() / 100, checked["outline"], checked["split"])
        self.collection.made.set_outlines(checked["outline"])

    def _toggle_nearest(self) -> None:
        self.nearest.limit = self.gates.copy_limit
        self.nearest.set_on(self.context.actions.get("synthesize.nearest").isChecked())

    def _side_chosen(self, key: str) -> None:
        self._pages.setCurrentWidget({"made": self.gallery, "rejected": self.rejected, "gates": self.gates}[key])

    def _count(self, *_: object) -> None:
        count = self.collection.rejected.rowCount()
        self.side.set_words("rejected", self.tr("Rejected {0}").format(count) if count else self.tr("Rejected"))

    def _made(self, image: SyntheticImage) -> None:
        self.collection.add(image)
        if self.filling.count == 1 and self.showing.made is None and not self.pad.busy:
            self.gallery.choose(self.gallery.model.rowCount() - 1)

    def _stepped(self, image: SyntheticImage) -> None:
        self.collection.step(image)

    def _told(self, message: Message) -> None:
        self.context.notify(message, "caution")

    def _failed(self, message: Message) -> None:
        self.context.notify(message, "bad")

    def _refresh(self, *_: object) -> None:
        """Say what can be done now."""
        self.setup.set_ready(bool(self.masks()), "" if self.wish.drawn and not self.pad.empty else self.source.words())
        made, document = self.showing.made, self.pad.document
        for name, available in (
                ("run", self.setup.go.isEnabled()), ("stop", self.filling.running),
                ("keep", self.showing.acceptable and not (made and made.sample_id)),
                ("reject", self.showing.acceptable), ("annotate", self.showing.acceptable),
                ("live", made is not None), ("continue", made is not None),
                ("between", self.between.pair is not None), ("undo", document.undo_name is not None),
                ("redo", document.redo_name is not None), ("clear", not self.pad.empty)):
            self.context.actions.set_available(f"synthesize.{name}", available)
