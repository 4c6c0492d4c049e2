"""A one-folder bundle does the main job with an empty environment, and opens its window."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


def test_a_bundle_works_from_another_folder(tmp_path: Path) -> None:
    pytest.importorskip("PyInstaller", reason="the extra `package` is not installed")
    subprocess.run([sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "--distpath",
                    tmp_path / "dist", "--workpath", tmp_path / "work", "packaging/medsynth.spec"], cwd=ROOT,
                   check=True)
    done = subprocess.run([sys.executable, "packaging/smoke.py", tmp_path / "dist" / "medsynth"], cwd=ROOT,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
