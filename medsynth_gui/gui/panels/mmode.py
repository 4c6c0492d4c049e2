"""The M-mode of a line: depth downward, time across, the frame shown as a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal

from medsynth_gui.gui.theme import SPACE, Theme
from medsynth_gui.gui.theme.tokens import DARK
from medsynth_gui.jobs.measure_gray import MMode


class MModeView(pg.PlotWidget):
    """An image with axes in mm and s (px and frames where nothing is known); a click goes to a frame.

    Signals:
        chosen(int): the frame that was clicked.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._mmode: MMode | None = None
        self.image = pg.ImageItem(axisOrder="row-major")
        self.marker = pg.InfiniteLine(angle=90, movable=False)
        self.addItem(self.image)
        self.addItem(self.marker)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.invertY(True)
        # Room for the half of the topmost figure that stands above the image.
        item.setContentsMargins(0, 7, SPACE.S, 0)
        item.getViewBox().setDefaultPadding(0)
        self.scene().sigMouseClicked.connect(self._clicked)
        theme.changed.connect(self._recolor)
        self._recolor()

    def show_mmode(self, mmode: MMode | None) -> None:
        """Show another one; None: nothing yet."""
        self._mmode = mmode
        self.image.setVisible(mmode is not None)
        if mmode is None:
            return
        count = mmode.image.shape[1]
        self.image.setImage(np.ascontiguousarray(mmode.image), levels=(0, 255))
        step = mmode.frame_s or 1.0
        self.image.setRect(QRectF(0 if mmode.frame_s else 0.5, 0, count * step, mmode.length))
        self.setLabel("left", self.tr("along the line ({0})").format(mmode.unit))
        self.setLabel("bottom", self.tr("time (s)") if mmode.frame_s else self.tr("frame"))
        self.getPlotItem().getViewBox().autoRange(padding=0)

    def show_frame(self, frame: int) -> None:
        """Mark the frame that is shown, from 0."""
        if self._mmode is not None:
            step = self._mmode.frame_s
            self.marker.setValue((frame + 0.5) * step if step else frame + 1)

    def _clicked(self, event: Any) -> None:
        if self._mmode is None or event.button() != Qt.MouseButton.LeftButton:
            return
        place = self.getPlotItem().vb.mapSceneToView(event.scenePos()).x()
        step = self._mmode.frame_s
        frame = int(place / step) if step else round(place - 1)
        self.chosen.emit(min(max(frame, 0), self._mmode.image.shape[1] - 1))

    def _recolor(self) -> None:
        paint_plot(self, self._theme)
        self.marker.setPen(pg.mkPen(DARK.accent, width=2))


def paint_plot(plot: pg.PlotWidget, theme: Theme) -> None:
    """Give a plot the colours and the font of the theme."""
    plot.setBackground(theme.color("panel"))
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(theme.color("line"))
        axis.setTextPen(theme.color("muted"))
        axis.setStyle(tickFont=theme.font(points=8.5))
        axis.label.setFont(theme.font(points=8.5))
    plot.getAxis("left").setWidth(58)
