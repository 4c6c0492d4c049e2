"""Theme: sets the palette, the fonts and the style sheet of the application, and tells when they change."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from medsynth_gui.gui.theme.fonts import base_font, load_fonts
from medsynth_gui.gui.theme.style_sheet import style_sheet
from medsynth_gui.gui.theme.tokens import DARK, LIGHT, Tokens

_ROLES = {
    QPalette.ColorRole.Window: "panel", QPalette.ColorRole.WindowText: "text", QPalette.ColorRole.Base: "raised",
    QPalette.ColorRole.AlternateBase: "panel", QPalette.ColorRole.Text: "text", QPalette.ColorRole.Button: "raised",
    QPalette.ColorRole.ButtonText: "text", QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "on_accent", QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.ToolTipBase: "raised", QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Link: "accent", QPalette.ColorRole.Mid: "line", QPalette.ColorRole.Dark: "background",
}


class Theme(QObject):
    """The look in force. Widgets that paint themselves read `tokens` and repaint on `changed`."""

    changed = Signal()

    def __init__(self, application: QApplication, name: str = "dark") -> None:
        super().__init__(application)
        self._application = application
        self.tokens: Tokens = LIGHT if name == "light" else DARK
        load_fonts()
        self._apply()

    @property
    def dark(self) -> bool:
        return self.tokens is DARK

    def use(self, name: str) -> None:
        """Change to "dark" or "light"."""
        self.tokens = LIGHT if name == "light" else DARK
        self._apply()
        self.changed.emit()

    def color(self, name: str) -> QColor:
        """A token as a QColor."""
        return QColor(getattr(self.tokens, name))

    def font(self, *, points: float = 10.0, strong: bool = False) -> QFont:
        """The text font with tabular figures."""
        return base_font(points, strong=strong)

    def _apply(self) -> None:
        self._application.setStyle("Fusion")
        palette = QPalette()
        for role, token in _ROLES.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("muted"))
        self._application.setPalette(palette)
        self._application.setFont(base_font(10.0))
        self._application.setStyleSheet(style_sheet(self.tokens))
