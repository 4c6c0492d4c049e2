"""Canvas: the one image view of every workspace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import Label
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.canvas.comparison import Comparison
from medsynth_gui.gui.canvas.frame_loader import FrameLoader
from medsynth_gui.gui.canvas.gestures import Gestures, PointerHandler
from medsynth_gui.gui.canvas.stage import Stage
from medsynth_gui.gui.context import AppContext

__all__ = ["Canvas", "PointerHandler"]


class Canvas(Stage):
    """Shows a frame of a series, masks over it, and turns gestures into image coordinates.

    Typical use: `set_series(series)`, `set_labels(document.labels(0), label_set)`, `set_handler(tool)`;
    after an edit `labels_changed(region)`. For one array: `set_image(array)`. Zoom, pan, fit and the
    signals `hovered` and `zoom_changed` are those of `Stage`.

    Signals:
        frame_changed(int): another frame or series is shown (it may still be decoding).
        window_changed(WindowLevel): a right-drag changed window/level.
        size_stepped(int): Ctrl+wheel, +1 larger or -1 smaller tool.
        failed(Message): the current frame cannot be decoded.
    """

    frame_changed = Signal(int)
    window_changed = Signal(object)
    size_stepped = Signal(int)
    failed = Signal(object)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.frame = 0
        self.handler: PointerHandler | None = None
        self.gestures = Gestures(self)
        self._window = WindowLevel.from_range(0, 255)
        self._window_given = False
        self._loader = FrameLoader(context.queue, self)
        self._loader.ready.connect(self._frame_ready)
        self._loader.failed.connect(self._frame_failed)

    # --- what is shown

    def set_series(self, series: ImageSeries | None, *, frame: int = 0, window: WindowLevel | None = None) -> None:
        """Show a series (None: the empty place) from a frame on, fitted to the widget; masks are cleared."""
        self.series, self.frame = series, frame
        self.clear_layers()
        self._loader.set_series(series)
        self.overlays.synthetic = bool(series and series.synthetic)
        self._window = window or WindowLevel.from_range(0, 255)
        self._window_given = window is not None
        if series is not None:
            self.view = replace(self.view, aspect=series.aspect, fitted=True)
            self.set_frame(frame)
            self.fit()
        self.update()
        self.frame_changed.emit(self.frame)

    def set_image(self, image: npt.NDArray[np.generic] | None, *, aspect: float = 1.0, synthetic: bool = False) -> None:
        """Show one array (y, x) or (y, x, 3). The view is kept if the size stays."""
        if image is None:
            self.set_series(None)
            return
        if self.series is not None and self._image.shape == image.shape[:2] and not self.view.fitted:
            kept = self.view
            self.set_series(ImageSeries.from_array(image))
            self._set_view(kept)
        else:
            self.set_series(ImageSeries.from_array(image))
        self.view = replace(self.view, aspect=aspect)
        if self.view.fitted:
            self.fit()
        self.overlays.synthetic = synthetic
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
        return self._window

    def set_window(self, window: WindowLevel) -> None:
        """Change window/level of the view."""
        self._window, self._window_given = window, True
        self._image.set_window(window)
        self.update()

    def set_labels(self, labels: npt.NDArray[np.uint8] | None, table: Iterable[Label]) -> None:
        """Show a label image (y, x), kept by reference (a live array of the document, say)."""
        self._mask.set_table(table)
        self._mask.set_scale(self.zoom)
        self._mask.set_labels(labels)
        self.update()

    def set_label_table(self, table: Iterable[Label]) -> None:
        """Change colours, opacity and visibility."""
        table = tuple(table)
        self._mask.set_table(table)
        self._proposal.set_table(table)
        self.update()

    def labels_changed(self, region: Region) -> None:
        """Repaint a box whose labels changed; another frame's box is ignored."""
        if region.frame == self.frame:
            self.repaint_box(self._mask.refresh(region))

    def set_proposal(self, labels: npt.NDArray[np.uint8] | None, table: Iterable[Label] = ()) -> None:
        """Show a proposed label image (y, x) with a dashed outline (None: none)."""
        self._proposal.set_table(table)
        self._proposal.set_scale(self.zoom)
        self._proposal.set_labels(labels)
        self.update()

    def set_difference(self, predicted: npt.NDArray[np.uint8] | None, gold: npt.NDArray[np.uint8] | None) -> None:
        """Show where two label images (y, x) agree (good), and which has more: predicted (caution), gold (bad)."""
        if predicted is None or gold is None:
            self._difference.set_labels(None)
        else:
            tokens = self.context.theme.tokens
            self._difference.set_table((Label(1, "both", tokens.good, opacity=0.35),
                                        Label(2, "predicted only", tokens.caution, opacity=0.6),
                                        Label(3, "gold only", tokens.bad, opacity=0.6)))
            same = (predicted == gold) & (gold > 0)
            shown = same.astype(np.uint8) + 2 * ((predicted > 0) & ~same) .astype(np.uint8)
            shown[(gold > 0) & (predicted == 0)] = 3
            self._difference.set_scale(self.zoom)
            self._difference.set_labels(shown)
        self.update()

    def set_comparison(self, after: npt.NDArray[np.generic] | None, *, before_text: str = "",
                       after_text: str = "") -> None:
        """Show another image (any size, same content) right of a draggable divider; None ends it."""
        self.comparison = None if after is None else Comparison(after, before_text, after_text, self.context.theme)
        self.update()

    def set_handler(self, handler: PointerHandler | None) -> None:
        """Who takes the left button; None: it pans."""
        self.handler = handler
        self.gestures.refresh_cursor()

    def set_cursor_radius(self, radius_px: float | None) -> None:
        """Draw a circle of this radius in image pixels around the pointer (None: a cross)."""
        self.overlays.cursor_radius = radius_px
        self.gestures.refresh_cursor()
        self.update()

    def set_tool_preview(self, points: Iterable[tuple[float, float]], *, closed: bool = False) -> None:
        """Draw a line through (y, x) points, as of a polygon in hand; no points: nothing."""
        self.overlays.preview, self.overlays.preview_closed = tuple(points), closed
        self.update()

    def _show(self, pixels: npt.NDArray[np.generic]) -> None:
        assert self.series is not None
        if not self._window_given:
            self._window, self._window_given = self.series.default_window(self.frame), True
        self._image.set_frame(pixels, self._window, invert=self.series.invert)
        self.update()
        self.tell_hover()

    def _frame_ready(self, number: int) -> None:
        if number == self.frame:
            self.set_frame(number)

    def _frame_failed(self, number: int, message: Message) -> None:
        if number == self.frame:
            self.failed.emit(message)
