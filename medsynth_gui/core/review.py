"""Review: who has looked at a mask, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReviewState(StrEnum):
    """The states a sample goes through; UNLABELLED is also one with a mask that nobody has looked at yet."""

    UNLABELLED = "unlabelled"
    IN_PROGRESS = "in progress"
    NEEDS_REVIEW = "needs review"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Review:
    """One person's decision on one sample; `at` is an ISO 8601 time in UTC."""

    state: ReviewState = ReviewState.UNLABELLED
    reader: str = ""
    at: str = ""
    note: str = ""

    @property
    def done(self) -> bool:
        """Somebody has decided: nothing is left for a first reader."""
        return self.state not in (ReviewState.UNLABELLED, ReviewState.IN_PROGRESS)
