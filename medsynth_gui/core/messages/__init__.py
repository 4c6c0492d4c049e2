"""What people are told."""

from medsynth_gui.core.messages.table import MESSAGES

__all__ = ["MESSAGES"]
