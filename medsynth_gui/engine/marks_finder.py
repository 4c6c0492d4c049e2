"""MarksFinder: whether letters, calipers or arrows are burned into an image, down to the size that generators draw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.segmenter import Segmenter
from medsynth_gui.io.furniture import has_marks

Gray = npt.NDArray[np.uint8]
MARKS_FINDER = "marks-finder"
_RULES_FROM_PX = 256


def shipped_marks_finder(runtime: Runtime) -> MarksFinder:
    """The finder that comes with the program.

    Raises:
        ModelError: it is not there, or damaged.
    """
    return MarksFinder(read_card(models() / MARKS_FINDER), runtime)


def marks_judge(runtime: Runtime) -> tuple[str, Callable[[Gray], bool]]:
    """What tells images (y, x) with marks from those without, and what it is called.

    Rules know strokes of full size and find nearly all of them; at 128 pixels they take half of all skulls for letters.
    There the shipped finder judges, if it is installed.
    """
    try:
        finder = shipped_marks_finder(runtime)
    except ModelError:
        return "rules", has_marks

    def judge(gray: Gray) -> bool:
        return has_marks(gray) if max(gray.shape) >= _RULES_FROM_PX else finder.marked(gray)

    return f"{finder.card.id} below {_RULES_FROM_PX} pixels, rules from there on", judge


class MarksFinder:
    """A loaded finder of marks.

    Attributes:
        limit: score above which an image carries marks; 99 of 100 real images without any stay below.

    Raises:
        ModelError: the model finds no marks, or its weights are missing or altered.
    """

    def __init__(self, card: ModelCard, runtime: Runtime) -> None:
        if card.task != "marks":
            raise ModelError("model-wrong-task", model=card.id, task=card.task, wanted="marks")
        self.card, self.limit = card, float(card.input.get("limit", 16.0))
        self._network = Segmenter(card, runtime)

    def likely(self, gray: Gray) -> npt.NDArray[np.float32]:
        """How likely each pixel (y, x) is part of a mark, 0..1."""
        return np.asarray(self._network.probability(gray)[0][1], np.float32)

    def score(self, gray: Gray) -> float:
        """How much of an image (y, x) is expected to be marks, in pixels of the network's square; see `limit`."""
        return float(self.likely(gray).sum()) * (self._network.size / max(gray.shape)) ** 2

    def marked(self, gray: Gray) -> bool:
        """Whether letters, calipers or arrows are burned into the image (y, x)."""
        return self.score(gray) > self.limit
