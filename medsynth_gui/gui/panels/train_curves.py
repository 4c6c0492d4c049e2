"""Curves of a training: loss, the validation figures and the learning rate, on one axis of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.theme import SPACE, Theme

# Which figure of an epoch is drawn below the loss: the first that it has.
FIGURES = (("dice", "Validation Dice"), ("gain_db", "Validation dB over bicubic"),
           ("distance", "Distance to held-out images"), ("gray_levels", "Gray levels from the teacher"),
           ("validation_loss", "Validation loss"))
_EACH = "dice."
_LEAST_DICE = 0.05
_SMOOTH_SHARE = 1 / 60  # of the steps shown: one batch is easy, the next is hard


def smoothed(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values (n,) without the noise of single batches; a few are left as they are."""
    from scipy.ndimage import gaussian_filter1d

    width = len(values) * _SMOOTH_SHARE
    return np.asarray(gaussian_filter1d(values, width, mode="nearest"), np.float64) if width >= 1 else values


def epoch_series(epochs: Sequence[Mapping[str, Any]], name: str) -> tuple[npt.NDArray[np.float64],
                                                                           npt.NDArray[np.float64]]:
    """Steps and finite values of a figure over the epochs that have it, both (n,)."""
    pairs = [(float(epoch["step"]), float(epoch[name])) for epoch in epochs
             if "step" in epoch and isinstance(epoch.get(name), int | float)]
    table = np.array([pair for pair in pairs if np.isfinite(pair[1])], np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def drawn_figure(epochs: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """The validation figure that these epochs have: its key and its name."""
    return next(((key, name) for key, name in FIGURES if any(key in epoch for epoch in epochs)), None)


def label_figures(epochs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Keys of the figures per label, in the order of the labels; none where there is one label alone."""
    keys = dict.fromkeys(key for epoch in epochs for key in epoch if key.startswith(_EACH))
    return list(keys) if len(keys) > 1 else []


class Curves(QWidget):
    """Three plots; a click on one chooses the epoch nearest to it."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: npt.NDArray[np.float64] = np.empty(0)
        self.loss = self._plot(self.tr("Loss"))
        self.figure = self._plot(self.tr("Validation"))
        self.rate = self._plot(self.tr("Learning rate"), least=64)
        self.figure.setXLink(self.loss)
        self.rate.setXLink(self.loss)
        self._loss_line = self.loss.plot()
        self._trend_line = self.loss.plot()
        self._figure_line = self.figure.plot(symbol="o", symbolSize=5)
        self._rate_line = self.rate.plot()
        self._label_lines: dict[str, pg.PlotDataItem] = {}
        self._markers = []
        for plot in (self.loss, self.figure, self.rate):
            marker = pg.InfiniteLine(angle=90, movable=False)
            marker.hide()
            plot.addItem(marker)
            self._markers.append(marker)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self.loss, 3)
        layout.addWidget(self.figure, 3)
        layout.addWidget(self.rate, 2)
        theme.changed.connect(self._recolor)
        self._recolor()

    def _plot(self, title: str, least: int = 96) -> pg.PlotWidget:
        plot = pg.PlotWidget()
        item = plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(False, False)
        item.showGrid(x=False, y=True, alpha=0.12)
        plot.setMinimumHeight(least)
        plot.setAccessibleName(title)
        plot.scene().sigMouseClicked.connect(self._clicked)
        return plot

    def _recolor(self) -> None:
        small = self._theme.font(points=8.5)
        for plot, title in ((self.loss, self.tr("Loss")), (self.figure, self._figure_name()),
                            (self.rate, self.tr("Learning rate"))):
            plot.setBackground(self._theme.color("raised"))
            plot.setTitle(title, color=self._theme.tokens.muted, size="9pt")
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(self._theme.color("line"))
                axis.setTextPen(self._theme.color("muted"))
                axis.setStyle(tickFont=small)
            plot.getAxis("left").setWidth(52)
        faint = self._theme.color("accent")
        faint.setAlphaF(0.3)
        self._loss_line.setPen(pg.mkPen(faint, width=1))
        self._trend_line.setPen(pg.mkPen(self._theme.color("accent"), width=2))
        self._rate_line.setPen(pg.mkPen(self._theme.color("caution"), width=2))
        self._figure_line.setPen(pg.mkPen(self._theme.color("good"), width=2))
        self._figure_line.setSymbolBrush(self._theme.color("good"))
        self._figure_line.setSymbolPen(None)
        for marker in self._markers:
            marker.setPen(pg.mkPen(self._theme.color("muted"), width=1))

    def _figure_name(self) -> str:
        return getattr(self, "_shown_figure", "") or self.tr("Validation")

    def set_epochs(self, epochs: Sequence[Mapping[str, Any]]) -> None:
        """Draw the epochs of a run."""
        steps, losses = epoch_series(epochs, "loss")
        self._loss_line.setData(steps, losses)
        self._trend_line.setData(steps, smoothed(losses))
        self._rate_line.setData(*epoch_series(epochs, "rate"))
        self._steps = np.array([float(epoch["step"]) for epoch in epochs if "step" in epoch])
        found = drawn_figure(epochs)
        self._shown_figure = found[1] if found else ""
        # Else the axis would make a steep rise of a gain of 0.001.
        self.figure.setLimits(minYRange=_LEAST_DICE if found and "Dice" in found[1] else None)
        self._figure_line.setData(*(epoch_series(epochs, found[0]) if found else (np.empty(0), np.empty(0))))
        self._draw_labels(epochs)
        self.figure.setTitle(self._figure_name(), color=self._theme.tokens.muted, size="9pt")

    def _draw_labels(self, epochs: Sequence[Mapping[str, Any]]) -> None:
        keys = label_figures(epochs)
        for key in set(self._label_lines) - set(keys):
            self.figure.removeItem(self._label_lines.pop(key))
        names = []
        for key, color in zip(keys, (label.color for label in LabelSet.named(*keys)), strict=True):
            if key not in self._label_lines:
                self._label_lines[key] = self.figure.plot(pen=pg.mkPen(color, width=1.5))
            self._label_lines[key].setData(*epoch_series(epochs, key))
            names.append(f'<span style="color:{color}">{escape(key.removeprefix(_EACH))}</span>')
        if names:
            self._shown_figure = self.tr("Validation Dice: all, {labels}").format(labels=", ".join(names))

    def mark(self, epoch: int) -> None:
        """Draw a line at an epoch; a negative one hides it."""
        for marker in self._markers:
            marker.setVisible(0 <= epoch < len(self._steps))
            if marker.isVisible():
                marker.setValue(self._steps[epoch])

    def _clicked(self, event: Any) -> None:
        if not len(self._steps):
            return
        box = self.loss.getPlotItem().vb
        step = box.mapSceneToView(event.scenePos()).x()
        self.chosen.emit(int(np.argmin(np.abs(self._steps - step))))
