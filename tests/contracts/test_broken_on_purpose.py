"""Each contract is broken on purpose in a copy of the package, and the checkers must say so."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.commands import PACKAGE, ROOT, lint_imports, ruff

# module to add, what it imports, the contract that it breaks
OFFENCES = [
    ("core.offence_upwards", "import medsynth_gui.session", "Layers"),
    ("metrics.offence_sibling", "import medsynth_gui.io", "Layers"),
    ("session.offence_into_gui", "import medsynth_gui.gui", "Layers"),
    ("dataset.offence_engine", "import medsynth_gui.engine", "Layers"),
    ("jobs.offence_qt", "import PySide6", "Qt lives in gui and app only"),
    ("cli.offence_gui", "import medsynth_gui.gui", "Qt lives in gui and app only"),
    ("jobs.offence_torch", "import torch", "torch lives in engine only"),
    ("session.offence_engine", "import medsynth_gui.engine", "Only jobs call engine"),
]


def _copy(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "medsynth_gui", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = _copy(tmp_path_factory.mktemp("offences"))
    for module, statement, _ in OFFENCES:
        (folder / "medsynth_gui" / Path(*module.split("."))).with_suffix(".py").write_text(statement + "\n")
    done: subprocess.CompletedProcess[str] = lint_imports(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("module", "statement", "contract"), OFFENCES)
def test_the_offence_is_named_under_its_contract(report: str, module: str, statement: str, contract: str) -> None:
    _, *parts = re.split(r"\n(.+)\n-{4,}\n", report.split("Broken contracts", 1)[1])
    details = dict(zip(parts[::2], parts[1::2], strict=True))
    assert f"medsynth_gui.{module} -> {statement.removeprefix('import ')}" in details[contract]


def test_a_new_top_level_module_needs_a_layer(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    (folder / "medsynth_gui" / "helpers.py").write_text("")
    done = lint_imports(folder)
    assert done.returncode == 1
    assert "helpers" in done.stdout


@pytest.mark.parametrize("statement", ["import torch", "import torchvision", "from medsynth_gui.engine import device"])
def test_torch_and_engine_are_not_imported_at_module_level(tmp_path: Path, statement: str) -> None:
    folder = _copy(tmp_path)
    (folder / "medsynth_gui" / "jobs" / "offence.py").write_text(f"{statement}\n")
    done = ruff("--select", "TID253", "medsynth_gui", folder=folder)
    assert done.returncode == 1
    assert done.stdout.count("TID253") == 1
    assert "offence.py" in done.stdout
