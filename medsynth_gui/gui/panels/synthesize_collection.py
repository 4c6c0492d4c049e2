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
from medsynth_gui.session.synthesis import Made, with_verdicts

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
        self._waiting: list[tuple[SyntheticImage, Callable[[Made], None]]] = []

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

    def step(self, image: SyntheticImage) -> None:
        """Take an image into the strip between two others, and have it judged."""
        self.strip.add([Made(image)])
        self.judge(image)

    def known(self, image: SyntheticImage) -> Made | None:
        """What became of an image; None of one that was not taken in."""
        found = ((model, model.row_of(image)) for model in (self.made, self.rejected, self.strip))
        return next((model.made[row] for model, row in found if row >= 0), None)

    def once_judged(self, made: Made, then: Callable[[Made], None], words: str) -> None:
        """Do something with an image as soon as the gates have spoken; the words say so where that is not yet."""
        if made.judged:
            then(made)
        else:
            self._waiting.append((made.synthetic, then))
            self._context.notify(words, "info")

    def keep(self, made: Made) -> None:
        """Add an image to the project, once it has passed the gates."""
        if not made.sample_id and ensure_project(self._context, self._window):
            self.once_judged(made, self._keep, self.tr("It is kept as soon as the gates have passed it."))

    def _keep(self, made: Made) -> None:
        if made.failed and (made.copied or not made.overruled):
            self._context.notify(self.tr("Not kept. {reason}").format(reason=reason(made.failed[0])), "caution")
            return
        if made.rejected:  # by hand, and kept all the same
            made = self.take_anyway(made)
        try:
            sample, = add_synthetic_to_project(self._context.session, [with_verdicts(made)])
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
        if self.rejected.update(made.synthetic, rejected=True) is not None:
            return
        row = self.made.row_of(made.synthetic)
        if row >= 0:
            made = self.made.remove(row)
        self.rejected.add([replace(made, rejected=True)])

    def take_anyway(self, made: Made) -> Made:
        """Put a rejected image back into the gallery; a copy stays where it is."""
        row = self.rejected.row_of(made.synthetic)
        if row >= 0 and not made.copied:
            made = replace(self.rejected.remove(row), rejected=False, overruled=bool(made.failed))
            self.made.add([made])
        return made

    def _judged(self, image: SyntheticImage, verdicts: tuple[GateResult, ...]) -> None:
        self.strip.update(image, verdicts=verdicts, unjudged="")
        made = self.made.update(image, verdicts=verdicts, unjudged="")
        if made is None:
            rejected = self.rejected.update(image, verdicts=verdicts, unjudged="")
            if rejected is not None and not rejected.failed and not rejected.rejected:
                self.made.add([self.rejected.remove(self.rejected.row_of(image))])
        elif made.failed and (made.copied or not made.overruled):
            self.rejected.add([self.made.remove(self.made.row_of(image))])
        self._spoken(image)

    def _unjudged(self, image: SyntheticImage, message: Message) -> None:
        for model in (self.made, self.rejected, self.strip):
            model.update(image, unjudged=words(message))
        self._spoken(image)

    def _spoken(self, image: SyntheticImage) -> None:
        """Do what waited for the gates."""
        made = self.known(image)
        if made is None:
            return
        due = [then for waiting, then in self._waiting if waiting is image]
        self._waiting = [one for one in self._waiting if one[0] is not image]
        for then in due:
            then(made)
        self.judged.emit(made)
