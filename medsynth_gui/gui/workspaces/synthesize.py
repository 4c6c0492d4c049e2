"""Synthesize: a mask, a class and a seed become an image that is seen as it emerges."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.actions import ActionRow
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import ensure_project
from medsynth_gui.gui.item_models.gallery_model import Made
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.gui.panels.fields import Segmented
from medsynth_gui.gui.panels.parts import row, text
from medsynth_gui.gui.panels.synthesize_gallery import SynthesizeGallery
from medsynth_gui.gui.panels.synthesize_masks import MaskSource
from medsynth_gui.gui.panels.synthesize_pad import MaskPad
from medsynth_gui.gui.panels.synthesize_setup import SynthesizeSetup
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.workspaces.base import Workspace
from medsynth_gui.jobs.segment import label_set_of
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.commands import add_synthetic_to_project, open_synthetic, synthesize_job

Gray = npt.NDArray[np.uint8]
ROWS = (
    ActionRow("synthesize.run", QT_TRANSLATE_NOOP("actions", "Synthesize"), ("Ctrl+Return",), "sparkle"),
    ActionRow("synthesize.dice", QT_TRANSLATE_NOOP("actions", "Another seed"), ("D",), "dice-five"),
    ActionRow("synthesize.outline", QT_TRANSLATE_NOOP("actions", "Show or hide the mask outline"), ("M",), "eye"),
    ActionRow("synthesize.keep", QT_TRANSLATE_NOOP("actions", "Keep this image"), ("K",), "plus"),
    ActionRow("synthesize.discard", QT_TRANSLATE_NOOP("actions", "Discard this image"), ("Del",), "trash"),
    ActionRow("synthesize.undo", QT_TRANSLATE_NOOP("actions", "Undo the last stroke"), ("Ctrl+Z",), "arrow-u-up-left"),
    ActionRow("synthesize.smaller", QT_TRANSLATE_NOOP("actions", "Smaller brush"), ("[",), "minus-circle"),
    ActionRow("synthesize.larger", QT_TRANSLATE_NOOP("actions", "Larger brush"), ("]",), "plus-circle"),
)


class SynthesizeWorkspace(Workspace):
    """Left the request, in the middle mask or image, right what was made."""

    key = "synthesize"
    title = QT_TRANSLATE_NOOP("workspaces", "Synthesize")
    icon = "sparkle"

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.canvas = Canvas(context)
        self.canvas.set_empty_text(self.tr("No mask yet"), self.tr("Draw one here, sample one, or take the one that is "
                                                                   "drawn on the open image."))
        self.setup = SynthesizeSetup(context)
        self.gallery = SynthesizeGallery(context.theme, self._labels())
        self.pad = MaskPad(self.canvas, self._labels, self)
        self.source = MaskSource(context, self.setup, self.pad, self)
        self.source.changed.connect(self._masks_changed)
        self._job: JobHandle | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.setup)
        layout.addWidget(self._middle(), 1)
        layout.addWidget(self.gallery)
        self._connect()

    def _middle(self) -> QWidget:
        self.shown = Segmented([("mask", self.tr("Mask"), self.tr("The mask that images are made for")),
                                ("image", self.tr("Image"), self.tr("The image that is made, or was chosen"))])
        self.shown.setFixedWidth(180)
        self._title = text("", "muted", wrap=False)
        bar = row(self.shown, self._title, stretch=1, spacing=SPACE.M)
        bar.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.canvas, 1)
        return box

    def _connect(self) -> None:
        setup, gallery, pad = self.setup, self.gallery, self.pad
        setup.run.connect(self.run)
        setup.source.connect(self._source_changed)
        setup.undo.connect(pad.undo)
        setup.clear.connect(pad.clear)
        setup.radius.connect(self._radius_changed)
        gallery.chosen.connect(self._chosen)
        gallery.outlines.connect(self._show)
        gallery.keep.connect(self.keep)
        gallery.annotate.connect(self.annotate)
        pad.changed.connect(self._refresh)
        self.shown.chosen.connect(self._show)
        self.canvas.size_stepped.connect(self._resize_brush)
        handlers = (self.run, setup.roll, gallery.outline.toggle, self.keep, gallery.discard, pad.undo,
                    partial(self._resize_brush, -1), partial(self._resize_brush, 1))
        for action_row, handler in zip(ROWS, handlers, strict=True):
            self.context.actions.add(action_row, handler)
        self.context.queue.finished.connect(self._job_finished)

    def activated(self) -> None:
        self.setup.model.refresh()
        if self.setup.switch.key == "image" and not self.masks():
            self.setup.switch.choose("draw")
        self._refresh()
        self._show()

    def deactivated(self) -> None:
        self.pad.leave()

    def _labels(self) -> LabelSet:
        card = self.setup.model.card
        return label_set_of(card) if card and card.labels else self.context.session.label_set

    # --- the mask

    def masks(self) -> tuple[Gray, ...]:
        """The masks that images would be made for now."""
        return self.source.masks()

    def _source_changed(self, _: str) -> None:
        self.source.restart()
        self._masks_changed()

    def _masks_changed(self) -> None:
        self.shown.choose("mask")
        self._refresh()
        self._show()

    def _refresh(self, *_: object) -> None:
        self.setup.set_ready(bool(self.masks()) and self._job is None, self.source.words())
        self.context.actions.set_available("synthesize.run", self.setup.go.isEnabled())

    def _radius_changed(self, value: int) -> None:
        self.pad.radius = value

    def _resize_brush(self, steps: int) -> None:
        self.pad.resize(steps)
        self.setup.radius_slider.setValue(round(self.pad.radius))

    # --- making

    def run(self) -> None:
        """Make images for the masks; the one being made is seen as it emerges."""
        masks = self.masks()
        if not masks or self._job is not None:
            return
        setup = self.setup
        try:
            job = synthesize_job(self.context.session, masks=masks, model=setup.model.ref, count=setup.count.value(),
                                 seed=setup.seed.value(), class_name=setup.class_name, steps=setup.steps.value())
        except MedSynthError as error:
            self.context.notify(error.message, "bad")
            return
        if self.source.names:
            job = replace(job, mask_names=self.source.names)
        self.pad.leave()
        self.gallery.list.clearSelection()
        self.shown.choose("image")
        self._title.setText(self.tr("Sampling…"))
        self._job = self.context.queue.submit(job, self._made, self._failed, self._preview)
        self.context.show_model(setup.model.ref)
        self._refresh()

    def _preview(self, image: Gray) -> None:
        if self.shown.key == "image" and self.gallery.current is None:
            self.canvas.set_image(image, synthetic=True)

    def _made(self, images: tuple[SyntheticImage, ...]) -> None:
        self.gallery.add(images)

    def _failed(self, message: Message) -> None:
        self.context.notify(message, "bad")

    def _job_finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            if handle.state is not JobState.DONE:
                self.shown.choose("mask")
            self._refresh()

    # --- what was made

    def _chosen(self, made: Made | None) -> None:
        if made is not None:
            self.shown.choose("image")
        self._show()
        for name in ("keep", "discard"):
            self.context.actions.set_available(f"synthesize.{name}", made is not None)

    def _show(self, *_: object) -> None:
        made = self.gallery.current
        if self.shown.key == "image":
            self.pad.leave()
            self._show_image(made)
        elif self.setup.switch.key == "draw":
            self._title.setText(self.tr("Draw the mask"))
            self.pad.show()
        else:
            self.pad.leave()
            masks = self.masks()
            self._title.setText("")
            self.canvas.set_image(np.full(masks[0].shape, 26, np.uint8) if masks else None)
            self.canvas.set_labels(masks[0] if masks else None, self._labels())

    def _show_image(self, made: Made | None) -> None:
        if made is None:
            self._title.setText("" if self._job is None else self.tr("Sampling…"))
            if self._job is None:
                self.canvas.set_image(None)
            return
        image = made.synthetic
        parts = [self.tr("Seed {seed}, image {n}").format(seed=image.provenance.seed, n=image.index + 1),
                 image.class_name or "", self.tr("in the project as {id}").format(id=made.sample_id)
                 if made.sample_id else ""]
        self._title.setText(" · ".join(filter(None, parts)))
        self.canvas.set_image(image.image, synthetic=True)
        table = LabelSet(tuple(replace(label, opacity=0.0) for label in self._labels()))
        self.canvas.set_labels(image.mask if self.gallery.outline.isChecked() else None, table)

    def keep(self) -> None:
        """Add the chosen image to the project, with its mask and provenance."""
        made = self.gallery.current
        if made is None or made.sample_id or not ensure_project(self.context, self):
            return
        try:
            sample, = add_synthetic_to_project(self.context.session, [made.synthetic])
        except MedSynthError as error:
            self.context.notify(error.message, "bad")
            return
        self.gallery.set_kept(made.synthetic, sample.id)
        self.context.notify(self.tr("Kept as {id}.").format(id=sample.id), "good")

    def annotate(self) -> None:
        """Open the chosen image with its mask."""
        if made := self.gallery.current:
            open_synthetic(self.context.session, made.synthetic)
            self.context.show_workspace("annotate")
