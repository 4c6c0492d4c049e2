"""Other programs, run by the Python of their own environment (`make bench-peers`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON = _ROOT / ".venv-peers" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def peer(script: str, *arguments: object, needs: str = "", else_ours: bool = False) -> dict[str, Any]:
    """What a script of `peers/` prints as JSON.

    Args:
        needs: a module of the peers' environment; the test is skipped where it, or the environment, is not installed.
        else_ours: rather than to skip, run the script in our own environment.
    """
    python = str(_PYTHON)
    if not _PYTHON.exists() or (needs and subprocess.run([python, "-c", f"import {needs}"], capture_output=True,
                                                         check=False).returncode):
        if not else_ours:
            pytest.skip(f"the peers' environment lacks {needs or script}: make bench-peers")
        python = sys.executable
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([python, Path(__file__).parent / "peers" / script, *map(str, arguments)], text=True,
                          capture_output=True, check=True, env=environment, timeout=600)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
