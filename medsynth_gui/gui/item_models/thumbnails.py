"""Small pictures for lists: made in the IO lane, only for what is on the screen, kept within a bound."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.gui.job_queue import JobQueue
from medsynth_gui.jobs.job import JobContext, Lane

SIDE_PX = 240
_BATCH = 24
_KEPT = 2_000

Gray = npt.NDArray[np.uint8]


class Pictured(Protocol):
    """What has a key and a picture; `gray` is called in a worker."""

    @property
    def key(self) -> str: ...

    def gray(self) -> Gray: ...


@dataclass(frozen=True)
class MakeThumbnails:
    """Shrink the pictures of a few entries; what cannot be read maps to None."""

    entries: tuple[Pictured, ...]
    side_px: int = SIDE_PX

    @property
    def title(self) -> Message:
        return Message("job-thumbnails", {"count": len(self.entries)})

    @property
    def lane(self) -> Lane:
        return Lane.IO

    def run(self, ctx: JobContext) -> dict[str, Gray | None]:
        made: dict[str, Gray | None] = {}
        for index, entry in enumerate(self.entries):
            ctx.checkpoint(index, len(self.entries))
            try:
                made[entry.key] = shrink(entry.gray(), self.side_px)
            except MedSynthError:
                made[entry.key] = None
        return made


def shrink(gray: Gray, side_px: int) -> Gray:
    """A copy (y, x) whose longer side is at most `side_px`."""
    import cv2

    scale = side_px / max(gray.shape)
    if scale >= 1:
        return np.array(gray)
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def gray_pixmap(gray: Gray) -> QPixmap:
    """A pixmap of (y, x) uint8."""
    rows = np.ascontiguousarray(gray)
    return QPixmap.fromImage(QImage(rows.data, rows.shape[1], rows.shape[0], rows.shape[1],
                                    QImage.Format.Format_Grayscale8))


class Thumbnails(QObject):
    """Gives a pixmap if there is one, else has it made; `made` names the keys that arrived."""

    made = Signal(list)

    def __init__(self, queue: JobQueue, parent: QObject) -> None:
        super().__init__(parent)
        self._queue = queue
        self._kept: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._wanted: OrderedDict[str, Pictured] = OrderedDict()
        self._running = False
        # One pass of painting asks for many; they become one job.
        self._gather = QTimer(self, singleShot=True, interval=10)
        self._gather.timeout.connect(self._start)

    def find(self, entry: Pictured) -> QPixmap | None:
        """The pixmap of an entry; None while it is not there, or if it cannot be had."""
        if entry.key in self._kept:
            self._kept.move_to_end(entry.key)
            return self._kept[entry.key]
        self._wanted[entry.key] = entry
        self._wanted.move_to_end(entry.key)
        while len(self._wanted) > 8 * _BATCH:
            self._wanted.popitem(last=False)
        if not self._running and not self._gather.isActive():
            self._gather.start()
        return None

    def forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._kept.pop(key, None)

    def _start(self) -> None:
        if self._running or not self._wanted:
            return
        # The newest wishes first: after a fast scroll the old ones are out of sight.
        batch = [self._wanted.popitem()[1] for _ in range(min(_BATCH, len(self._wanted)))]
        self._running = True
        self._queue.submit(MakeThumbnails(tuple(batch)), self._arrived, self._failed, quiet=True)

    def _arrived(self, made: dict[str, Gray | None]) -> None:
        self._running = False
        for key, gray in made.items():
            self._kept[key] = None if gray is None else gray_pixmap(gray)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        self.made.emit(list(made))
        self._start()

    def _failed(self, _message: Message) -> None:
        self._running = False
