"""Doubts: what segmenters have said of the samples of a project, each sample judged by the one that suits it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from medsynth_gui.core.errors import ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.scores import Scores, Vector
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.judging import UNLIKE, Opinion, SegmenterJudges
from medsynth_gui.jobs.likeness import likeness_digest, tells_likeness

# Entropies and likeness by image, agreements by image and mask.
_Tables = tuple[dict[str, Vector], dict[str, Vector]]


class Doubts:
    """Opinions that are kept in the project.

    Attributes:
        preferred: the segmenter that is asked first, by id or folder; empty where there is none at all.
        cards: the segmenters that were looked for so far.
    """

    def __init__(self, project: Project, models: Iterable[str], compute: Compute) -> None:
        """Args: models: ids or folders, the preferred one first; the others are looked for where it does not suit."""
        self._scores, self._labels, self._compute = project.scores, project.labels, compute
        self._more = _cards(models)
        self._said: dict[str, _Said] = {}
        self._judges: SegmenterJudges | None = None
        self.preferred = next((model for model, _ in self._turn()), "")

    @property
    def cards(self) -> dict[str, ModelCard]:
        return {model: said.card for model, said in self._said.items()}

    def of(self, sample: Sample) -> tuple[str, Opinion] | None:
        """The model that suits a sample, and what it said of it, as far as is known.

        Returns:
            None where nobody knows yet what suits it; no model ("") and `UNLIKE` where none does.
        """
        for model, said in self._turn():
            opinion = said.of(sample)
            if opinion is None or not opinion.unlike:
                return (model, opinion) if opinion else None
        return "", UNLIKE

    def ask(self, sample: Sample) -> None:
        """Have a sample judged.

        Raises:
            InputError: its image cannot be read.
            ModelError: the model that suits it is damaged.
        """
        if self._judges is None:
            self._judges = SegmenterJudges(self.preferred, self._compute, self._labels)
        gray = read_gray(sample.image)
        suits = self._judges.suiting(gray, (model for model, _ in self._turn()))
        for model, said in self._turn():
            if model == suits:
                if not said.knows(sample):
                    said.put(sample, self._judges.opinion(model, sample, gray))
                return
            said.put(sample, UNLIKE)

    def keep(self) -> None:
        """Write down what was said since the last time."""
        for said in self._said.values():
            said.keep()

    def _turn(self) -> Iterator[tuple[str, _Said]]:
        """All segmenters, the preferred one first; one that nobody comes to is not looked for."""
        yield from tuple(self._said.items())
        for model, card in self._more:
            self._said[model] = _Said(self._scores, card)
            yield model, self._said[model]


class _Said:
    """What one segmenter said; read from the project when it is first asked for."""

    def __init__(self, scores: Scores, card: ModelCard) -> None:
        self._scores, self.card = scores, card
        # The entropy, and 1 where the image is unlike what the model was taught with.
        self._doubts = f"entropy, unlike {card.weights_sha256} {likeness_digest(card)}"
        self._differences = f"dice {card.weights_sha256}"
        self._known: _Tables | None = None
        self._new: _Tables = {}, {}

    def of(self, sample: Sample) -> Opinion | None:
        """What is known; None where it was not asked about the image, or about what was drawn on it since."""
        doubts, differences = self._tables
        if (found := doubts.get(sample.image_sha256)) is None:
            return None
        dice = differences.get(_pair(sample))
        return UNLIKE if found[1] else Opinion(float(found[0]), None if dice is None else float(dice[0]))

    def knows(self, sample: Sample) -> bool:
        """Everything that it could be asked about a sample is known."""
        opinion = self.of(sample)
        return opinion is not None and (opinion.unlike or sample.mask is None or opinion.dice is not None)

    def put(self, sample: Sample, opinion: Opinion) -> None:
        """Remember an opinion."""
        for place, name, numbers in ((0, sample.image_sha256, (opinion.entropy, opinion.unlike)),
                                     (1, _pair(sample), () if opinion.dice is None else (opinion.dice,))):
            if numbers:
                # As they come back from the disk: the order must not change on the way.
                self._tables[place][name] = self._new[place][name] = np.asarray(numbers, np.float32)

    def keep(self) -> None:
        """Write down what is new."""
        for judge, new in zip((self._doubts, self._differences), self._new, strict=True):
            if new:
                self._scores.put(judge, new)
                new.clear()

    @property
    def _tables(self) -> _Tables:
        if self._known is None:
            self._known = self._scores.of(self._doubts), self._scores.of(self._differences)
        return self._known


def _cards(models: Iterable[str]) -> Iterator[tuple[str, ModelCard]]:
    """Those that are there; of the others than the first those that can say what suits them."""
    first = True
    for model in models:
        try:
            card = find_model(model, task="segmentation")
            wanted = first or tells_likeness(card)
        except ModelError:
            continue
        if wanted:
            first = False
            yield model, card


def _pair(sample: Sample) -> str:
    return f"{sample.image_sha256}:{sample.mask_sha256}"
