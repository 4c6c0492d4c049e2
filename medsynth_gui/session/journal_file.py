"""One journal on the disk, and where it goes when its own folder cannot be written."""

from __future__ import annotations

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from medsynth_gui.core.errors import Message, StorageError
from medsynth_gui.core.mask_document import DocumentEvent, DocumentState
from medsynth_gui.io.atomic import atomic_write
from medsynth_gui.session.journal_compaction import Compaction
from medsynth_gui.session.journal_records import Header, encode_event, encode_state


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
        self._compaction: Compaction | None = None

    @property
    def compacting(self) -> bool:
        """A compaction is under way or waits to be taken over."""
        return self._compaction is not None

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

    def start_compaction(self, done: Callable[[], None]) -> None:
        """Begin to write the journal anew, at home; not while a step is open. `done` is called from a thread."""
        if self._compaction is None and not self.broken and self.good_bytes:
            self._compaction = Compaction(self.path, self.good_bytes, self._header, target=self.home, done=done)

    def settle_compaction(self, *, wait_s: float | None = None) -> None:
        """Take over a compaction that has ended.

        Args:
            wait_s: for how long to wait for it; what takes longer is given up.
        """
        compaction = self._compaction
        if compaction is None:
            return
        if wait_s is not None:
            compaction.wait(wait_s)
        elif compaction.running:
            return
        self._compaction = None
        if compaction.path == self.path and not self.broken:
            size = compaction.adopt(self.good_bytes)
            if size is not None:
                if self.path != self.home:
                    self.path.unlink(missing_ok=True)
                self.path, self.good_bytes = self.home, size
        else:
            compaction.discard()

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


