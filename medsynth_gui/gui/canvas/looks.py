"""Looks: how each series was looked at, so that it looks the same when it comes back."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF

from medsynth_gui.core.display import Display
from medsynth_gui.gui.canvas.frame_stage import FrameStage


class Looks:
    """Remembers display, turning and mirroring by a key, until the program ends."""

    def __init__(self, stage: FrameStage) -> None:
        self._stage = stage
        self._key = ""
        self._known: dict[str, tuple[Display, int, bool]] = {}

    def leave(self) -> None:
        """Another series is about to be shown."""
        if self._key and self._stage.looked_at:
            view = self._stage.view
            self._known[self._key] = (self._stage.display, view.turns, view.mirrored)
        self._key = ""

    def enter(self, key: str) -> None:
        """This series is shown now."""
        self._key = key
        if key not in self._known:
            return
        display, turns, mirrored = self._known[key]
        # Colours are the person's and not the image's.
        self._stage.set_display(replace(display, colors=self._stage.display.colors))
        middle = QPointF(self._stage.rect().center())
        if mirrored != self._stage.view.mirrored:
            self._stage.flip()
        self._stage.orient(self._stage.view.turned(turns - self._stage.view.turns, middle))
