"""Canvas: the one image view of every workspace."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from medsynth_gui.core.display import Display
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import Label
from medsynth_gui.gui.canvas.comparison import Comparison
from medsynth_gui.gui.canvas.difference import difference, difference_labels
from medsynth_gui.gui.canvas.frame_stage import FrameStage
from medsynth_gui.gui.canvas.gestures import Gestures, PointerHandler
from medsynth_gui.gui.context import AppContext

__all__ = ["Canvas", "PointerHandler"]


class Canvas(FrameStage):
    """Shows a frame of a series, masks over it, and turns gestures into image coordinates.

    Typical use: `set_series(series)`, `set_labels(document.labels(0), label_set)`, `set_handler(tool)`;
    after an edit `labels_changed(region)`. For one array: `set_image(array)`. Frames and window/level are those
    of `FrameStage`; zoom, pan, fit, turning, lens and the signal `hovered` those of `Stage`. What else is to be
    painted over the masks: `add_painter`, `set_mask_preview`.

    Signals:
        size_stepped(int): Ctrl+wheel, +1 larger or -1 smaller tool.
    """

    size_stepped = Signal(int)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.handler: PointerHandler | None = None
        self.gestures = Gestures(self)
        self._previewed = Region(0, 0, 0, 0, 0)
        self._compared: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None = None

    def set_labels(self, labels: npt.NDArray[np.uint8] | None, table: Iterable[Label]) -> None:
        """Show a label image (y, x), kept by reference (a live array of the document, say)."""
        self.layers.mask.set_table(table)
        self.layers.mask.set_scale(self.zoom)
        self.layers.mask.set_labels(labels)
        self.update()

    def set_label_table(self, table: Iterable[Label]) -> None:
        """Change colours, opacity and visibility."""
        table = tuple(table)
        self.layers.mask.set_table(table)
        self.layers.proposal.set_table(table)
        self.update()

    def labels_changed(self, region: Region) -> None:
        """Repaint a box whose labels changed; another frame's box is ignored."""
        if region.frame != self.frame:
            return
        self.repaint_box(self.layers.mask.refresh(region))
        shown = self.layers.difference.labels
        if shown is not None and self._compared is not None:
            box = region.clipped(*shown.shape).slices
            shown[box] = difference(*(labels[box] for labels in self._compared))
            self.repaint_box(self.layers.difference.refresh(region))

    def set_proposal(self, labels: npt.NDArray[np.uint8] | None, table: Iterable[Label] = ()) -> None:
        """Show a proposed label image (y, x) with a dashed outline (None: none)."""
        self.layers.proposal.set_table(table)
        self.layers.proposal.set_scale(self.zoom)
        self.layers.proposal.set_labels(labels)
        self.update()

    def set_difference(self, predicted: npt.NDArray[np.uint8] | None, gold: npt.NDArray[np.uint8] | None, *,
                       legend: bool = False) -> None:
        """Show where two label images (y, x) agree, and which has more; None ends it.

        Both are kept by reference: `labels_changed` refreshes the difference too.

        Args:
            legend: say on the image which colour is which.
        """
        if predicted is None or gold is None:
            self.layers.difference.set_labels(None)
            self.overlays.legend, self._compared = (), None
        else:
            self._compared = predicted, gold
            table = difference_labels(self.context.theme)
            self.layers.difference.set_table(table)
            self.layers.difference.set_scale(self.zoom)
            self.layers.difference.set_labels(difference(predicted, gold))
            self.overlays.legend = tuple((QColor(label.color), label.name) for label in table) if legend else ()
        self.update()

    def set_comparison(self, after: npt.NDArray[np.generic] | None, *, before_text: str = "", after_text: str = "",
                       checkerboard: bool = False, display: Display | None = None) -> None:
        """Show another image (any size, same content) right of a draggable divider or on every other square.

        Args:
            after: (y, x) or (y, x, 3); None ends it.
            display: how its values are looked at, by default 0..255.
        """
        self.comparison = None if after is None else Comparison(
            after, (before_text, after_text), self.context.theme, checkerboard=checkerboard, display=display)
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

    def set_tool_preview(self, points: Iterable[tuple[float, float]], *, closed: bool = False,
                         handles: Iterable[tuple[float, float]] | None = None) -> None:
        """Draw a line through (y, x) points, as of a polygon in hand; no points: nothing.

        Args:
            handles: where dots stand, by default at all points but the last.
        """
        overlays = self.overlays
        overlays.preview, overlays.preview_closed = tuple(points), closed
        overlays.handles = (overlays.preview[:-1] or overlays.preview) if handles is None else tuple(handles)
        self.update()

    def set_mask_preview(self, mask: npt.NDArray[np.uint8] | npt.NDArray[np.bool_] | None,
                         label: Label | None = None, *, region: Region | None = None) -> None:
        """Show what a tool or an operation would write, semi-transparent with a dashed outline.

        Args:
            mask: (y, x), 1 where it would write, 2 where it would remove; None ends the preview.
            label: gives the colour; without one it is the theme's accent.
            region: the box that the mask fills; by default the mask has the size of the frame.
        """
        layer, shape = self.layers.preview, self.layers.image.shape
        if mask is None or shape is None:
            if layer.labels is not None:
                layer.set_labels(None)
                self.update()
            return
        tokens = self.context.theme.tokens
        layer.set_table((Label(1, "written", label.color if label else tokens.accent, opacity=0.5),
                         Label(2, "removed", tokens.bad, opacity=0.6)))
        layer.set_scale(self.zoom)
        box = (region or Region(self.frame, 0, 0, *shape)).clipped(*shape)
        if layer.labels is None or layer.labels.shape != shape:
            layer.set_labels(np.zeros(shape, np.uint8))
        assert layer.labels is not None
        layer.labels[self._previewed.slices] = 0
        layer.labels[box.slices] = mask
        for changed in (self._previewed, box):
            self.repaint_box(layer.refresh(changed))
        self._previewed = box
