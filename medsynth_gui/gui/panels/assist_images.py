"""Proposals for all images that are open and have no mask yet."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.segment_images import SegmentedImage, SegmentImages
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.requests import images_to_segment

_TOLD = 3


class ImagesRun(QObject):
    """Has one model look at the images; each gets its proposal when it is there, unless it was drawn on meanwhile.

    Signals:
        changed: it began or ended.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._asked: tuple[OpenSeries, ...] = ()
        self._job: JobHandle | None = None
        self._made, self._unlike = 0, 0
        context.queue.finished.connect(self._finished)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self, model: str) -> None:
        """Begin with the images that have neither mask nor proposal."""
        if self.busy:
            return
        self._asked, self._made, self._unlike = images_to_segment(self._session), 0, 0
        if not self._asked:
            self._context.notify(self.tr("Every open image has a mask or a proposal already."), "info")
            return
        sources = tuple(one.series if one.is_read else one.source for one in self._asked)
        self._job = self._context.queue.submit(SegmentImages(sources, model, compute(self._context)), self._done,
                                               self._failed, self._offer)
        self.changed.emit()

    def _offer(self, found: SegmentedImage) -> None:
        opened = self._asked[found.number]
        if opened not in self._session.opened or opened not in images_to_segment(self._session, (opened,)):
            return
        self._made += 1
        self._unlike += bool(found.layer.unlike)
        commands.offer_proposal(self._session, opened, found.layer)

    def _done(self, failed: tuple[OpenFailure, ...]) -> None:
        told = [self.tr("{count} images have a proposal now: look at each, and accept or correct it.").format(
            count=self._made)]
        if self._unlike:
            told.append(self.tr("{count} are unlike those that the model was taught with.").format(count=self._unlike))
        told += [words(one.message) for one in failed[:_TOLD]]
        if len(failed) > _TOLD:
            told.append(self.tr("{count} more could not be read.").format(count=len(failed) - _TOLD))
        self._context.notify(" ".join(told), "caution" if failed or self._unlike else "good")

    def _failed(self, message: Message) -> None:
        self._context.notify(message, "bad")

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            self.changed.emit()
