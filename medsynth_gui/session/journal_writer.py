"""The journal's thread: takes events from the GUI thread and has them on the disk a moment later."""

from __future__ import annotations

import os
import queue
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from medsynth_gui.core.errors import Message, StorageError
from medsynth_gui.core.mask_document import DocumentEvent, DocumentState
from medsynth_gui.io.atomic import atomic_write
from medsynth_gui.session.journal_records import Header, encode_event, encode_state

_GATHER_S = 0.1
_JOIN_S = 5.0


def spare_path(home: Path) -> Path:
    """Where a journal goes when its own folder cannot be written."""
    owner = getattr(os, "getuid", lambda: 0)()
    folder = Path(tempfile.gettempdir()) / f"medsynth-journal-{owner}"
    return folder / f"{sha256(str(home.parent).encode()).hexdigest()[:8]}-{home.name}"


class JournalFile:
    """One journal on the disk. After construction only the writer's thread calls `append` and `rewrite`.

    Args:
        home: where it belongs.
        path: where it is now: `home`, or the spare place.
        good_bytes: how much of the file there is whole.

    Attributes:
        problems: sentences for the person, taken by the owner of the document.
        broken: nowhere to write: only a `rewrite` can mend it.
    """

    def __init__(self, home: Path, header: Header, *, path: Path, good_bytes: int) -> None:
        self.home, self.path = home, path
        self.good_bytes = good_bytes
        self.problems: deque[Message] = deque()
        self.broken = False
        self._header = header

    def append(self, events: Iterable[DocumentEvent]) -> None:
        """Add events at the end of what is whole."""
        if self.broken:
            return
        data = b"".join(map(encode_event, events))
        try:
            self._extend(data)
        except OSError as error:
            self._move(data, error)

    def rewrite(self, state: DocumentState) -> bool:
        """Put a whole document in place of everything; brings a journal home from the spare place.

        Returns:
            False where that failed; what was there before is unchanged.
        """
        data = [self._header.encode(), *encode_state(state)]
        for path in (self.home, spare_path(self.home)) if self.broken else (self.home,):
            try:
                _replace(path, data)
            except StorageError:
                continue
            if path != self.path:
                self.path.unlink(missing_ok=True)
            self.path, self.good_bytes, self.broken = path, sum(map(len, data)), False
            return True
        return False

    def _extend(self, data: bytes) -> None:
        if self.good_bytes == 0:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            data = self._header.encode() + data
        with self.path.open("r+b" if self.good_bytes else "wb") as stream:
            stream.seek(self.good_bytes)
            stream.truncate()
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        self.good_bytes += len(data)

    def _move(self, data: bytes, error: OSError) -> None:
        """Go on in the spare place with a copy of what is whole."""
        old, spare = self.path, spare_path(self.home)
        if old == spare:
            self.give_up(error.strerror or str(error))
            return
        try:
            spare.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.good_bytes:
                with old.open("rb") as source, spare.open("wb") as target:
                    target.write(source.read(self.good_bytes))
            self.path = spare
            self._extend(data)
        except OSError as second:
            self.path = old
            self.give_up(second.strerror or str(second))
            return
        self.problems.append(Message("journal-moved", {"folder": spare.parent, "home": self.home.parent,
                                                       "detail": error.strerror or str(error)}))

    def give_up(self, detail: str) -> None:
        """Write nothing more until a `rewrite` succeeds, and say so."""
        if not self.broken:
            self.problems.append(Message("journal-broken", {"detail": detail}))
        self.broken = True


def _replace(path: Path, data: Iterable[bytes]) -> None:
    with atomic_write(path) as beside, beside.open("wb") as stream:
        stream.writelines(data)


_Item = tuple[JournalFile, DocumentEvent | DocumentState] | threading.Event | None


class JournalWriter:
    """One thread for all journals. `put` never waits; what was put is on the disk within about 0.1 s."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, file: JournalFile, what: DocumentEvent | DocumentState) -> None:
        """Hand over an event, or a state that replaces everything before it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._items.put((file, what))

    def flush(self, timeout_s: float = _JOIN_S) -> bool:
        """Wait until everything put so far is on the disk. False if it takes longer."""
        if self._thread is None:
            return True
        done = threading.Event()
        self._items.put(done)
        return done.wait(timeout_s)

    def close(self) -> None:
        """Write the rest down and end the thread; a later `put` starts it again."""
        if self._thread is not None:
            self._items.put(None)
            self._thread.join(_JOIN_S)
            self._thread = None

    def _run(self) -> None:
        while True:
            batch = [self._items.get()]
            deadline = time.monotonic() + _GATHER_S
            while isinstance(batch[-1], tuple) and (left := deadline - time.monotonic()) > 0:
                try:
                    batch.append(self._items.get(timeout=left))
                except queue.Empty:
                    break
            work = [item for item in batch if isinstance(item, tuple)]
            try:
                _write(work)
            except Exception as error:  # the boundary of this thread: the person is told, drawing goes on
                for file, _ in work:
                    file.give_up(str(error))
            last = batch[-1]
            if last is None:
                return
            if isinstance(last, threading.Event):
                last.set()


def _write(items: Iterable[tuple[JournalFile, DocumentEvent | DocumentState]]) -> None:
    """Append runs of events at once, in order for each file."""
    waiting: dict[int, tuple[JournalFile, list[DocumentEvent]]] = {}
    for file, what in items:
        events = waiting.setdefault(id(file), (file, []))[1]
        if isinstance(what, DocumentState):
            if file.rewrite(what):
                events.clear()
        else:
            events.append(what)
    for file, events in waiting.values():
        if events:
            file.append(events)
