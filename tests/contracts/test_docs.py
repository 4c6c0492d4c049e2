"""What README and CONTRIBUTING promise exists, and what exists is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from medsynth_gui.cli.main import app
from tests.contracts.commands import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINES = re.findall(r"^medsynth ([^\n]+?)(?:\s{3,}|$)", README, re.MULTILINE)


def _commands(command: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if children := getattr(command, "commands", None):
        for name, child in children.items():
            yield from _commands(child, *path, name)
    else:
        yield path, command


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _named(line: str) -> list[tuple[str, ...]]:
    """The commands that a line names; `models list|show` names two."""
    words = line.split()
    for length in (2, 1):
        paths = [(*words[:length - 1], choice) for choice in words[length - 1].split("|")]
        if all(path in COMMANDS for path in paths):
            return paths
    return []


@pytest.mark.parametrize("line", LINES)
def test_a_command_line_of_the_readme_exists(line: str) -> None:
    named = _named(line)
    assert named, f"no such command: medsynth {line}"
    for option in re.findall(r"--[a-z-]+", line):
        assert all(any(option in parameter.opts for parameter in COMMANDS[path].params) for path in named)


def test_the_readme_names_every_command() -> None:
    assert {path for line in LINES for path in _named(line)} == set(COMMANDS)


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", README + CONTRIBUTING)) - {"are"}
    assert named <= targets


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README + CONTRIBUTING):
        assert (ROOT / target).exists(), target


def test_the_model_option_is_the_same_everywhere() -> None:
    for path, command in COMMANDS.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, path
        if "--model" in options or path[0] in ("train", "demo"):
            assert {"--device", "--precision", "--threads"} <= options, path
