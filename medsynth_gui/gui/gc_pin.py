"""Python's cycle collector, pinned to the GUI thread.

A collection that starts in a worker thread may destroy Qt objects there, which crashes. So automatic
collection is off, and a timer of the GUI thread collects when the usual thresholds are passed: never while a
button of the mouse is held, and everything (which takes longest) only when none was held at the tick before either.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication


class GarbageCollectorPin(QObject):
    """Collects from the GUI thread while it lives; `release` gives the collector back."""

    INTERVAL_MS = 500

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._held = False
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(self.INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def freeze(self) -> None:
        """Take what lives now out of later collections: call once after warm-up."""
        gc.collect()
        gc.freeze()

    def release(self) -> None:
        """Collect automatically again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _collect(self) -> None:
        was_held, self._held = self._held, QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if self._held:
            return
        counts = gc.get_count()
        passed = [level for level in range(2 if was_held else 3) if counts[level] > max(1, self._thresholds[level])]
        if passed:
            gc.collect(passed[-1])
