"""Compaction: a journal written anew as the state it leads to, beside the old one and beside whoever draws.

It reads the file and replays it into a document of its own, so that the thread which draws is not asked for
anything. What is drawn meanwhile goes on being appended to the old file; its bytes behind the place where the
compaction began are added to the new one before that takes its place.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.session.journal_records import Header, encode_state
from medsynth_gui.session.journal_replay import replay

_REST_S = 0.002


class _Cancelled(Exception):
    pass


class Compaction:
    """One run in a thread of its own.

    Args:
        path: the journal as it is.
        size: how many of its bytes are taken; no step is open there.
        target: what `adopt` will replace.
        done: called from the thread when it ends.
    """

    def __init__(self, path: Path, size: int, header: Header, *, target: Path, done: Callable[[], None]) -> None:
        self.path, self.size = path, size
        self._header, self._target, self._done = header, target, done
        self._beside = target.with_name(f".{target.name}.compact-{os.getpid()}")
        self._cancelled, self._hurry = False, threading.Event()
        self._ready = self._ended = False
        self._thread = threading.Thread(target=self._run, name="journal compaction", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        return not self._ended

    def wait(self, timeout_s: float) -> None:
        """Work without resting; give up what takes longer."""
        self._hurry.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._cancelled = True
            self._thread.join()

    def adopt(self, good_bytes: int) -> int | None:
        """Put the new file in place of the target, with what the old one has got since.

        Args:
            good_bytes: how much of the old file is whole now.

        Returns:
            The size of the new file; None if there is none, the old one being as it was.
        """
        try:
            if not self._ready:
                return None
            with self.path.open("rb") as old, self._beside.open("ab") as new:
                old.seek(self.size)
                new.write(old.read(good_bytes - self.size))
                new.flush()
                os.fsync(new.fileno())
                size = new.tell()
            os.replace(self._beside, self._target)
            return size
        except OSError:
            return None
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the new file if it was not taken."""
        with contextlib.suppress(OSError):
            self._beside.unlink(missing_ok=True)

    def _run(self) -> None:
        try:
            with self.path.open("rb") as stream:
                data = stream.read(self.size)
            document = MaskDocument(self._header.frames, self._header.rows, self._header.columns)
            start = self._header.start(data)
            if replay(data, start, document, self._checkpoint).good_bytes == len(data) and not document.stepping:
                self._target.parent.mkdir(parents=True, exist_ok=True)
                with self._beside.open("wb") as stream:
                    stream.write(self._header.encode())
                    stream.writelines(encode_state(document.state()))
                self._ready = True
        except (OSError, ValueError, _Cancelled):
            pass
        finally:
            self._ended = True
            self._done()

    def _checkpoint(self) -> None:
        """Leave the processor to whoever draws."""
        if self._cancelled:
            raise _Cancelled
        self._hurry.wait(_REST_S)
