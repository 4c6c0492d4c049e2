"""Which segmentation model is offered for an image: the person's, unless the image is like what another was taught
with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle, JobState
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.jobs.likeness import FindAlike, suiting
from medsynth_gui.jobs.warm_up import WarmUp
from medsynth_gui.session.opened import OpenSeries


class FittingModel(QObject):
    """Asks for each image once, when the warm-up has loaded what the answer needs.

    Signals:
        changed: what fits the image shown is known now.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._alike: dict[tuple[str, tuple[str, ...]], dict[str, bool]] = {}
        self._picked: dict[str, str] = {}
        self._job: JobHandle | None = None
        self._wish: tuple[OpenSeries, tuple[str, ...]] | None = None
        self._warm = False
        context.queue.finished.connect(self._finished)

    def pick(self, opened: OpenSeries | None, model: str) -> None:
        """The person chose a model with this image in view: for it no other is offered."""
        if opened is not None:
            self._picked[opened.key] = model

    def model(self, opened: OpenSeries | None, models: Sequence[str], preferred: str) -> str:
        """The model to offer for an image; it may become another one at `changed`.

        Args:
            preferred: offered where nothing is known to suit better.
        """
        if opened is None or not models:
            return preferred
        alike = self._alike.get((opened.key, tuple(models)))
        if alike is None:
            self._ask(opened, tuple(models))
        if opened.key in self._picked:
            return self._picked[opened.key]
        return suiting(alike or {}, in_turn(models, preferred)) or preferred

    def picked(self, opened: OpenSeries) -> str:
        """The model that the person chose for an image; empty where none was."""
        return self._picked.get(opened.key, "")

    def words(self, opened: OpenSeries | None, models: Sequence[str], chosen: str) -> str:
        """What to know before the chosen one of the models is asked; "" where it suits, or nobody can tell (yet)."""
        alike = self._alike.get((opened.key, tuple(models)), {}) if opened is not None else {}
        if alike.get(chosen, True):
            return ""
        return self.tr("The chosen model was not taught with images like this one; another was.") \
            if any(alike.values()) else self.tr("No model here was taught with images like this one.")

    def _ask(self, opened: OpenSeries, models: tuple[str, ...]) -> None:
        self._wish = opened, models
        if self._warm and self._job is None:
            self._submit()

    def _submit(self) -> None:
        if self._wish is None:
            return
        (opened, models), self._wish = self._wish, None
        job = FindAlike(opened.series, opened.frame, models, compute(self._context))
        self._job = self._context.queue.submit(job, _Keep(self, (opened.key, models)), self._failed, quiet=True,
                                               first=True)

    def keep(self, asked: tuple[str, tuple[str, ...]], alike: dict[str, bool]) -> None:
        """Remember an answer."""
        self._alike[asked] = alike
        self.changed.emit()

    def _failed(self, _: Message) -> None:
        """Nobody asked for it: the person's model stays, and segmenting says what is wrong with the image."""

    def _finished(self, handle: JobHandle) -> None:
        if isinstance(handle.job, WarmUp) and handle.state is JobState.DONE:
            self._warm = True
        elif handle is not self._job:
            return
        self._job = None
        self._submit()


def in_turn(models: Sequence[str], preferred: str) -> tuple[str, ...]:
    """The models with the preferred one first."""
    return (preferred, *(model for model in models if model != preferred))


class _Keep:
    def __init__(self, fitting: FittingModel, asked: tuple[str, tuple[str, ...]]) -> None:
        self._fitting, self._asked = fitting, asked

    def __call__(self, alike: dict[str, bool]) -> None:
        self._fitting.keep(self._asked, alike)
