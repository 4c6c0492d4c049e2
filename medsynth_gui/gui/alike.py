"""Which segmenters were taught with images like one that is open: asked once for each image, in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.job_queue import JobHandle, JobQueue, JobState
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.likeness import FindAlike
from medsynth_gui.jobs.warm_up import WarmUp
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.settings import Settings

_Asked = tuple[str, tuple[str, ...]]


class AlikeModels(QObject):
    """One for the window: what one workspace has asked, another knows. The warm-up loads what an answer needs.

    Signals:
        changed: an answer is there.
    """

    changed = Signal()

    def __init__(self, queue: JobQueue, settings: Settings) -> None:
        super().__init__(queue)
        self._queue, self._settings = queue, settings
        self._known: dict[_Asked, Mapping[str, bool]] = {}
        self._at_work: set[_Asked] = set()
        self._job: JobHandle | None = None
        self._wish: tuple[OpenSeries, tuple[str, ...]] | None = None
        self._warm = False
        queue.finished.connect(self._finished)

    def of(self, opened: OpenSeries, models: Sequence[str]) -> Mapping[str, bool] | None:
        """By model whether it was taught with images like this one, where it can tell.

        Returns:
            None where that is not known yet: it is there at `changed`.
        """
        asked = opened.key, tuple(models)
        known = self._known.get(asked)
        if known is None and asked not in self._at_work:
            self._wish = opened, tuple(models)
            if self._warm and self._job is None:
                self._submit()
        return known

    def _submit(self) -> None:
        if self._wish is None:
            return
        (opened, models), self._wish = self._wish, None
        settings = self._settings
        job = FindAlike(opened.series, opened.frame, models,
                        Compute(settings["device"], settings["precision"], settings["threads"]))
        keep = _Keep(self, (opened.key, models))
        self._at_work.add(keep.asked)
        self._job = self._queue.submit(job, keep, keep.nothing, quiet=True, first=True)

    def keep(self, asked: _Asked, alike: Mapping[str, bool]) -> None:
        """Remember an answer."""
        self._at_work.discard(asked)
        self._known[asked] = alike
        self.changed.emit()

    def _finished(self, handle: JobHandle) -> None:
        if isinstance(handle.job, WarmUp) and handle.state is JobState.DONE:
            self._warm = True
        elif handle is not self._job:
            return
        self._job = None
        self._submit()


class _Keep:
    def __init__(self, alike: AlikeModels, asked: _Asked) -> None:
        self._alike, self.asked = alike, asked

    def __call__(self, found: Mapping[str, bool]) -> None:
        self._alike.keep(self.asked, found)

    def nothing(self, _: Message) -> None:
        """Nobody asked to be told: what was preferred stays, and segmenting says what is wrong with the image."""
        self._alike.keep(self.asked, {})
