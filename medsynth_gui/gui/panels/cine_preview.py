"""Small pictures of a cine for its timeline: one frame a job, behind everything else in the IO lane, bounded."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import GrayFrame, ImageSeries
from medsynth_gui.gui.item_models.thumbnails import MakeThumbnails, gray_pixmap
from medsynth_gui.gui.job_queue import JobHandle, JobQueue
from medsynth_gui.gui.theme import SPACE

SIDE_PX = 168
_MOST = 96


class _Entry:
    """One frame of a series, as `MakeThumbnails` wants it."""

    def __init__(self, series: ImageSeries, frame: int) -> None:
        self._series, self._frame = series, frame

    @property
    def key(self) -> str:
        return str(self._frame)

    def gray(self) -> GrayFrame:
        return self._series.gray(self._frame)


class CinePictures(QObject):
    """At most `_MOST` pictures of the series shown, spread evenly; `made` names the frame that arrived.

    Attributes:
        resting: nothing is decoded; a cine that plays must not wait for a decoder that was sent elsewhere.
    """

    made = Signal(int)

    def __init__(self, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._series: ImageSeries | None = None
        self._kept: dict[int, QPixmap | None] = {}
        self._job: JobHandle | None = None
        self._wish: int | None = None
        self.resting = False

    def set_series(self, series: ImageSeries | None) -> None:
        """Forget the pictures of the last series."""
        if self._job is not None:
            self._job.cancel()
        self._series, self._kept, self._job, self._wish = series, {}, None, None

    def find(self, frame: int) -> QPixmap | None:
        """The picture nearest to a frame if it is there; else it is made, the newest wish first."""
        if self._series is None:
            return None
        step = -(-self._series.frame_count // _MOST)
        near = min(round(frame / step) * step, self._series.frame_count - 1)
        if near not in self._kept and not self.resting:
            self._wish = near
            self._next()
        return self._kept.get(near)

    def _next(self) -> None:
        if self._job is None and self._wish is not None and self._series is not None:
            job = MakeThumbnails((_Entry(self._series, self._wish),), SIDE_PX)
            self._wish = None
            self._job = self._queue.submit(job, self._arrived, self._failed, quiet=True)

    def _arrived(self, made: dict[str, GrayFrame | None]) -> None:
        self._job = None
        for key, gray in made.items():
            self._kept[int(key)] = None if gray is None else gray_pixmap(gray)
            self.made.emit(int(key))
        self._next()

    def _failed(self, _: Message) -> None:
        self._job = None


class CinePreview(QFrame):
    """Stands over the timeline: a small picture and what is known of its frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("cine-preview")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.picture, self.words = QLabel(), QLabel()
        for label in (self.picture, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE.XS, SPACE.XS, SPACE.XS, SPACE.XS)
        layout.setSpacing(SPACE.XS)
        layout.addWidget(self.picture)
        layout.addWidget(self.words)
        self.hide()

    def show_at(self, place: QPoint, picture: QPixmap | None, words: str) -> None:
        """Show above a place of the window, inside it."""
        self.picture.setVisible(picture is not None)
        if picture is not None:
            self.picture.setPixmap(picture)
        self.words.setText(words)
        self.adjustSize()
        room = self.parentWidget().width() - self.width() - SPACE.XS
        self.move(min(max(place.x() - self.width() // 2, SPACE.XS), room), place.y() - self.height() - SPACE.XS)
        self.show()
        self.raise_()
