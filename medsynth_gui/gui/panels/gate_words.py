"""What the gates are called and what they say, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from medsynth_gui.gui.translation import sentence
from medsynth_gui.session.synthesis import BY_HAND

if TYPE_CHECKING:
    from medsynth_gui.jobs.gates import GateResult

_SHORT = {
    "copy": QT_TRANSLATE_NOOP("gates", "Copy"),
    "faithful": QT_TRANSLATE_NOOP("gates", "Mask not found"),
    "faithful-empty": QT_TRANSLATE_NOOP("gates", "Not empty"),
    "unlike": QT_TRANSLATE_NOOP("gates", "Unlike real"),
    BY_HAND: QT_TRANSLATE_NOOP("gates", "By hand"),
}


def gate_name(gate: str) -> str:
    """What a gate stops, in few words."""
    from medsynth_gui.jobs.gates import gate_title

    title = gate_title(gate)
    return sentence(title) if title else gate


def gate_word(gate: str) -> str:
    """The same in a word or two, for a tile."""
    return QCoreApplication.translate("gates", _SHORT[gate]) if gate in _SHORT else gate_name(gate)


def reason(result: GateResult) -> str:
    """One sentence on what a gate found."""
    return sentence(result.message())


def figure(value: float) -> str:
    """A figure with as many digits as tell something."""
    return f"{value:.2f}" if abs(value) >= 0.1 or value == 0 else f"{value:.2g}"
