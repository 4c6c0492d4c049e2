"""What masks for a generator are: candidates with what speaks against them, and the request that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.core.shapes.model import ShapeModel
from medsynth_gui.core.shapes.statistics import IMPOSSIBLE, mask_problems
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.shape_file import NAME, read_shape_model

Gray = npt.NDArray[np.uint8]
Share = tuple[float, float]
Judge = Callable[[Gray], tuple[Message, ...]]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mask that an image can be made for.

    Attributes:
        mask: label values (y, x).
        name: what provenance calls it.
        parents: ids of the samples, or names of the files, that it was made from; none where it was invented.
        problems: what is unlike the masks that the model was trained on.
    """

    mask: Gray
    name: str
    parents: tuple[str, ...] = ()
    problems: tuple[Message, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether an image can be made for it at all."""
        return not any(problem.id in IMPOSSIBLE for problem in self.problems)


@dataclass(frozen=True, eq=False)
class MaskRequest:
    """Which masks are wanted.

    Attributes:
        source: a key of `SOURCES`; empty for the first of folder, simulator and shape model that there is.
        class_name: class that they are to suit; None for any.
        share: least and most share of the image that is labelled, 0..1.
        folder: label images, in name order, or a training set.
        samples: of a project; values: what the label values of their masks become, see `values_for`.
        drawn: on a canvas, or chosen before; `parents` is what they were made from.
    """

    source: str = ""
    class_name: str | None = None
    seed: int = 0
    share: Share | None = None
    folder: Path | None = None
    samples: tuple[Sample, ...] = ()
    values: Mapping[int, int] = field(default_factory=dict)
    drawn: tuple[Gray, ...] = ()
    parents: tuple[str, ...] = ()


def values_for(card: ModelCard, labels: LabelSet) -> dict[int, int]:
    """What label values of a list become for a generator: the same name is the same label, others are nothing to it.

    Empty where they share no name: then values stand for themselves.
    """
    found = {own: value for value, own in labels.values_of(card.labels).items()}
    return {label.value: found.get(label.value, 0) for label in labels} if found else {}


class Masks(Protocol):
    """An opened source. `count` is None where there is no end of masks; `failed` names what could not be used."""

    @property
    def count(self) -> int | None: ...

    @property
    def failed(self) -> tuple[OpenFailure, ...]: ...

    def at(self, index: int) -> Candidate:
        """Mask `index`; sources that end go round again."""
        ...


@dataclass(frozen=True)
class StoredMasks:
    """Masks that are there already: each a name, its parents, and how to get it."""

    entries: tuple[tuple[str, tuple[str, ...], Callable[[], Gray]], ...]
    judge: Judge
    failed: tuple[OpenFailure, ...] = ()

    @property
    def count(self) -> int | None:
        return len(self.entries)

    def at(self, index: int) -> Candidate:
        name, parents, read = self.entries[index % len(self.entries)]
        mask = read()
        return Candidate(mask, name, parents, self.judge(mask))


@dataclass(frozen=True)
class InventedMasks:
    """Masks without end, made from a seed."""

    make: Callable[[int], tuple[Gray, str, tuple[str, ...]]]
    judge: Judge
    failed: tuple[OpenFailure, ...] = ()
    count: int | None = None

    def at(self, index: int) -> Candidate:
        mask, name, parents = self.make(index)
        return Candidate(mask, name, parents, self.judge(mask))


def shape_model_of(card: ModelCard) -> ShapeModel | None:
    """The shape model beside a generator's card; None where there is none.

    Raises:
        ModelError: it is damaged.
    """
    path = card.folder / NAME
    return _read_shapes(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=8)
def _read_shapes(path: Path, _changed_ns: int) -> ShapeModel:
    return read_shape_model(path)


def judge_mask(card: ModelCard, mask: Gray, class_name: str | None = None) -> tuple[Message, ...]:
    """What is unlike the masks (y, x) that a generator was trained on, in sentences."""
    shapes = shape_model_of(card)
    return mask_problems(mask, shapes.statistics(class_name) if shapes else None, card.labels or {1: "1"},
                         class_name=class_name or "")


def need_possible(card: ModelCard, mask: Gray, class_name: str | None) -> None:
    """Refuse a mask (y, x) that no image of the class can be made for.

    Raises:
        InputError: it has label values that the model does not know, or is empty where the class never is.
    """
    for problem in judge_mask(card, mask, class_name):
        if problem.id in IMPOSSIBLE:
            raise InputError(problem.id, **problem.params)


def fitting_class(card: ModelCard, mask: Gray, seed: int, index: int) -> str | None:
    """What an image is drawn as where nobody says it: a class that has such masks, as often as training showed it.

    The same seed and index give the same class. None, any image of the model's kind, where nothing is known of classes.
    """
    shapes = shape_model_of(card) if card.classes else None
    if shapes is None:
        return None
    known = [(name, shapes.statistics(name)) for name in card.classes]
    weights = np.array([found.images * (1 - found.empty if mask.any() else found.empty) if found else 0.0
                        for _, found in known])
    if not weights.any():
        return None
    return known[int(np.random.default_rng([seed, index]).choice(len(known), p=weights / weights.sum()))][0]
