"""The journal's thread: takes events from the GUI thread and has them on the disk a moment later."""

from __future__ import annotations

import enum
import threading
from collections import deque
from collections.abc import Iterable

from medsynth_gui.core.mask_document import DocumentEvent, DocumentState
from medsynth_gui.session.journal_file import JournalFile

_GATHER_S = 0.1
_JOIN_S = 5.0
_COMPACTION_S = 2.0


class _Request(enum.Enum):
    COMPACT = enum.auto()
    FINISH = enum.auto()


_Work = tuple[JournalFile, DocumentEvent | DocumentState | _Request]


class JournalWriter:
    """One thread for all journals. `put` never waits; what was put is on the disk within about 0.1 s."""

    def __init__(self) -> None:
        self._items: deque[_Work | threading.Event | None] = deque()
        # Woken once for all that comes within 0.1 s: waking a thread costs the one that draws more than its event.
        self._wake, self._hurry = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._compacting: list[JournalFile] = []

    def put(self, file: JournalFile, what: DocumentEvent | DocumentState) -> None:
        """Hand over an event, or a state that replaces everything before it."""
        self._put((file, what))

    def compact(self, file: JournalFile) -> None:
        """Write a journal anew, small, in the background; call where no step is open."""
        self._put((file, _Request.COMPACT))

    def finish(self, file: JournalFile) -> bool:
        """Write everything down and end what works on this journal. False if it takes longer than 5 s."""
        if self._thread is None:
            return True
        self._put((file, _Request.FINISH))
        return self.flush()

    def flush(self, timeout_s: float = _JOIN_S) -> bool:
        """Wait until everything put so far is on the disk. False if it takes longer."""
        if self._thread is None:
            return True
        done = threading.Event()
        self._put(done)
        self._hurry.set()
        return done.wait(timeout_s)

    def close(self) -> None:
        """Write the rest down and end the thread; a later `put` starts it again."""
        if self._thread is not None:
            self._put(None)
            self._hurry.set()
            self._thread.join(_JOIN_S)
            self._thread = None

    def _put(self, item: _Work | threading.Event | None) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._items.append(item)
        if not self._wake.is_set():
            self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._hurry.wait(_GATHER_S)
            self._hurry.clear()
            self._wake.clear()
            batch = [self._items.popleft() for _ in range(len(self._items))]
            work = [item for item in batch if isinstance(item, tuple)]
            try:
                self._write(work)
                self._settle()
            except Exception as error:  # the boundary of this thread: the person is told, drawing goes on
                for file, _ in work:
                    file.give_up(str(error))
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()
            if None in batch:
                return

    def _write(self, items: Iterable[_Work]) -> None:
        """Append runs of events at once, in order for each file."""
        waiting: dict[int, tuple[JournalFile, list[DocumentEvent]]] = {}
        for file, what in items:
            events = waiting.setdefault(id(file), (file, []))[1]
            if isinstance(what, DocumentEvent):
                events.append(what)
            elif isinstance(what, DocumentState):
                if file.rewrite(what):
                    events.clear()
            else:
                if events:
                    file.append(events)
                    events.clear()
                self._answer(file, what)
        for file, events in waiting.values():
            if events:
                file.append(events)

    def _answer(self, file: JournalFile, request: _Request) -> None:
        if request is _Request.COMPACT:
            file.start_compaction(self._wake.set)
            self._compacting.append(file)
        else:
            file.settle_compaction(wait_s=_COMPACTION_S)

    def _settle(self) -> None:
        for file in self._compacting:
            file.settle_compaction()
        self._compacting = [file for file in self._compacting if file.compacting]
