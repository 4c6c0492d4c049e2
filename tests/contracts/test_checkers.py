"""The tree keeps its contracts: imports, style, types, sizes."""

from __future__ import annotations

import pytest

from tests.contracts.commands import lint_imports, python, ruff


def test_imports_keep_the_four_contracts() -> None:
    done = lint_imports()
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


def test_ruff_is_content() -> None:
    done = ruff(".")
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(600)
def test_types_are_right() -> None:
    done = python("-m", "mypy")
    assert done.returncode == 0, done.stdout


def test_no_file_class_or_function_is_over_its_limit() -> None:
    done = python("packaging/size_report.py")
    assert done.returncode == 0, done.stderr
