"""Runs a job in this thread, with its progress on stderr where a person looks at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

from medsynth_gui.jobs.job import Job, JobContext, Progress

T = TypeVar("T")


@runtime_checkable
class Report(Protocol):
    """What a job may return: anything that can state itself as a JSON-ready record."""

    def record(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Outcome:
    """What a command prints, and how it ends; `text` is what people read instead of the record."""

    record: dict[str, Any]
    exit_code: int
    text: str = ""


def outcome_of(result: Outcome | Report | Mapping[str, Any]) -> Outcome:
    """The record of a command's result; the exit code is the result's own, else 0."""
    if isinstance(result, Outcome):
        return result
    record = result.record() if isinstance(result, Report) else dict(result)
    return Outcome(record, getattr(result, "exit_code", 0), getattr(result, "text", ""))


def run(job: Job[T]) -> T:
    """Run a job here and now. Whatever libraries print goes to stderr: stdout belongs to the record."""
    with _progress(job.title.english()) as report, redirect_stdout(sys.stderr):
        return job.run(JobContext(report=report))


@contextmanager
def _progress(title: str) -> Iterator[Callable[[Progress], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"),
               TimeElapsedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda at: bar.update(task, completed=at.done, total=at.total, description=at.message or title)
