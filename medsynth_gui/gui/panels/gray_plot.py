"""The plot of a profile or of a histogram."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from medsynth_gui.core.measurement import Statistics
from medsynth_gui.gui.panels.mmode import paint_plot
from medsynth_gui.gui.theme import Theme
from medsynth_gui.jobs.measure_gray import Curve


class GrayPlot(pg.PlotWidget):
    """Gray values over a length, or how often each occurs."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.showGrid(x=False, y=True, alpha=0.12)
        self.line = pg.PlotDataItem()
        self.mean = pg.InfiniteLine(angle=90, movable=False)
        self.addItem(self.line)
        self.addItem(self.mean)
        theme.changed.connect(self._recolor)
        self._recolor()

    def show_curve(self, curve: Curve) -> None:
        """A profile."""
        self.mean.hide()
        self.line.setData(np.linspace(0, curve.length, len(curve.values)), curve.values, stepMode=None, fillLevel=None)
        self.setLabel("bottom", self.tr("along the line ({0})").format(curve.unit))
        self.setLabel("left", self.tr("gray value"))
        self._fit()

    def show_counts(self, found: Statistics) -> None:
        """A histogram with a line at its mean."""
        edges = np.linspace(found.low, found.high, len(found.counts) + 1)
        self.line.setData(edges, np.array(found.counts, np.float64), stepMode="center", fillLevel=0)
        self.mean.setValue(found.mean)
        self.mean.setVisible(found.n > 0)
        self.setLabel("bottom", self.tr("gray value"))
        self.setLabel("left", self.tr("pixels"))
        self._fit()

    def _fit(self) -> None:
        self.getPlotItem().getViewBox().autoRange(padding=0.03)

    def _recolor(self) -> None:
        paint_plot(self, self._theme)
        fill = self._theme.color("accent")
        fill.setAlpha(70)
        self.line.setPen(pg.mkPen(self._theme.color("accent"), width=1.6))
        self.line.setFillBrush(fill)
        self.mean.setPen(pg.mkPen(self._theme.color("caution"), width=1.4))
