"""Doctor: what this installation runs on, and what is wrong with it."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from medsynth_gui import __version__
from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.paths import user_data
from medsynth_gui.jobs.catalogue import Compute, verify_models
from medsynth_gui.jobs.job import JobContext, Lane

_LIBRARIES = ("torch", "numpy", "opencv-python-headless", "pydicom", "python-gdcm", "PySide6-Essentials", "av",
              "openvino")


class Findings(dict[str, Any]):
    """What was found, JSON-ready; `problems` lists a sentence each."""

    @property
    def exit_code(self) -> int:
        """1 where something is wrong."""
        return 1 if self["problems"] else 0


@dataclass(frozen=True)
class Doctor:
    """Look at libraries, hardware and models."""

    compute: Compute = field(default_factory=Compute)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-doctor")

    def run(self, ctx: JobContext) -> Findings:
        """Versions, what models run on, which models are intact, and every problem as a sentence."""
        ctx.checkpoint(0, 3, "libraries")
        problems: list[str] = []
        found: dict[str, Any] = {"version": __version__, "python": platform.python_version(),
                                 "system": platform.platform(), "executable": sys.executable,
                                 "libraries": {name: _version(name) for name in _LIBRARIES}}
        ctx.checkpoint(1, 3, "hardware")
        try:
            found["models_run_on"] = self._runs_on(problems)
        except MedSynthError as error:
            problems.append(str(error))
        ctx.checkpoint(2, 3, "models")
        checked = verify_models()
        problems += [message.english() for _, message in checked if message]
        return Findings({**found, "models": [model for model, message in checked if not message],
                         "user_data": str(user_data()), "problems": problems})

    def _runs_on(self, problems: list[str]) -> dict[str, Any]:
        """Device, precision, threads and library, tried on a small network."""
        from medsynth_gui.engine import fast
        from medsynth_gui.engine.device import resolve

        runtime = resolve(self.compute.device, self.compute.precision, self.compute.threads)
        ran_on = fast.try_out(runtime)
        if fast.failure():
            problems.append(Message("fast-given-up", {"detail": fast.failure()}).english())
        return {**runtime.record(), "library": ran_on}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not found"
