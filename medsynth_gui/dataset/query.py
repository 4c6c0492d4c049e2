"""Query: which samples of a project are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medsynth_gui.core.review import ReviewState
from medsynth_gui.dataset.sample import Sample


@dataclass(frozen=True)
class Query:
    """A filter. A field that is None asks for nothing; all others must hold.

    Attributes:
        text: words that id, title, class, group or producer contain, in any order; case is ignored.
        label: a value that the mask contains; 0 asks for samples without labelled pixels.
        split: "train", "val", "test" or "" (in no part).
    """

    text: str = ""
    class_name: str | None = None
    label: int | None = None
    synthetic: bool | None = None
    review: ReviewState | None = None
    split: str | None = None
    group: str | None = None
    modality: str | None = None

    def matches(self, sample: Sample) -> bool:
        """Whether a sample is wanted."""
        exact = ((self.class_name, sample.class_name), (self.synthetic, sample.synthetic), (self.split, sample.split),
                 (self.review, sample.review.state), (self.group, sample.group), (self.modality, sample.modality))
        if any(wanted is not None and wanted != found for wanted, found in exact):
            return False
        if self.label is not None and not (self.label in sample.label_values if self.label else
                                           not sample.label_values):
            return False
        words = self.text.casefold().split()
        return not words or _mentions(sample, words)


def _mentions(sample: Sample, words: Iterable[str]) -> bool:
    producer = sample.provenance.producer if sample.provenance else ""
    text = " ".join((sample.id, sample.title, sample.class_name, sample.group, producer)).casefold()
    return all(word in text for word in words)


def select(samples: Iterable[Sample], query: Query) -> tuple[Sample, ...]:
    """The samples that match, in their order."""
    return tuple(sample for sample in samples if query.matches(sample))
