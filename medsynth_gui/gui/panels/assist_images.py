"""Proposals for all images that are open and have no mask yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.errors import Message
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.segment_images import AskedImage, SegmentedImage, SegmentImages
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.requests import images_to_segment

_TOLD = 3


class ImagesRun(QObject):
    """Has each image looked at by the model that suits it; it gets its proposal unless it was drawn on meanwhile.

    Signals:
        changed: it began or ended.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._asked: tuple[OpenSeries, ...] = ()
        self._job: JobHandle | None = None
        self._made, self._unlike, self._left_out = 0, 0, 0
        context.queue.finished.connect(self._finished)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self, offered: Callable[[OpenSeries], tuple[tuple[str, ...], bool]]) -> None:
        """Begin with the images that have neither mask nor proposal.

        Args:
            offered: the models for an image, the preferred one first, and whether the person chose that one for it.
        """
        if self.busy:
            return
        self._asked, self._made, self._unlike, self._left_out = images_to_segment(self._session), 0, 0, 0
        if not self._asked:
            self._context.notify(self.tr("Every open image has a mask or a proposal already."), "info")
            return
        asked = tuple(AskedImage(one.series if one.is_read else one.source, *offered(one)) for one in self._asked)
        self._job = self._context.queue.submit(SegmentImages(asked, compute(self._context)), self._done,
                                               self._failed, self._offer)
        self.changed.emit()

    def _offer(self, found: SegmentedImage) -> None:
        opened, layer = self._asked[found.number], found.layer
        if layer is None:
            self._left_out += 1
            return
        if opened not in self._session.opened or opened not in images_to_segment(self._session, (opened,)):
            return
        self._made += 1
        self._unlike += bool(layer.unlike)
        commands.offer_proposal(self._session, opened, layer)

    def _done(self, failed: tuple[OpenFailure, ...]) -> None:
        told = [self.tr("{count} images have a proposal now: look at each, and accept or correct it.").format(
            count=self._made)]
        if self._unlike:
            told.append(self.tr("{count} are unlike those that the model was taught with.").format(count=self._unlike))
        if self._left_out:
            told.append(self.tr("{count} were left out: no model here was taught with images like them. Choose one "
                                "yourself to segment them.").format(count=self._left_out))
        told += [words(one.message) for one in failed[:_TOLD]]
        if len(failed) > _TOLD:
            told.append(self.tr("{count} more could not be read.").format(count=len(failed) - _TOLD))
        self._context.notify(" ".join(told), "caution" if failed or self._unlike or self._left_out else "good")

    def _failed(self, message: Message) -> None:
        self._context.notify(message, "bad")

    def _finished(self, handle: JobHandle) -> None:
        if handle is self._job:
            self._job = None
            self.changed.emit()
