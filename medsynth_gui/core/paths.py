"""Where shipped files are: one lookup for a checkout, an installed wheel and a frozen bundle."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
# The module that decodes risky frames; as its only argument it makes the frozen command line run that.
DECODER_CHILD = "medsynth_gui.io.dicom.decoder_child"


def shipped(*parts: str) -> Path:
    """The path of a shipped file or folder below `resources/` or `models/`.

    Args:
        *parts: for example `"models", "seg-breast-us", "card.toml"`.

    Returns:
        The first place that has it, or the place where it belongs if none does.
    """
    roots = [Path(frozen)] if (frozen := getattr(sys, "_MEIPASS", None)) else []
    roots += [_PACKAGE / "_shipped", _PACKAGE.parent]
    candidates = [root.joinpath(*parts) for root in roots]
    return next((path for path in candidates if path.exists()), candidates[-1])


def resources() -> Path:
    """The folder of icons, fonts, label sets, window presets and the sample case."""
    return shipped("resources")


def models() -> Path:
    """The folder of shipped models and recipes."""
    return shipped("models")


def user_data() -> Path:
    """The folder for this user's settings, journal and logs (`MEDSYNTH_HOME` overrides it)."""
    if override := os.environ.get("MEDSYNTH_HOME"):
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path("MedSynth Studio", appauthor=False)


def command_line() -> list[str]:
    """How this program starts its own command line: the twin beside a frozen window, else the module."""
    if getattr(sys, "frozen", False):
        name = "medsynth.exe" if sys.platform == "win32" else "medsynth"
        return [str(Path(sys.executable).with_name(name))]
    return [sys.executable, "-m", "medsynth_gui.cli.main"]
