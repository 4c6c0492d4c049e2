"""Scores: what judges said of images, kept by the digest of what they judged: nothing is judged twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from medsynth_gui.dataset.files import Mutex
from medsynth_gui.dataset.store import SampleStore

Vector = npt.NDArray[np.float32]
_TABLE = "scores"
_SCHEMA = "CREATE TABLE IF NOT EXISTS scores (judge TEXT, content TEXT, vector BLOB NOT NULL, " \
          "PRIMARY KEY (judge, content)) WITHOUT ROWID"


class Scores:
    """Numbers per judge and content.

    A judge is a name that changes with what decides its numbers (a model's digest, say), a content the digest of
    what was judged.
    """

    def __init__(self, store: SampleStore, writing: Callable[[], Mutex]) -> None:
        self._store, self._writing = store, writing

    def of(self, judge: str) -> dict[str, Vector]:
        """All that a judge has said: content to float32 numbers (n)."""
        rows = self._store.read(_TABLE, "SELECT content, vector FROM scores WHERE judge = ?", judge)
        return {content: np.frombuffer(vector, np.float32) for content, vector in rows}

    def put(self, judge: str, found: Mapping[str, Iterable[float]]) -> None:
        """Keep numbers by content, in place of those that are there."""
        with self._writing():
            self._store.write(_SCHEMA)
            self._store.write("INSERT OR REPLACE INTO scores VALUES (?, ?, ?)", [
                (judge, content, np.asarray(numbers, np.float32).tobytes()) for content, numbers in found.items()])
