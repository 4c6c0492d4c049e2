"""OpenSeries: a series that is open, with its mask, its view and its journal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.review import Review
from medsynth_gui.core.windowing import WindowLevel, apply_window
from medsynth_gui.session.notes import Note


@dataclass(eq=False)
class OpenSeries:
    """What the window knows of one open series; only `Session` and its commands change it.

    Attributes:
        key: stable over restarts: names the journal.
        study: title of the study; `patient` never leaves this machine.
        load: makes the mask document (and replays its journal) when it is first asked for.
        frame: the frame shown last, from 0.
        note: review and accepted proposals.
        proposal: what a model proposes.
    """

    key: str
    series: ImageSeries
    load: Callable[[OpenSeries], MaskDocument]
    study: str = ""
    patient: str = ""
    frame: int = 0
    note: Note = field(default_factory=Note)
    proposal: ResultLayer | None = None
    _document: MaskDocument | None = None
    _window: WindowLevel | None = None

    @property
    def title(self) -> str:
        return self.series.title or Path(self.series.path).name

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
        """One frame under the current window as 8-bit gray (y, x)."""
        shown = self.shown(frame)
        return shown if shown.ndim == 2 else shown.mean(axis=2).round().astype(np.uint8)


def series_key(series: ImageSeries) -> str:
    """A name for the masks of a series: path, size in bytes and dimensions; pixels where there is no file."""
    digest = hashlib.sha256(f"{series.frame_count}x{series.rows}x{series.columns}|{series.title}".encode())
    path = Path(series.path)
    if series.path and path.exists():
        size = path.stat().st_size if path.is_file() else 0
        digest.update(f"|{path.resolve()}|{size}".encode())
    else:
        digest.update(np.ascontiguousarray(series.frame(0)).tobytes())
    return digest.hexdigest()[:24]
