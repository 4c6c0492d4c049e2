"""Collection: what was made, judged by the gates, kept or rejected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.dialogs.project_folder import ensure_project
from medsynth_gui.gui.item_models.gallery_model import GalleryModel
from medsynth_gui.gui.panels.gate_words import reason
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.judge_image import JudgeImage
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.commands import add_synthetic_to_project
from medsynth_gui.session.synthesis import Made

if TYPE_CHECKING:
    from medsynth_gui.jobs.gates import GateResult


class Collection(QObject):
    """The gallery and the tray of rejected images.

    Attributes:
        judging: makes the job that judges an image.

    Signals:
        judged(Made): the gates have spoken.
    """

    judged = Signal(object)

    def __init__(self, context: AppContext, labels: Callable[[], LabelSet], parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._window = context, parent
        self.made, self.rejected, self.strip = (GalleryModel(labels, self) for _ in range(3))
        self.judging: Callable[[SyntheticImage], JudgeImage] = lambda image: JudgeImage(
            image, image.provenance.producer, compute=compute(context))
        self._wanted: list[SyntheticImage] = []

    def add(self, image: SyntheticImage) -> Made:
        """Take an image in and have it judged."""
        made = Made(image)
        self.made.add([made])
        self.judge(image)
        return made

    def judge(self, image: SyntheticImage) -> None:
        """Ask the gates."""
        self._context.queue.submit(self.judging(image), partial(self._judged, image), partial(self._unjudged, image),
                                   quiet=True)

    def judge_all(self) -> None:
        """Ask the gates again: their thresholds are others."""
        for model in (self.made, self.rejected):
            for made in [made for made in model.made if not made.rejected and not made.sample_id]:
                self.judge(made.synthetic)

    def keep(self, made: Made) -> None:
        """Add an image to the project, once it has passed the gates."""
        if made.sample_id or not ensure_project(self._context, self._window):
            return
        if made.verdicts is None and not made.unjudged:
            self._wanted.append(made.synthetic)
            self._context.notify(self.tr("It is kept as soon as the gates have passed it."), "info")
            return
        image = _with_verdicts(made)
        try:
            sample, = add_synthetic_to_project(self._context.session, [image])
        except MedSynthError as error:
            self._context.notify(error.message, "bad")
            return
        for model in (self.made, self.strip):
            model.update(made.synthetic, sample_id=sample.id)
        text = self.tr("Kept as {id}.").format(id=sample.id)
        if made.unjudged:
            text += " " + self.tr("The gates could not judge it: {why}").format(why=made.unjudged)
        self._context.notify(text, "caution" if made.unjudged else "good")

    def reject(self, made: Made) -> None:
        """Put an image into the tray; one that is in the project stays there."""
        row = self.made.row_of(made.synthetic)
        if row >= 0:
            made = self.made.remove(row)
        self.rejected.add([replace(made, rejected=True)])

    def take_anyway(self, made: Made) -> None:
        """Put a rejected image back into the gallery; a copy stays where it is."""
        row = self.rejected.row_of(made.synthetic)
        if row >= 0 and not made.copied:
            self.made.add([replace(self.rejected.remove(row), rejected=False)])

    def _judged(self, image: SyntheticImage, verdicts: tuple[GateResult, ...]) -> None:
        made = self.made.update(image, verdicts=verdicts, unjudged="")
        if made is None:
            self._judged_rejected(image, verdicts)
            return
        if made.failed:
            self.rejected.add([self.made.remove(self.made.row_of(image))])
        if image in self._wanted:
            self._wanted.remove(image)
            if made.failed:
                self._context.notify(self.tr("Not kept. {reason}").format(reason=reason(made.failed[0])), "caution")
            else:
                self.keep(made)
        self.judged.emit(made)

    def _judged_rejected(self, image: SyntheticImage, verdicts: tuple[GateResult, ...]) -> None:
        made = self.rejected.update(image, verdicts=verdicts, unjudged="")
        if made is not None:
            if not made.failed and not made.rejected:
                self.made.add([self.rejected.remove(self.rejected.row_of(image))])
            self.judged.emit(made)

    def _unjudged(self, image: SyntheticImage, message: Message) -> None:
        made = self.made.update(image, unjudged=words(message))
        if made is not None:
            if image in self._wanted:
                self._wanted.remove(image)
                self.keep(made)
            self.judged.emit(made)


def _with_verdicts(made: Made) -> SyntheticImage:
    """The image, whose provenance says what the gates found."""
    provenance = made.synthetic.provenance
    gates = [verdict.record() for verdict in made.verdicts or ()]
    return replace(made.synthetic, provenance=replace(provenance, parameters={**provenance.parameters, "gates": gates}))
