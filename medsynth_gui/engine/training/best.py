"""Best: the averaged weights that did best on the validation part, and how long nothing has been better."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

# Which figure of a validation decides, the first that it has, and whether more (1) or less (-1) of it is better.
SCORES = (("score", 1), ("dice", 1), ("gain_db", 1), ("validation_loss", -1))


def score_of(figures: Mapping[str, float]) -> float | None:
    """The deciding figure, larger is better; None where a validation has none."""
    return next((sign * figures[name] for name, sign in SCORES if name in figures), None)


class Best:
    """Keeps a copy of the best weights in memory.

    Attributes:
        weights: None before the first validation.
        step: at which they were.
        stale: validations since then.
    """

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] | None = None
        self.score, self.step, self.stale = float("-inf"), -1, 0

    def look(self, figures: Mapping[str, float], average: Mapping[str, Tensor], step: int) -> None:
        """Take note of a validation."""
        score = score_of(figures)
        if score is None or score <= self.score:
            self.stale += 1
            return
        self.score, self.step, self.stale = score, step, 0
        self.weights = {name: value.detach().clone() for name, value in average.items()}
