"""Measurements as a person reads them: names of kinds and figures, figures with units."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from medsynth_gui.core.measurement import Measurement, Quantity, Reading
from medsynth_gui.gui.translation import number

_KINDS = {
    "caliper": (QT_TRANSLATE_NOOP("measure", "Caliper"), "ruler"),
    "ellipse": (QT_TRANSLATE_NOOP("measure", "Ellipse"), "circle-dashed"),
    "area": (QT_TRANSLATE_NOOP("measure", "Area"), "bounding-box"),
    "angle": (QT_TRANSLATE_NOOP("measure", "Angle"), "compass"),
    "profile": (QT_TRANSLATE_NOOP("measure", "Profile"), "chart-line"),
    "histogram": (QT_TRANSLATE_NOOP("measure", "Histogram"), "chart-bar"),
    "mmode": (QT_TRANSLATE_NOOP("measure", "M-mode"), "activity"),
}
_QUANTITIES = {
    "length": QT_TRANSLATE_NOOP("measure", "Length"), "circumference": QT_TRANSLATE_NOOP("measure", "Circumference"),
    "area": QT_TRANSLATE_NOOP("measure", "Area"), "perimeter": QT_TRANSLATE_NOOP("measure", "Perimeter"),
    "long axis": QT_TRANSLATE_NOOP("measure", "Long axis"), "short axis": QT_TRANSLATE_NOOP("measure", "Short axis"),
    "angle": QT_TRANSLATE_NOOP("measure", "Angle"), "depth": QT_TRANSLATE_NOOP("measure", "Depth"),
    "time": QT_TRANSLATE_NOOP("measure", "Time"), "velocity": QT_TRANSLATE_NOOP("measure", "Velocity"),
    "frequency": QT_TRANSLATE_NOOP("measure", "Frequency"), "value": QT_TRANSLATE_NOOP("measure", "Value"),
    "mean": QT_TRANSLATE_NOOP("measure", "Mean"), "SD": QT_TRANSLATE_NOOP("measure", "SD"),
    "median": QT_TRANSLATE_NOOP("measure", "Median"), "n": QT_TRANSLATE_NOOP("measure", "Pixels"),
}
# What stands beside the line; the rest is in the tooltip and in the copied text.
_SHORT = {"circumference": QT_TRANSLATE_NOOP("measure", "C"), "area": QT_TRANSLATE_NOOP("measure", "A"),
          "time": QT_TRANSLATE_NOOP("measure", "Δt"), "velocity": QT_TRANSLATE_NOOP("measure", "Δv"),
          "depth": QT_TRANSLATE_NOOP("measure", "Δd"), "frequency": QT_TRANSLATE_NOOP("measure", "Δf")}
_BESIDE = {"ellipse": 2, "area": 1, "histogram": 2, "profile": 1, "mmode": 1, "angle": 1, "caliper": 2}


def kind_icon(kind: str) -> str:
    """Name of the icon of a kind."""
    return _KINDS[kind][1]


def title(measurement: Measurement) -> str:
    """What the person calls it, else its kind."""
    return measurement.name or _translated(_KINDS[measurement.kind][0])


def quantity_text(quantity: Quantity) -> str:
    """The figure with its unit: `12.3 mm`."""
    size, unit = abs(quantity.value), quantity.unit
    if quantity.name == "n":
        return number(quantity.value)
    digits = 3 if unit == "s" and size < 10 else 2 if unit.startswith("mm") and size < 10 else 1
    text = number(quantity.value, 0 if unit.endswith("²") and size >= 1000 else digits)
    return f"{text}{unit}" if unit == "°" else f"{text} {unit}".strip()


def beside(measurement: Measurement, reading: Reading) -> list[str]:
    """Lines that stand beside the measurement on the image."""
    if measurement.kind == "histogram" and reading.values:
        mean, sd = reading.values[:2]
        return [f"{number(mean.value, 1)} ± {number(sd.value, 1)}"]
    shown = reading.values[:_BESIDE[measurement.kind]]
    short = len(shown) > 1 or bool(shown and shown[0].unit in ("s", "cm/s", "Hz"))
    return [f"{_translated(_SHORT.get(one.name, one.name))} {quantity_text(one)}" if short else quantity_text(one)
            for one in shown]


def all_lines(reading: Reading) -> list[str]:
    """Every figure with its name."""
    return [f"{_translated(_QUANTITIES.get(one.name, one.name))}: {quantity_text(one)}" for one in reading.values]


def _translated(text: str) -> str:
    return QCoreApplication.translate("measure", text)
