"""Settings: one table of what is remembered for a user, kept in a small JSON file."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core import paths
from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.signal import Signal


@dataclass(frozen=True)
class Setting:
    """One remembered value. `choices`, if any, are the only values allowed."""

    key: str
    default: Any
    choices: tuple[Any, ...] = ()

    def accepts(self, value: object) -> bool:
        """The value is of this setting's type and among its choices."""
        if self.choices:
            return value in self.choices
        kind = type(self.default)
        return isinstance(value, (int, float)) and not isinstance(value, bool) if kind is float \
            else type(value) is kind


SETTINGS = (
    Setting("theme", "dark", ("dark", "light")),
    Setting("language", "en"),
    Setting("last_folder", ""),
    Setting("window_width", 1280),
    Setting("window_height", 800),
    Setting("window_maximized", False),
    Setting("workspace", "annotate"),
    Setting("left_handed", False),
    Setting("intended_use_read", False),
    Setting("tool", "brush"),
    Setting("tool_options", {}),
    Setting("copy_active", False),
    Setting("copy_replace", False),
    Setting("shortcuts", {}),
    Setting("label_set", "breast"),
    Setting("labels", []),
    Setting("active_label", 1),
    Setting("label_sets_left", {}),
    Setting("mask_style", "both", ("both", "outline", "fill")),
    Setting("model_segment", "seg-breast-us"),
    Setting("model_refine", "refine-us"),
    Setting("model_synthesize", "syn-breast-us"),
    Setting("generator_suits", {}),
    Setting("model_upscale", "sr-us"),
    Setting("real_images", ""),
    Setting("gate_thresholds", {}),
    Setting("licences_accepted", {}),
    Setting("model_folders", []),
    Setting("model_history", {}),
    Setting("run_folder", ""),
    Setting("training_folder", ""),
    Setting("training_on_close", "ask", ("ask", "continue", "pause")),
    Setting("device", "auto", ("auto", "cpu", "cuda", "mps")),
    Setting("precision", "auto", ("auto", "fp32", "bf16")),
    Setting("threads", 0),
    Setting("reader", ""),
    Setting("project", ""),
    Setting("open_paths", []),
    Setting("current_series", ""),
    Setting("frames_shown", {}),
    Setting("image_facts_open", False),
    Setting("cine_mode", "loop", ("loop", "ping-pong", "once")),
    Setting("cine_speed", 1.0),
    Setting("measurements_open", True),
)

_BY_KEY = {setting.key: setting for setting in SETTINGS}


_PAUSE_S = 1.0


class Settings:
    """Values of the table, kept in the file `path`.

    A change is written at once, a burst of them (a slider) at most once a second and at the next `flush`.
    A missing, damaged or foreign file gives defaults; a disk that cannot be written leaves the values
    for this run.

    Attributes:
        changed: the key that was set.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or paths.user_data() / "settings.json"
        self.changed: Signal[str] = Signal()
        self._values: dict[str, Any] = {}
        self._written = 0.0
        self._unwritten = False
        self._read()

    def __getitem__(self, key: str) -> Any:
        return self._values.get(key, _BY_KEY[key].default)

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several values at once.

        Raises:
            KeyError, ValueError: a key or value that the table does not have.
        """
        for key, value in values.items():
            if not _BY_KEY[key].accepts(value):
                raise ValueError(f"{value!r} is not a value of the setting {key}")
        news = [key for key, value in values.items() if self[key] != value]
        if not news:
            return
        self._values.update(values)
        self._unwritten = True
        if time.monotonic() - self._written >= _PAUSE_S:
            self.flush()
        for key in news:
            self.changed.emit(key)

    def _read(self) -> None:
        try:
            stored = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(stored, dict):
            self._values = {key: value for key, value in stored.items()
                            if key in _BY_KEY and _BY_KEY[key].accepts(value)}

    def flush(self) -> None:
        """Write what has not been written yet."""
        if not self._unwritten:
            return
        from medsynth_gui.io.atomic import write_json

        self._unwritten, self._written = False, time.monotonic()
        with contextlib.suppress(MedSynthError):
            write_json(self.path, self._values)
