"""Phosphor icons, drawn from QtAwesome's font file in the colours of the theme.

QtAwesome itself loads a dozen fonts with its first icon (0.25-0.5 s); the window needs one of them.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from medsynth_gui.gui.theme.theme import Theme

_theme: Theme | None = None


def use_theme(theme: Theme) -> None:
    """Draw icons in this theme's colours from now on."""
    global _theme
    _theme = theme


def icon(name: str, *, color: str = "muted", active: str = "accent", disabled: str = "line") -> QIcon:
    """A Phosphor icon.

    Args:
        name: a Phosphor name, with or without the `ph.` prefix; a `-fill` or `-bold` suffix is part of it.
        color: token of the normal state; `active` of the checked one, `disabled` of the disabled one.

    Raises:
        KeyError: Phosphor has no such icon.
    """
    glyph = _glyphs()[name.removeprefix("ph.")]
    return QIcon(_GlyphEngine(glyph, color, active, disabled))


def pixmap(name: str, size: int, *, color: str = "muted", ratio: float = 1.0) -> QPixmap:
    """One icon as a pixmap of `size` device-independent pixels."""
    return icon(name, color=color).pixmap(QSize(size, size), ratio)


class _GlyphEngine(QIconEngine):
    def __init__(self, glyph: str, color: str, active: str, disabled: str) -> None:
        super().__init__()
        self._glyph, self._tokens = glyph, (color, active, disabled)

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        normal, active, disabled = self._tokens
        if mode == QIcon.Mode.Disabled:
            token = disabled
        elif state == QIcon.State.On or mode == QIcon.Mode.Selected:
            token = active
        else:
            token = "text" if mode == QIcon.Mode.Active and normal == "muted" else normal
        return _theme.color(token) if _theme else QColor("gray")

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        font = QFont(_family())
        font.setPixelSize(max(1, min(rect.width(), rect.height())))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.setFont(font)
        painter.setPen(self._color(mode, state))
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QPixmap(size)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return image

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._glyph, *self._tokens)


def _font_folder() -> Path:
    if frozen := getattr(sys, "_MEIPASS", None):
        return Path(frozen) / "qtawesome" / "fonts"
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("qtawesome")
    return Path(next(iter(spec.submodule_search_locations))) / "fonts"


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(next(_font_folder().glob("phosphor-[0-9]*.ttf"))))
    return QFontDatabase.applicationFontFamilies(number)[0]


@cache
def _glyphs() -> dict[str, str]:
    table = json.loads(next(_font_folder().glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    return {name: chr(int(code, 16)) for name, code in table.items()}
