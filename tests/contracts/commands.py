"""How contract tests run the checkers and fresh processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "medsynth_gui"


def python(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run this Python in a folder; the package is taken from there."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400", "NO_COLOR": "1"}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def lint_imports(folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return python("-c", code, "--no-cache", folder=folder)


def ruff(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return python("-m", "ruff", "check", "--no-cache", "--output-format", "concise", *arguments, folder=folder)
