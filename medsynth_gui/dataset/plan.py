"""Plan: how many images a project has in each stratum, how many it should have, and what is missing."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.core.review import ReviewState
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part

FACETS = ("class", "view", "scanner", "size")
EMPTY = "empty"
SIZES = ("small", "medium", "large")
LARGEST_TARGET = 1_000_000
_FEWEST_FOR_THIRDS = 6


@dataclass(frozen=True, order=True)
class Stratum:
    """A kind of image; a facet that is empty stands for all of its values.

    Attributes:
        size: "empty" (no labelled pixel), "small", "medium" or "large".
    """

    class_name: str = ""
    view: str = ""
    scanner: str = ""
    size: str = ""

    @property
    def key(self) -> str:
        """What it is called in files: `benign/small`; `all` where every facet is open."""
        return "/".join(filter(None, (self.class_name, self.view, self.scanner, self.size))) or "all"


@dataclass(frozen=True)
class SizeBounds:
    """Where small ends and large begins, as shares of the image that are labelled."""

    small: float = 0.03
    large: float = 0.10

    def __post_init__(self) -> None:
        if not 0 < self.small < self.large < 1:
            raise UsageError("plan-bounds", given=f"{self.small:g} and {self.large:g}")

    def name(self, share: float) -> str:
        """The size stratum of a labelled share."""
        if share <= 0:
            return EMPTY
        return SIZES[int(share >= self.small) + int(share >= self.large)]

    def limits(self, size: str) -> tuple[float, float]:
        """Least (included) and first too large share of a size stratum."""
        return {EMPTY: (0.0, 0.0), "small": (0.0, self.small), "medium": (self.small, self.large),
                "large": (self.large, 1.0)}[size]

    @classmethod
    def thirds(cls, shares: Iterable[float]) -> SizeBounds:
        """Bounds that part the labelled images into thirds; the fixed ones where there are too few to part."""
        known = np.array([share for share in shares if share > 0])
        if len(known) < _FEWEST_FOR_THIRDS:
            return cls()
        small, large = (float(f"{value:.3g}") for value in np.quantile(known, (1 / 3, 2 / 3)))
        return cls(small, large) if 0 < small < large < 1 else cls()


@dataclass(frozen=True)
class Cell:
    """One row of the target table. `synthetic` counts those that were accepted."""

    stratum: Stratum
    real: int = 0
    synthetic: int = 0
    target: int = 0

    @property
    def present(self) -> int:
        return self.real + self.synthetic

    @property
    def missing(self) -> int:
        return max(0, self.target - self.present)


@dataclass(frozen=True)
class Plan:
    """The target table.

    Attributes:
        facets: what tells its rows apart, in the order of `FACETS`.
        part: the part of the split that is counted; empty for all. Synthetic images may only train.
        unplaced: samples in no row, because nothing is drawn on them and rows go by size.
        frame: field of view that the images shall have: "seed", "whole", or the number of a frame of a generator.
        frame_model: the generator (id or folder) that a number is of; empty for the one that fills the plan.
    """

    cells: tuple[Cell, ...]
    bounds: SizeBounds = field(default_factory=SizeBounds)
    facets: tuple[str, ...] = ("class", "size")
    part: str = Part.TRAIN.value
    unplaced: int = 0
    frame: str = BY_SEED
    frame_model: str = ""

    @property
    def missing(self) -> int:
        return sum(cell.missing for cell in self.cells)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(cell.stratum.class_name for cell in self.cells))

    def cell(self, stratum: Stratum) -> Cell | None:
        return next((cell for cell in self.cells if cell.stratum == stratum), None)

    def with_targets(self, targets: Mapping[Stratum, int]) -> Plan:
        """The plan with other targets; strata that are not named keep theirs.

        Raises:
            UsageError: a target is negative or larger than any dataset.
        """
        for stratum, target in targets.items():
            if not 0 <= target <= LARGEST_TARGET:
                raise UsageError("number-out-of-range", name=f"the target of {stratum.key}", value=target, low=0,
                                 high=f"{LARGEST_TARGET:,}")
        return replace(self, cells=tuple(replace(cell, target=targets.get(cell.stratum, cell.target))
                                         for cell in self.cells))

    def with_wishes_of(self, other: Plan) -> Plan:
        """The plan with the frame of another, and with its targets where both have a row."""
        return replace(self.with_targets({cell.stratum: cell.target for cell in other.cells}), frame=other.frame,
                       frame_model=other.frame_model)

    def with_frame(self, frame: str, model: str) -> Plan:
        """The plan with another frame, whose number (if it is one) is of this generator."""
        return replace(self, frame=frame, frame_model="" if frame in (BY_SEED, WHOLE) else model)

    def frame_for(self, model: str) -> str:
        """The frame where a generator fills the plan: its number says nothing of the frames of another one."""
        return self.frame if self.frame_model in ("", model) else BY_SEED


@dataclass(frozen=True)
class Measured:
    """A sample with the share of its pixels that is labelled; None where nobody drew a mask."""

    sample: Sample
    share: float | None


def make_plan(measured: Iterable[Measured], *, facets: Sequence[str] = ("class", "size"),
              bounds: SizeBounds | None = None, classes: Iterable[str] = (), part: str = Part.TRAIN.value) -> Plan:
    """Count samples by stratum; samples that a reader rejected do not count.

    Args:
        bounds: thirds of the real images by default.
        classes: get rows even where the project has none of them.
        part: "train", or empty for all samples.

    Raises:
        UsageError: a facet that there is not.
    """
    unknown = [name for name in facets if name not in FACETS]
    if unknown or not facets:
        raise UsageError("choice-unknown", what="the rows of a plan", name=", ".join(unknown) or "nothing",
                         known=", ".join(FACETS))
    rows = tuple(one for one in measured if one.sample.review.state is not ReviewState.REJECTED
                 and part in ("", one.sample.split))
    bounds = bounds or SizeBounds.thirds(one.share for one in rows if one.share is not None
                                         and not one.sample.synthetic)
    counts: Counter[tuple[Stratum, bool]] = Counter()
    unplaced = 0
    for one in rows:
        if "size" in facets and one.share is None:
            unplaced += 1
        else:
            counts[_stratum(one, facets, bounds), one.sample.synthetic] += 1
    strata = _strata({stratum for stratum, _ in counts}, facets, classes)
    cells = (Cell(stratum, counts[stratum, False], counts[stratum, True]) for stratum in strata)
    return Plan(tuple(replace(cell, target=cell.present) for cell in cells), bounds,
                tuple(name for name in FACETS if name in facets), part, unplaced)


def _stratum(one: Measured, facets: Sequence[str], bounds: SizeBounds) -> Stratum:
    sample = one.sample
    values = {"class": sample.class_name, "view": sample.view, "scanner": sample.scanner,
              "size": bounds.name(one.share) if one.share is not None else ""}
    return Stratum(*(values[name] if name in facets else "" for name in FACETS))


def _strata(found: set[Stratum], facets: Sequence[str], classes: Iterable[str]) -> list[Stratum]:
    """Rows in a person's order: each kind of image with all the sizes that its kind of mask can have."""
    further = {Stratum(name) for name in classes if "class" in facets} - {Stratum(one.class_name) for one in found}
    kinds = {replace(one, size="") for one in found} | further
    rows: set[Stratum] = set()
    for kind in kinds:
        if "size" not in facets:
            rows.add(kind)
            continue
        sizes = {one.size for one in found if replace(one, size="") == kind}
        drawn = SIZES if sizes - {EMPTY} or not sizes else ()
        empty = (EMPTY,) if EMPTY in sizes or not sizes else ()
        rows |= {replace(kind, size=size) for size in (*drawn, *empty)}
    order = (EMPTY, *SIZES)
    return sorted(rows, key=lambda one: (one.class_name, one.view, one.scanner,
                                         order.index(one.size) if one.size else -1))


