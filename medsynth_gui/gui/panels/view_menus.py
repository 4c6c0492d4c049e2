"""Menus of the view bar: window/level, gamma and colour map of one canvas."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QWidget, QWidgetAction

from medsynth_gui.core.display import COLOR_MAPS, GAMMA_HIGH, GAMMA_LOW
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.gui.view_actions import change_colors, change_gamma
from medsynth_gui.session import commands

_STEPS = 200


def window_words(window: WindowLevel) -> str:
    """`W 255  L 128`, with decimals where the window is narrow."""
    digits = 0 if window.width >= 10 else 3
    return f"W {number(window.width, digits)}  L {number(window.level, digits)}"


class WindowMenu(QMenu):
    """Windows that the file names, and the presets of its modality."""

    def __init__(self, context: AppContext, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._canvas = context.session, canvas
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        from medsynth_gui.session.window_presets import window_presets

        self.clear()
        opened = self._session.current
        if opened is None:
            return
        for window in opened.series.windows if len(opened.series.windows) > 1 else ():
            action = self.addAction(" · ".join(filter(None, (window.name.replace("&", "&&"), window_words(window)))))
            action.triggered.connect(partial(self._use, window))
        self.addSeparator()
        for preset in window_presets(opened.series.modality):
            action = self.addAction(QCoreApplication.translate("presets", preset.name))
            action.triggered.connect(partial(self._apply, preset))

    def _use(self, window: WindowLevel, *_: object) -> None:
        commands.set_window(self._session, window)

    def _apply(self, preset: object, *_: object) -> None:
        commands.apply_preset(self._session, preset, self._canvas.layers.image.frame)


class ColorMenu(QMenu):
    """Colour maps of gray images."""

    def __init__(self, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        for colors in COLOR_MAPS:
            action = self.addAction(QCoreApplication.translate("colors", colors.name))
            action.setCheckable(True)
            action.setData(colors.id)
            action.triggered.connect(partial(self._choose, colors.id))
        self.aboutToShow.connect(self._refresh)

    def _choose(self, colors: str, *_: object) -> None:
        change_colors(self._canvas, colors)

    def _refresh(self) -> None:
        for action in self.actions():
            action.setChecked(action.data() == self._canvas.display.colors)


class GammaMenu(QMenu):
    """A slider for the middle grays; its middle is 1."""

    def __init__(self, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("gamma-slider")
        self.slider.setRange(-_STEPS, _STEPS)
        self.slider.setMinimumWidth(180)
        self.slider.setAccessibleName(self.tr("Gamma"))
        self.slider.valueChanged.connect(self._moved)
        self._value = QLabel()
        self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance("0.00"))
        box = QWidget()
        layout = QHBoxLayout(box)
        layout.setContentsMargins(SPACE.M, SPACE.S, SPACE.M, SPACE.S)
        for widget in (text(self.tr("Gamma"), "muted", wrap=False), self.slider, self._value):
            layout.addWidget(widget)
        holder = QWidgetAction(self)
        holder.setDefaultWidget(box)
        self.addAction(holder)
        self.addAction(self.tr("Back to 1")).triggered.connect(partial(self._set, 1.0))
        self.aboutToShow.connect(self._refresh)

    def _moved(self, place: int) -> None:
        limit = GAMMA_HIGH if place > 0 else 1 / GAMMA_LOW
        self._set(math.exp(place / _STEPS * math.log(limit)))

    def _set(self, gamma: float, *_: object) -> None:
        change_gamma(self._canvas, gamma)
        self._refresh()

    def _refresh(self) -> None:
        gamma = self._canvas.display.gamma
        limit = GAMMA_HIGH if gamma > 1 else 1 / GAMMA_LOW
        self.slider.blockSignals(True)
        self.slider.setValue(round(math.log(gamma) / math.log(limit) * _STEPS))
        self.slider.blockSignals(False)
        self._value.setText(number(gamma, 2))
