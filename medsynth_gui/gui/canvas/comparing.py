"""Comparing: what the open series is compared with, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.display import Display
from medsynth_gui.core.windowing import first_window
from medsynth_gui.gui.canvas.beside import Beside
from medsynth_gui.gui.canvas.frame_loader import FrameLoader
from medsynth_gui.gui.context import AppContext
from medsynth_gui.session.opened import OpenSeries

MODES = ("off", "side", "split", "checkerboard")


@dataclass(frozen=True)
class Reference:
    """A series beside the open one; `frame` is held, None goes along with the frame that is shown."""

    opened: OpenSeries
    frame: int | None = None

    def number(self, shown: int) -> int:
        """The frame to show beside frame `shown`."""
        return min(shown if self.frame is None else self.frame, self.opened.series.frame_count - 1)

    def words(self, shown: int) -> str:
        """Title, and the frame of a cine counted from 1."""
        frames = f" · {self.number(shown) + 1}" if self.opened.series.frame_count > 1 else ""
        return self.opened.title + frames


class Comparing(QObject):
    """Shows a reference at the side of the canvas, right of a divider, or on every other square of it.

    Signals:
        changed: mode, reference or links are other ones.
    """

    changed = Signal()

    def __init__(self, context: AppContext, beside: Beside) -> None:
        super().__init__(beside)
        self._context, self._session = context, context.session
        self._beside, self._canvas = beside, beside.canvas
        self.mode = MODES[0]
        self.reference: Reference | None = None
        self.linked, self.windows_linked = True, False
        self._window = Display().window
        self._loader = FrameLoader(context.queue, self)
        self._loader.ready.connect(lambda _: self._show())
        self._session.current_changed.connect(self._series_changed)
        self._session.series_changed.connect(lambda _: self._forget_closed(self._session.current))
        self._session.frame_changed.connect(lambda _: self._show())
        self._canvas.look_changed.connect(self._look)

    def set_mode(self, mode: str) -> None:
        """Compare in another way, with the next best thing if nothing was chosen yet."""
        if mode != "off" and self.reference is None:
            self.reference = self._suggested()
            if self.reference is None:
                self._context.notify(self.tr("Open a second series, or a cine, to compare with."), "info")
                mode = "off"
        self._leave()
        self.mode = mode
        self._enter()
        self.changed.emit()

    def compare_with(self, reference: Reference) -> None:
        """Compare with this, side by side unless another way holds."""
        self._leave()
        self.reference = reference
        self.set_mode(self.mode if self.mode != "off" else "side")

    def set_links(self, *, views: bool, windows: bool) -> None:
        """What goes together side by side."""
        self.linked, self.windows_linked = views, windows
        if self.mode == "side":
            other, link = self._beside.open_other()
            link.on, link.windows = views, windows
            link.match((self._canvas, other))
        self._look()
        self.changed.emit()

    def _suggested(self) -> Reference | None:
        """The next open series, else the frame that is shown of a cine."""
        current, opened = self._session.current, self._session.opened
        if current is None:
            return None
        if len(opened) > 1:
            return Reference(opened[(opened.index(current) + 1) % len(opened)])
        return Reference(current, current.frame) if current.series.frame_count > 1 else None

    def _series_changed(self, opened: OpenSeries | None) -> None:
        if not self._forget_closed(opened) and self.mode != "off":
            self.set_mode(self.mode)

    def _forget_closed(self, opened: OpenSeries | None) -> bool:
        """End the comparison where one side is gone, or both are the same."""
        reference = self.reference
        gone = opened is None or (reference is not None and (
            reference.opened not in self._session.opened or (reference.opened is opened and reference.frame is None)))
        if gone and reference is not None:
            self._leave()
            self.reference, self.mode = None, MODES[0]
            self.changed.emit()
        return gone

    def _leave(self) -> None:
        self._canvas.set_badge("")
        if self.mode == "side":
            self._beside.close_other()
        elif self.mode != "off":
            self._canvas.set_comparison(None)

    def _enter(self) -> None:
        if self.mode == "off" or self.reference is None:
            return
        series = self.reference.opened.series
        self._loader.set_series(series)
        if self.mode == "side":
            other, link = self._beside.open_other()
            other.set_series(series, frame=self.reference.number(self._session.frame))
            link.on, link.windows = self.linked, self.windows_linked
            link.match((self._canvas, other))
        self._show()

    def _show(self) -> None:
        """Show the reference's frame."""
        reference, current = self.reference, self._session.current
        if self.mode == "off" or reference is None or current is None:
            return
        shown = current.frame
        before, after = Reference(current).words(shown), reference.words(shown)
        if self.mode == "side":
            self._show_side(reference, shown, before, after)
            return
        pixels = self._loader.get(reference.number(shown))
        if pixels is None:
            return
        self._canvas.set_badge(f"{before}  |  {after}" if self.mode == "checkerboard" else "")
        self._window = first_window(reference.opened.series.windows, pixels)
        old = self._canvas.comparison
        self._canvas.set_comparison(pixels, before_text=before, after_text=after, display=self._display(),
                                    checkerboard=self.mode == "checkerboard")
        if old is not None and self._canvas.comparison is not None:
            self._canvas.comparison.split = old.split

    def _show_side(self, reference: Reference, shown: int, before: str, after: str) -> None:
        other, _ = self._beside.open_other()
        if self.linked or reference.frame is not None:
            other.set_frame(reference.number(shown))
        if reference.opened.loaded:
            other.set_labels(reference.opened.document.labels(other.frame), self._session.label_set)
        self._canvas.set_badge(before)
        other.set_badge(after)

    def _display(self) -> Display:
        """How the reference is looked at: as the open series, under its own window unless that is linked."""
        reference, display = self.reference, self._canvas.display
        if reference is None:
            return display
        if not self.windows_linked and reference.opened is not self._session.current:
            display = replace(display, window=self._window)
        return replace(display, invert=display.invert != reference.opened.series.invert)

    def _look(self) -> None:
        if self._canvas.comparison is not None and self.mode in ("split", "checkerboard"):
            self._canvas.comparison.set_display(self._display())
            self._canvas.update()
