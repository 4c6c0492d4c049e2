"""Inter, loaded from the shipped resources."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from medsynth_gui.core.paths import resources


@cache
def load_fonts() -> str:
    """Load the shipped faces once; the family to use (the system's where a file is missing)."""
    families: list[str] = []
    for face in ("Regular", "Medium", "SemiBold"):
        number = QFontDatabase.addApplicationFont(str(resources() / "fonts" / f"Inter-{face}.otf"))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return "Inter" if "Inter" in families else QFont().family()


def base_font(points: float, *, strong: bool = False) -> QFont:
    """Inter with tabular figures, so that changing numbers do not shake."""
    font = QFont(load_fonts())
    font.setPointSizeF(points)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
