"""Reading: a short look at files, done in the IO lane so that a slow disk never stops the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from medsynth_gui.core.errors import Message
from medsynth_gui.jobs.job import JobContext, Lane

T = TypeVar("T")


@dataclass(frozen=True)
class Reading(Generic[T]):
    """Calls a function that touches no widget and no session, and returns what it returns."""

    call: Callable[[], T]
    title: Message = field(default_factory=lambda: Message("job-read"))
    lane: Lane = Lane.IO

    def run(self, ctx: JobContext) -> T:
        ctx.checkpoint(0)
        return self.call()
