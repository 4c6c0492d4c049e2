"""What no source file may hold: code that loads code, calls into a network, paths of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.commands import PACKAGE, ROOT

BANNED_MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "urllib.request", "http.client",
                  "requests", "httpx", "aiohttp", "ftplib", "smtplib", "socket", "PySide6.QtNetwork"}
BANNED_CALLS = {"eval", "exec", "torch.load", "torch.save", "torch.hub.load", "os.system"}
# A slash that begins a path, then a folder that belongs to one machine.
MACHINE_PATH = re.compile(r"(?<![\w.:/>*~}-])/(?:home|root|work|Users|mnt|tmp|opt|srv|media)/\w|\b[A-Z]:\\\\?Users")
TEXT = {".py", ".toml", ".md", ".sh", ".json", ".svg", ".qss", ".ts", ".spec", ".txt", ".yml", ".yaml", ""}
SKIP = {".git", ".venv", ".venv-peers", "build", "dist", "runs", "shots", "demo-out", "__pycache__", ".mypy_cache",
        ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"}


def _sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _offences(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                 else [node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        yield from (f"line {node.lineno}: import {name}" for name in names if name in BANNED_MODULES)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in BANNED_CALLS:
                yield f"line {node.lineno}: {called}()"
            if any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in node.keywords):
                yield f"line {node.lineno}: allow_pickle"


def test_nothing_unpickles_evaluates_or_opens_a_connection() -> None:
    offences = [f"{path.relative_to(ROOT)} {what}" for path in _sources() for what in _offences(path)]
    assert offences == []


@pytest.mark.parametrize("code", ["import pickle", "from urllib.request import urlopen", "torch.load(path)",
                                  "eval(text)", "numpy.load(path, allow_pickle=True)"])
def test_the_search_finds_what_it_looks_for(tmp_path: Path, code: str) -> None:
    (tmp_path / "offence.py").write_text(code)
    assert len(list(_offences(tmp_path / "offence.py"))) == 1


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in sorted(ROOT.rglob("*")):
        if SKIP & set(path.relative_to(ROOT).parts) or not path.is_file() or path.suffix not in TEXT:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
                  for number, line in enumerate(text.splitlines(), 1) if MACHINE_PATH.search(line)]
    assert found == []


@pytest.mark.parametrize("line", ["see #home#anna#data", "root=#work#x", "'#tmp#out'", "`#mnt#disk`", "C:#Users#anna"])
def test_a_path_of_one_machine_is_recognised(line: str) -> None:
    assert MACHINE_PATH.search(line.replace("#", "\\" if "Users" in line else "/"))


def test_every_message_can_be_worded() -> None:
    from medsynth_gui.core.errors import Message
    from medsynth_gui.core.messages import MESSAGES

    for identity in MESSAGES:
        sentence = Message(identity).english()
        assert sentence, identity
