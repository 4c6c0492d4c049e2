"""PaintGuard: what fails while something is painted is told once, and never leaves the paint event."""

from __future__ import annotations

import logging

from PySide6.QtCore import QTimer

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext


class PaintGuard:
    """cv2's own error type brings Qt down where it leaves an event."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._told = ""

    def tell(self, error: Exception) -> None:
        """Log it and tell it; every repaint would meet it again, so the same is told once."""
        words = f"{type(error).__name__}: {error}"
        if words != self._told:
            self._told = words
            logging.getLogger("medsynth").error("painting failed", exc_info=error)
            QTimer.singleShot(0, self._notify)

    def _notify(self) -> None:
        self._context.notify(Message("unexpected", {"detail": self._told}), "bad")
