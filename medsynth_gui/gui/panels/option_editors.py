"""Editors of options, by kind: a slider with its number and unit, a check box, a choice, a label, a rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number
from medsynth_gui.session.session import Session
from medsynth_gui.session.tools.base import OptionValue, ToolOption
from medsynth_gui.session.tools.rules import Over

_STEPS = 200
_SLIDER_LEAST, _SLIDER_MOST = 48, 112


@dataclass(frozen=True)
class OptionStore:
    """Where editors read and write.

    Attributes:
        values: gives the options that hold now.
        write: changes one.
        session: names labels and knows the spacing.
    """

    values: Callable[[], Mapping[str, OptionValue]]
    write: Callable[[str, OptionValue], None]
    session: Session


class _Named(QWidget):
    """A muted name before what is edited."""

    def __init__(self, option: ToolOption, store: OptionStore, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.option, self.store = option, store
        self.name = QLabel(QCoreApplication.translate("tools", option.name))
        self.name.setProperty("role", "muted")
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SPACE.S)
        self.row.addWidget(self.name)

    @property
    def held(self) -> OptionValue:
        return self.store.values()[self.option.key]

    def write(self, value: OptionValue) -> None:
        self.store.write(self.option.key, value)


class SliderEditor(_Named):
    """A number. Those that span decades go in ratios, so that small ones can be set as finely as large ones."""

    def __init__(self, option: ToolOption, store: OptionStore, parent: QWidget | None = None) -> None:
        super().__init__(option, store, parent)
        self._ratio = option.low > 0 and option.high / option.low >= 40
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName(f"option-{option.key}")
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumWidth(_SLIDER_LEAST)
        self.slider.setMaximumWidth(_SLIDER_MOST)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName(self.name.text())
        self.slider.valueChanged.connect(self._moved)
        self.value = QLabel()
        if option.unit and not self._is_length:
            self.slider.setToolTip(f"{self.name.text()} ({option.unit})")
        self.row.addWidget(self.slider, 1)
        self.row.addWidget(self.value)

    @property
    def _is_length(self) -> bool:
        return self.option.unit == "px"

    def refresh(self) -> None:
        """Show what holds now."""
        value = float(self.held)
        self.slider.blockSignals(True)
        self.slider.setValue(round(_STEPS * self._place(value)))
        self.slider.blockSignals(False)
        self.value.setText(self._words(value))
        # Room for the longest, so that the slider stays where it is while it is moved.
        longest = "99.5 px · 9.9 mm" if "·" in self.value.text() else "99.5 px" if "p" in self.value.text() else "128"
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance(longest))

    def _place(self, value: float) -> float:
        low, high = self.option.low, self.option.high
        if self._ratio:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _moved(self, place: int) -> None:
        low, high = self.option.low, self.option.high
        part = place / _STEPS
        value = low * (high / low) ** part if self._ratio else low + (high - low) * part
        step = self.option.step
        value = round(value / step) * step
        self.write(int(value) if self.option.kind == "int" else value)

    def _words(self, value: float) -> str:
        text = number(value, 0 if float(value).is_integer() else 1)
        if unit := self.store.values().get("unit") if self.option.key == "size" else None:
            return f"{text} {unit}"
        if not self._is_length:
            return text
        opened = self.store.session.current
        spacing = opened.series.spacing if opened else None
        return f"{text} px · {number(value * spacing.x_mm, 1)} mm" if spacing else f"{text} px"


class CheckEditor(QCheckBox):
    """Yes or no."""

    def __init__(self, option: ToolOption, store: OptionStore, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("tools", option.name), parent)
        self._option, self._store = option, store
        self.setObjectName(f"option-{option.key}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.toggled.connect(self._toggled)

    def refresh(self) -> None:
        """Show what holds now."""
        self.blockSignals(True)
        self.setChecked(bool(self._store.values()[self._option.key]))
        self.blockSignals(False)

    def _toggled(self, on: bool) -> None:
        self._store.write(self._option.key, on)


class ChoiceEditor(_Named):
    """One of a few; the name is the tooltip where the row is short of room."""

    def __init__(self, option: ToolOption, store: OptionStore, parent: QWidget | None = None) -> None:
        super().__init__(option, store, parent)
        self.box = Choice(self.name.text(), name=f"option-{option.key}")
        self.box.setMinimumContentsLength(4)
        self.box.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box.picked.connect(self.write)
        self.name.setVisible(not option.quick)
        self.row.addWidget(self.box, 1)

    def refresh(self) -> None:
        """Show what holds now."""
        self.box.set_rows(self._rows())
        self.box.choose(self.held)

    def _rows(self) -> list[tuple[OptionValue, str]]:
        return [(key, QCoreApplication.translate("tools", words)) for key, words in self.option.choices]


class LabelEditor(ChoiceEditor):
    """A label of the set; 0 says what `nothing` says."""

    def _rows(self) -> list[tuple[OptionValue, str]]:
        nothing = {"becomes": self.tr("Removed"), "target": self.tr("The active label")}.get(self.option.key)
        return [*([(0, nothing)] if nothing else []),
                *((label.value, label.name) for label in self.store.session.label_set)]


class OverEditor(_Named):
    """What may be painted over: anything, only some labels, or all but some."""

    def __init__(self, option: ToolOption, store: OptionStore, parent: QWidget | None = None) -> None:
        super().__init__(option, store, parent)
        self.button = QToolButton()
        self.button.setObjectName(f"option-{option.key}")
        self.button.setAccessibleName(self.name.text())
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        self.row.addWidget(self.button, 1)

    def refresh(self) -> None:
        """Show what holds now."""
        over, names = Over.parse(str(self.held)), dict(self._labels())
        listed = ", ".join(names[value] for value in sorted(over.values) if value in names)
        words = self.tr("Only {0}") if over.only else self.tr("All but {0}")
        self.button.setText(words.format(listed) if over.text else self.tr("Anything"))

    def _labels(self) -> list[tuple[int, str]]:
        return [(0, self.tr("Background")), *((label.value, label.name) for label in self.store.session.label_set)]

    def _fill(self) -> None:
        over = Over.parse(str(self.held))
        self.menu.clear()
        self._row(self.tr("Anything"), Over(), checked=not over.text)
        self._row(self.tr("Only what is chosen"), Over(True, over.values or frozenset({0})), checked=over.only)
        self._row(self.tr("All but what is chosen"),
                  Over(False, over.values - {0} or frozenset({self.store.session.active_label})),
                  checked=bool(over.text) and not over.only)
        self.menu.addSeparator()
        for value, name in self._labels():
            self._row(name, Over(over.only or not over.text, over.values ^ {value}), checked=value in over.values)

    def _row(self, words: str, over: Over, *, checked: bool) -> None:
        action: QAction = self.menu.addAction(words)
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: self.write(over.text))


_KINDS = {"bool": CheckEditor, "choice": ChoiceEditor, "label": LabelEditor, "over": OverEditor}


def editor(option: ToolOption, store: OptionStore, parent: QWidget | None = None) -> QWidget:
    """The editor of an option; `refresh` shows what holds now."""
    return _KINDS.get(option.kind, SliderEditor)(option, store, parent)
