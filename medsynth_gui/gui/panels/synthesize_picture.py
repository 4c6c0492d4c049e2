"""The picture: the live image under the mask that is edited, or one that was made under its own mask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.panels.synthesize_pad import MaskPad, pad_shape
from medsynth_gui.jobs.synthesize import SyntheticImage
from medsynth_gui.session.synthesis import scaled_gray, scaled_labels


class SynthesizePicture:
    """Paints the canvas of Synthesize.

    Attributes:
        live: the latest live image.
    """

    def __init__(self, canvas: Canvas, pad: MaskPad, labels: Callable[[], LabelSet]) -> None:
        self._canvas, self._pad, self._labels = canvas, pad, labels
        self.live: SyntheticImage | None = None
        self._shown: SyntheticImage | None = None
        self._made = False
        self._opacity, self._visible, self._split = 0.25, True, False
        self._divider = 0.5

    def clear(self) -> None:
        """There is no live image."""
        self.live = None

    def set_look(self, opacity: float, visible: bool, split: bool) -> None:
        """How strong the mask is, whether it is shown, and whether a divider parts it from the image alone."""
        self._opacity, self._visible = opacity, visible
        self._canvas.set_label_table(self._table())
        if split != self._split:
            self._split = split
            self._divide()

    def show_live(self, image: SyntheticImage | None) -> None:
        """Show the live image, or the dark field where there is none, with the mask that is edited."""
        self.live = self._shown = image
        pad = self._pad
        self._show(pad.field if image is None else scaled_gray(image.image, *pad.shape), synthetic=image is not None)
        self._canvas.set_labels(pad.document.labels(0), self._table())
        if not pad.shown:
            pad.show()
        elif self._made:
            pad.retrace()
            self._made = False
        self._divide()

    def show_made(self, image: SyntheticImage) -> None:
        """Show an image that was made; a press on it goes on from there."""
        self._shown, self._made = image, True
        rows, columns = pad_shape(image.mask)
        self._show(scaled_gray(image.image, rows, columns), synthetic=True)
        self._canvas.set_labels(scaled_labels(image.mask, rows, columns), self._table())
        self._canvas.set_tool_preview(())
        self._divide()

    def _show(self, pixels: object, *, synthetic: bool) -> None:
        canvas = self._canvas
        looked_at, display = canvas.looked_at, canvas.display
        if canvas.comparison is not None:  # a new image ends it
            self._divider = canvas.comparison.split
        canvas.set_image(pixels, synthetic=synthetic)
        if looked_at and display != canvas.display:
            canvas.set_display(display)

    def _divide(self) -> None:
        """Right of the divider the image stands alone; the divider stays where it was dragged to."""
        canvas, image = self._canvas, self._shown
        if not self._split or image is None:
            canvas.set_comparison(None)
            return
        canvas.set_comparison(scaled_gray(image.image, *canvas.layers.image.shape), before_text=canvas.tr("Mask"),
                              after_text=canvas.tr("Image"))
        canvas.comparison.split = self._divider

    def _table(self) -> LabelSet:
        return LabelSet(tuple(replace(label, opacity=self._opacity, visible=label.visible and self._visible)
                              for label in self._labels()))
