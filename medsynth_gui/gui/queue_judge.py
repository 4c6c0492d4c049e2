"""QueueJudge: has the samples of the project judged, in turns, so that other models come in between."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.jobs.rank import Ranking, RankProject

_TURN_S = 1.0


class QueueJudge(QObject):
    """One request at a time; a newer one takes the place of the one at work.

    Signals:
        ranked(Ranking): the order by what is known now; the first comes at once.
        failed(Message): the project cannot be judged.
    """

    ranked = Signal(object)
    failed = Signal(object)

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._request: RankProject | None = None
        self._job: JobHandle | None = None
        self._began_s, self._began_with = 0.0, 0
        self.last: Ranking | None = None
        self.paused = False

    @property
    def left(self) -> int:
        """How many images are not judged yet."""
        last = self.last
        return max(0, last.to_judge - last.judged - len(last.failed)) if last else 0

    @property
    def at_work(self) -> bool:
        """It judges, or would if it were not paused."""
        return self.left > 0 and (self._job is not None or self.paused)

    @property
    def left_s(self) -> float | None:
        """Seconds left by the rate so far; None where that cannot be said."""
        judged = (self.last.judged if self.last else 0) - self._began_with
        return (time.monotonic() - self._began_s) / judged * self.left if judged > 0 and not self.paused else None

    def start(self, request: RankProject) -> None:
        """Order by what is known already, then judge the rest."""
        self.stop()
        self.last, self.paused = None, False
        # The first turn takes no time, so that the list is there at once.
        self._request = replace(request, seconds=0.0)
        self._submit()

    def stop(self) -> None:
        """Leave the rest for another time; what was judged is kept."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def pause(self, paused: bool) -> None:
        """Stop after this turn, or go on."""
        self.paused = paused
        if paused:
            self.stop()
        elif self._request is not None:
            self._request = replace(self._request, seconds=0.0)
            self._submit()

    def _submit(self) -> None:
        assert self._request is not None
        self._job = self._context.queue.submit(self._request, self._turn_ended, self._ended, quiet=True,
                                               first=self._request.seconds == 0)

    def _turn_ended(self, ranking: Ranking) -> None:
        assert self._request is not None
        first, before = self._request.seconds == 0, self.last.judged if self.last else 0
        self._job, self.last = None, ranking
        if first:
            self._began_s, self._began_with = time.monotonic(), ranking.judged
            self._request = replace(self._request, seconds=_TURN_S)
        # A turn that judged nothing more will not do so next time.
        if self.left and not self.paused and (first or ranking.judged > before):
            self._submit()
        self.ranked.emit(ranking)

    def _ended(self, message: Message) -> None:
        self._job = None
        self.failed.emit(message)
