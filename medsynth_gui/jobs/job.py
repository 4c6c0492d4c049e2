"""Job: long work as a value, and the context in which it reports and is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, TypeVar

from medsynth_gui.core.errors import Message

T_co = TypeVar("T_co", covariant=True)


class Lane(Enum):
    """Where a job waits: models in one lane, files in the other; the third only watches a training outside."""

    GPU = "gpu"
    IO = "io"
    WATCH = "watch"


class JobCancelled(Exception):
    """Raised at a checkpoint after someone asked the job to stop."""


@dataclass(frozen=True)
class Progress:
    """How far a job is: `done` of `total` (None: not known), and what it is doing.

    Attributes:
        left_s: seconds left, as the job knows better than its rate tells; infinite where it knows that nobody can
            say, None leaves it to the rate.
    """

    done: float
    total: float | None
    message: str = ""
    left_s: float | None = None


class JobContext:
    """What a running job may say and ask.

    Args:
        report: called with each progress, in the job's thread.
        cancelled: asked at each checkpoint.
        publish: called with an intermediate result (a preview, say), in the job's thread.
    """

    def __init__(self, report: Callable[[Progress], None] | None = None,
                 cancelled: Callable[[], bool] | None = None,
                 publish: Callable[[object], None] | None = None) -> None:
        self._report = report or (lambda _: None)
        self._cancelled = cancelled or (lambda: False)
        self._publish = publish or (lambda _: None)

    def checkpoint(self, done: float, total: float | None = None, message: str = "", *,
                   left_s: float | None = None) -> None:
        """Report progress, as `Progress`; call at most 200 ms apart.

        Raises:
            JobCancelled: someone asked the job to stop.
        """
        if self._cancelled():
            raise JobCancelled
        self._report(Progress(done, total, message, left_s))

    def publish(self, preview: object) -> None:
        """Show an intermediate result."""
        self._publish(preview)


class Job(Protocol[T_co]):
    """A frozen dataclass that holds its whole request; it snapshots what it reads and returns a value."""

    @property
    def title(self) -> Message: ...

    @property
    def lane(self) -> Lane: ...

    def run(self, ctx: JobContext) -> T_co: ...
