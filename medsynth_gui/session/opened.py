"""OpenSeries: a series that is open, with its mask, its view and its journal."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.review import Review
from medsynth_gui.core.windowing import WindowLevel, apply_window
from medsynth_gui.io.plain_files import PlainFile, file_key
from medsynth_gui.session.adjustments import Adjustments, adjusted
from medsynth_gui.session.notes import Note

if TYPE_CHECKING:
    from medsynth_gui.dataset.sample import Sample

# A list asks for its thumbnails in a worker while the window shows the same file.
_READING = threading.Lock()


@dataclass(eq=False)
class OpenSeries:
    """What the window knows of one open series; only `Session` and its commands change it.

    Attributes:
        key: stable over restarts: names the journal.
        source: the series, or the file that it is read from when it is first needed.
        study: title of the study; `patient` never leaves this machine.
        load: makes the mask document (and replays its journal) when it is first asked for.
        frame: the frame shown last, from 0.
        note: review and accepted proposals.
        proposal: what a model proposes.
        origin: the path to open again at the next start; a crowded folder stands for all in it.
        adjustments: what is changed by hand of the series as it was read.
        samples: the samples of a project that its frames are known to be.
        reader: whose blind reading its mask is; empty where it is the one mask of the series.
    """

    key: str
    source: ImageSeries | PlainFile
    load: Callable[[OpenSeries], MaskDocument]
    study: str = ""
    patient: str = ""
    frame: int = 0
    note: Note = field(default_factory=Note)
    proposal: ResultLayer | None = None
    origin: str = ""
    adjustments: Adjustments = field(default_factory=Adjustments)
    samples: dict[int, Sample] = field(default_factory=dict)
    reader: str = ""
    _document: MaskDocument | None = None
    _window: WindowLevel | None = None
    _gray: tuple[int, WindowLevel, npt.NDArray[np.uint8]] | None = None
    _adjusted: tuple[ImageSeries, Adjustments, ImageSeries] | None = None

    @property
    def series(self) -> ImageSeries:
        """The image as it is worked on: as read, with what was changed by hand.

        Raises:
            InputError: as `as_read`.
        """
        read, asked = self.as_read, self.adjustments
        if self._adjusted is None or self._adjusted[0] is not read or self._adjusted[1] != asked:
            self._adjusted = read, asked, adjusted(read, asked)
        return self._adjusted[2]

    @property
    def as_read(self) -> ImageSeries:
        """The image with what its file says; of a file known by name only this reads the header.

        Raises:
            InputError: the file is no image, damaged or gone.
        """
        if isinstance(self.source, PlainFile):
            with _READING:
                if isinstance(self.source, PlainFile):
                    self.source = self.source.open()
        assert isinstance(self.source, ImageSeries)
        return self.source

    @property
    def is_read(self) -> bool:
        """Its header was read; otherwise it is a still of which only the name is known."""
        return isinstance(self.source, ImageSeries)

    @property
    def title(self) -> str:
        return self.source.title or Path(self.source.path).name

    @property
    def is_sample(self) -> bool:
        """It is the stored image of a sample: the project lists it already."""
        return any(sample.image == Path(self.source.path) for sample in self.samples.values())

    @property
    def review(self) -> Review:
        """Who looked at the mask, and what they said."""
        return self.note.review

    @property
    def loaded(self) -> bool:
        """The mask document exists already."""
        return self._document is not None

    @property
    def document(self) -> MaskDocument:
        """The mask of the series; the first use reads its journal.

        Raises:
            StorageError: the journal is in use by another window.
        """
        if self._document is None:
            self._document = self.load(self)
        return self._document

    @property
    def window(self) -> WindowLevel:
        """How values are shown; at first as the file says."""
        if self._window is None:
            self._window = self.series.default_window(self.frame)
        return self._window

    @window.setter
    def window(self, window: WindowLevel) -> None:
        self._window = window

    def shown(self, frame: int) -> npt.NDArray[np.uint8]:
        """One frame under the current window, 8-bit: (y, x) or (y, x, 3)."""
        return apply_window(self.series.frame(frame), self.window, invert=self.series.invert)

    def shown_gray(self, frame: int) -> npt.NDArray[np.uint8]:
        """One frame under the current window as 8-bit gray (y, x): the same array until frame or window change."""
        if self._gray is None or self._gray[:2] != (frame, self.window):
            shown = self.shown(frame)
            gray = shown if shown.ndim == 2 else ((shown.sum(axis=2, dtype=np.uint16) + 1) // 3).astype(np.uint8)
            self._gray = frame, self.window, gray
        return self._gray[2]


def series_key(series: ImageSeries | PlainFile) -> str:
    """A name for the masks of a series: title, path and size in bytes; its pixels where there is no file."""
    if isinstance(series, PlainFile):
        return series.key
    path = Path(series.path)
    if series.path and path.exists():
        return file_key(series.title, path.resolve(), path.stat().st_size if path.is_file() else 0)
    digest = hashlib.sha256(f"{series.frame_count}x{series.rows}x{series.columns}|{series.title}".encode())
    digest.update(np.ascontiguousarray(series.frame(0)).tobytes())
    return digest.hexdigest()[:24]
