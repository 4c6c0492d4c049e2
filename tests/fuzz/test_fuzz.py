"""No broken file ends the program, hangs it, fills the memory or shows a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.runner import run

pytestmark = pytest.mark.skipif("not hasattr(__import__('os'), 'killpg')", reason="children are ended by their group")


def _judge(count: int, first: int, capsys: pytest.CaptureFixture[str]) -> None:
    report = run(first, count, keep=Path("build", "fuzz"))
    with capsys.disabled():
        print(f"\n{report.text()}")
    assert len(report.outcomes) == count
    assert not report.failures
    assert {"ok", "sentence"} <= {one.kind for one in report.outcomes}


def test_a_few_hundred_broken_files(capsys: pytest.CaptureFixture[str]) -> None:
    _judge(300, 0, capsys)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_thousands_of_broken_files(capsys: pytest.CaptureFixture[str]) -> None:
    _judge(6000, 1000, capsys)
