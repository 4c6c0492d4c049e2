"""The look: tokens, fonts, palette and style sheet, in one place."""

from medsynth_gui.gui.theme.theme import Theme
from medsynth_gui.gui.theme.tokens import DARK, LIGHT, SPACE, Tokens

__all__ = ["DARK", "LIGHT", "SPACE", "Theme", "Tokens"]
