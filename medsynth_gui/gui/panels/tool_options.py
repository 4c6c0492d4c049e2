"""Options of the chosen tool: a slider with its number and unit, or a check box, as its table row says."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.tools.base import ToolOption

_STEPS = 200
_SLIDER_LEAST, _SLIDER_MOST = 48, 112


class ToolOptions(QWidget):
    """Rebuilt when another tool is chosen, refreshed when its options change."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = context.session
        self._tool = ""
        self._editors: list[_Slider | _Check] = []
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE.S)
        self._session.tool_changed.connect(self._changed)
        self._session.current_changed.connect(self._series_changed)
        self._changed(self._session.toolbox.spec.id)

    def _changed(self, _: str) -> None:
        spec = self._session.toolbox.spec
        if spec.id != self._tool:
            self._tool = spec.id
            for editor in self._editors:
                self._layout.removeWidget(editor)
                editor.hide()
                editor.deleteLater()
            self._editors = [(_Check if option.kind == "bool" else _Slider)(option, self._session, self)
                             for option in spec.options]
            for editor in self._editors:
                self._layout.addWidget(editor)
                editor.show()
        for editor in self._editors:
            editor.refresh()

    def _series_changed(self, _: OpenSeries | None) -> None:
        self._changed(self._tool)


class _Slider(QWidget):
    """A number. Radii go in ratios, so that small ones can be set as finely as large ones."""

    def __init__(self, option: ToolOption, session: object, parent: QWidget) -> None:
        super().__init__(parent)
        self._option, self._session = option, session
        self._ratio = option.key == "radius" and option.low > 0
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(f"option-{option.key}")
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumWidth(_SLIDER_LEAST)
        self.slider.setMaximumWidth(_SLIDER_MOST)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._moved)
        name = QLabel(QCoreApplication.translate("tools", option.name))
        name.setProperty("role", "muted")
        self.value = QLabel()
        if not self._ratio:
            self.slider.setToolTip(f"{name.text()} ({option.unit})" if option.unit else name.text())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        for widget, stretch in ((name, 0), (self.slider, 1), (self.value, 0)):
            layout.addWidget(widget, stretch)

    def refresh(self) -> None:
        """Show what holds now."""
        value = float(self._session.toolbox.options[self._option.key])
        self.slider.blockSignals(True)
        self.slider.setValue(round(_STEPS * self._place(value)))
        self.slider.blockSignals(False)
        self.value.setText(self._words(value))
        # Room for the longest, so that the slider stays where it is while it is moved.
        longest = "99.5 px · 9.9 mm" if "mm" in self.value.text() else "99.5 px" if self._ratio else "128"
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance(longest))

    def _place(self, value: float) -> float:
        low, high = self._option.low, self._option.high
        if self._ratio:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _moved(self, place: int) -> None:
        low, high = self._option.low, self._option.high
        part = place / _STEPS
        value = low * (high / low) ** part if self._ratio else low + (high - low) * part
        step = self._option.step
        value = round(value / step) * step
        self._session.toolbox.set_option(self._option.key, int(value) if self._option.kind == "int" else value)

    def _words(self, value: float) -> str:
        text = number(value, 0 if float(value).is_integer() else 1)
        if not self._ratio:
            return text
        text += f" {self._option.unit}"
        opened = self._session.current
        spacing = opened.series.spacing if opened else None
        return f"{text} · {number(value * spacing.x_mm, 1)} mm" if spacing else text


class _Check(QCheckBox):
    def __init__(self, option: ToolOption, session: object, parent: QWidget) -> None:
        super().__init__(QCoreApplication.translate("tools", option.name), parent)
        self._option, self._session = option, session
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._toggled)

    def refresh(self) -> None:
        """Show what holds now."""
        self.blockSignals(True)
        self.setChecked(bool(self._session.toolbox.options[self._option.key]))
        self.blockSignals(False)

    def _toggled(self, on: bool) -> None:
        self._session.toolbox.set_option(self._option.key, on)