Aim = Callable[[Stratum], bool]


def at_least(plan: Plan, number: int, aim: Aim = lambda _: True) -> Plan:
    """Targets of at least `number` images in each row that `aim` allows; no target below what is there."""
    return plan.with_targets({cell.stratum: max(cell.present, number if aim(cell.stratum) else 0)
                              for cell in plan.cells})


def balance_classes(plan: Plan, aim: Aim = lambda _: True) -> Plan:
    """Targets with which every class has as many images as the largest has now.

    What a class lacks is shared among its rows in proportion to what they hold, so that its mix of sizes stays; a
    class without any image takes the mix of all, an even one if there is none.
    """
    groups = {name: [cell for cell in plan.cells if cell.stratum.class_name == name] for name in plan.classes}
    largest = max((sum(cell.present for cell in cells) for cells in groups.values()), default=0)
    mix = Counter[str]()
    for cell in plan.cells:
        mix[cell.stratum.size] += cell.present
    targets: dict[Stratum, int] = {}
    for cells in groups.values():
        targets |= {cell.stratum: cell.present for cell in cells}
        held = sum(cell.present for cell in cells)
        open_cells = [cell for cell in cells if aim(cell.stratum)]
        weights = [cell.present if held else mix[cell.stratum.size] for cell in open_cells]
        for cell, more in zip(open_cells, _shares(largest - held, weights), strict=True):
            targets[cell.stratum] += more
    return plan.with_targets(targets)


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers that sum to `total` in proportion to the weights, by largest remainder."""
    if not weights:
        return []
    weights = weights if sum(weights) else [1] * len(weights)
    exact = [total * weight / sum(weights) for weight in weights]
    shares = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda number: (shares[number] - exact[number], number))
    for number in itertools.islice(itertools.cycle(order), total - sum(shares)):
        shares[number] += 1
    return shares


@dataclass(frozen=True)
class Reach:
    """What a generator can aim at."""

    model: str
    classes: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    scanners: tuple[str, ...] = ()

    def problem(self, plan: Plan, stratum: Stratum) -> Message | None:
        """Why a row cannot be filled; None where nothing speaks against it."""
        for what, value, known in (("class", stratum.class_name, self.classes), ("view", stratum.view, self.views),
                                   ("scanner", stratum.scanner, self.scanners)):
            if value and value not in known:
                return (Message("class-unknown", {"model": self.model, "name": value, "known": ", ".join(known)})
                        if what == "class" and known else
                        Message("plan-not-aimed", {"model": self.model, "what": what, "name": value}))
        return _against_the_class(plan, stratum)


def _against_the_class(plan: Plan, stratum: Stratum) -> Message | None:
    """A class whose real masks are all empty, or all drawn, says what its images look like."""
    kind = [cell for cell in plan.cells if cell.stratum.class_name == stratum.class_name and cell.stratum.size]
    empty = sum(cell.real for cell in kind if cell.stratum.size == EMPTY)
    drawn = sum(cell.real for cell in kind if cell.stratum.size != EMPTY)
    told = {"name": stratum.class_name or "all"}
    if stratum.size == EMPTY and drawn and not empty:
        return Message("plan-class-drawn", {**told, "count": drawn})
    if stratum.size in SIZES and empty and not drawn:
        return Message("plan-class-empty", {**told, "count": empty, "size": stratum.size})
    return None
