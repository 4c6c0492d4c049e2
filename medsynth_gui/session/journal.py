"""Journal: what is drawn survives the program, undo and redo included.

Every event of a mask document is appended as it happens, a long stroke piece by piece; the next start does them
again. A stroke that was cut off is kept as far as it went, as one step.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from pathlib import Path

from medsynth_gui.core.errors import Message
from medsynth_gui.core.mask_document import DocumentEvent, MaskDocument
from medsynth_gui.core.signal import Signal
from medsynth_gui.session.journal_file import JournalFile, spare_path
from medsynth_gui.session.journal_lock import JournalLock
from medsynth_gui.session.journal_records import Header, is_cut, read_header
from medsynth_gui.session.journal_replay import Replayed, replay
from medsynth_gui.session.journal_writer import JournalWriter

_COMPACT_EVENTS = 2000
_COMPACT_BYTES = 64 << 20
_RETRY_S = 5.0
_STEP_ENDS = frozenset({"finish", "undo", "redo"})


class Journal:
    """Replays a journal into an empty document, then writes down what happens to it.

    Args:
        path: the file; its folder is made.
        document: as new; of the thread that calls everything here.
        writer: the thread that writes.
        title: what the person calls the series.

    Attributes:
        problem: sentences to tell, emitted by `poll`.

    Raises:
        StorageError: another program has this journal open.
    """

    def __init__(self, path: Path, document: MaskDocument, writer: JournalWriter, *, title: str = "") -> None:
        self.problem: Signal[Message] = Signal()
        self._document = document
        self._writer = writer
        self._notices: deque[Message] = deque()
        self._lock = _acquire(path, title)
        header = Header(*document.shape, title)
        source, found = self._read(path, header)
        self._file = JournalFile(path, header, path=source, good_bytes=found.good_bytes)
        self._size = 0
        self._next_try = 0.0
        if document.stepping:
            document.commit()
            writer.put(self._file, DocumentEvent("finish"))
        if found.events >= _COMPACT_EVENTS or (source != path and found.good_bytes):
            writer.compact(self._file)
        document.recorded.connect(self._record)

    def poll(self) -> None:
        """Tell what the writer met since the last call."""
        for waiting in (self._notices, self._file.problems):
            while waiting:
                self.problem.emit(waiting.popleft())

    def close(self) -> None:
        """Write everything down and let others have the journal."""
        self._document.recorded.disconnect(self._record)
        self._writer.finish(self._file)
        self.poll()
        if self._lock is not None:
            self._lock.release()

    def _read(self, home: Path, header: Header) -> tuple[Path, Replayed]:
        """Replay the journal from where it was left; one that cannot be used is set aside, never removed."""
        spare = spare_path(home)
        path = spare if spare.exists() else home
        try:
            data = path.read_bytes()
        except OSError:
            return home, Replayed()
        start = read_header(data)
        if start is None or (start[0].frames, start[0].rows, start[0].columns) != self._document.shape:
            aside = _set_aside(path) if data else path
            if data:
                self._notices.append(Message("journal-damaged", {"title": header.title, "path": aside}))
            return home, Replayed()
        found = replay(data, start[1], self._document)
        if found.good_bytes < len(data):
            self._notices.append(Message("journal-torn", {"title": header.title}))
            if not is_cut(data, found.good_bytes):
                _keep_copy(path, data)
        return path, found

    def _record(self, event: DocumentEvent) -> None:
        self._writer.put(self._file, event)
        self._size += len(event.bits)
        if event.kind not in _STEP_ENDS:
            return
        if self._mending():
            self._writer.put(self._file, self._document.state())
        elif self._size > _COMPACT_BYTES:
            self._size = 0
            self._writer.compact(self._file)
        self.poll()

    def _mending(self) -> bool:
        """Nothing can be written: try the whole again now and then."""
        if not self._file.broken or time.monotonic() < self._next_try:
            return False
        self._next_try = time.monotonic() + _RETRY_S
        return True

def _acquire(path: Path, title: str) -> JournalLock | None:
    """The lock beside the journal, or in the spare place; None where neither folder can be written."""
    for place in (path, spare_path(path)):
        with contextlib.suppress(OSError):
            return JournalLock(place.with_name(place.name + ".lock"), title=title)
    return None


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")


def _set_aside(path: Path) -> Path:
    """Rename a file that cannot be used; it stays where it is if even that fails."""
    aside = _aside(path)
    try:
        os.replace(path, aside)
    except OSError:
        return path
    return aside


def _keep_copy(path: Path, data: bytes) -> None:
    """Keep a damaged file for whoever may repair it, as far as the disk allows."""
    with contextlib.suppress(OSError):
        _aside(path).write_bytes(data)
