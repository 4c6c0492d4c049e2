"""FrameStage: a stage that shows frames of a series, looked at as a `Display` says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.display import Display
from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.windowing import WindowLevel, auto_window, first_window
from medsynth_gui.gui.canvas.frame_loader import FrameLoader
from medsynth_gui.gui.canvas.stage import Stage
from medsynth_gui.gui.canvas.view import ViewTransform
from medsynth_gui.gui.context import AppContext


class FrameStage(Stage):
    """Series, frame and display of a stage.

    Signals:
        frame_changed(int): another frame or series is shown (it may still be decoding).
        window_changed(WindowLevel): the person changed window/level (a right-drag, auto).
        failed(Message): the current frame cannot be decoded.
    """

    frame_changed = Signal(int)
    window_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.frame = 0
        self._display = Display()
        self._window_given = False
        self._loader = FrameLoader(context.queue, self)
        self._loader.ready.connect(self._frame_ready)
        self._loader.failed.connect(self._frame_failed)

    def set_series(self, series: ImageSeries | None, *, frame: int = 0, window: WindowLevel | None = None) -> None:
        """Show a series (None: the empty place) from a frame on, fitted, upright and plain; masks are cleared."""
        self._take(series, frame, Display(window or Display().window, colors=self._display.colors),
                   ViewTransform(aspect=series.aspect if series else 1.0))
        self._window_given = window is not None
        if series is not None:
            self.set_frame(frame)
        self.look_changed.emit()
        self.frame_changed.emit(self.frame)

    def set_image(self, image: npt.NDArray[np.generic] | None, *, aspect: float = 1.0, synthetic: bool = False) -> None:
        """Show one array (y, x) or (y, x, 3). The view is kept if the size stays."""
        if image is None:
            self.set_series(None)
            return
        same = self.series is not None and self.layers.image.shape == image.shape[:2]
        view = replace(self.view, aspect=aspect) if same else ViewTransform(aspect=aspect)
        self._take(ImageSeries.from_array(image), 0, replace(self._display, window=Display().window), view)
        self._window_given = False
        self.overlays.synthetic = synthetic
        self.set_frame(0)
        self.look_changed.emit()
        self.frame_changed.emit(0)

    def _take(self, series: ImageSeries | None, frame: int, display: Display, view: ViewTransform) -> None:
        self.series, self.frame, self._display = series, frame, display
        self.layers.image.set_frame(None, display)
        self.layers.clear_masks()
        self.comparison, self.overlays.legend = None, ()
        self._loader.set_series(series)
        self.overlays.synthetic = bool(series and series.synthetic)
        self.set_view(view)
        if view.fitted:
            self.fit()
        self.update()

    def set_frame(self, frame: int, *, ahead: int = 0) -> None:
        """Show a frame, at once if it is in memory, else when it is decoded. `ahead`: see `FrameLoader.get`."""
        if self.series is None:
            return
        frame = min(max(frame, 0), self.series.frame_count - 1)
        moved, self.frame = frame != self.frame, frame
        pixels = self._loader.get(frame, ahead=ahead)
        if pixels is not None:
            self._show(pixels)
        if moved:
            self.frame_changed.emit(frame)

    @property
    def window(self) -> WindowLevel:
        """Window/level in force."""
        return self._display.window

    @property
    def display(self) -> Display:
        """Window/level, inversion, gamma and colours in force."""
        return self._display

    @property
    def looked_at(self) -> bool:
        """The window is known: given, chosen, or found in the first frame."""
        return self._window_given

    def set_window(self, window: WindowLevel) -> None:
        """Change window/level of the view."""
        self.set_display(replace(self._display, window=window))

    def set_display(self, display: Display) -> None:
        """Change how values are looked at."""
        self._display, self._window_given = display, True
        self.layers.image.set_display(self._shown_display())
        self.update()
        self.look_changed.emit()

    def first_window(self) -> WindowLevel:
        """How the frame was shown at first: the file's window, else that of its kind."""
        frame = self.layers.image.frame
        return first_window(self.series.windows if self.series else (), frame) if frame is not None else self.window

    def auto_window(self) -> None:
        """The window between two percentiles of the frame, as if the person had dragged it."""
        if (frame := self.layers.image.frame) is not None:
            self.set_window(auto_window(frame))
            self.window_changed.emit(self.window)

    def _shown_display(self) -> Display:
        """The display, with what the file says of black and white."""
        inverted = bool(self.series and self.series.invert)
        return replace(self._display, invert=self._display.invert != inverted)

    def _show(self, pixels: npt.NDArray[np.generic]) -> None:
        assert self.series is not None
        if not self._window_given:
            self._display = replace(self._display, window=first_window(self.series.windows, pixels))
            self._window_given = True
            self.look_changed.emit()
        self.layers.image.set_frame(pixels, self._shown_display())
        self.update()
        self.tell_hover()

    def _frame_ready(self, number: int) -> None:
        if number == self.frame:
            self.set_frame(number)

    def _frame_failed(self, number: int, message: Message) -> None:
        if number == self.frame:
            self.failed.emit(message)
