"""ShapeModel: what the masks of a training look like, class by class, as statistics; new masks are drawn from it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError, UsageError
from medsynth_gui.core.shapes.copula import Copula
from medsynth_gui.core.shapes.scene import DESCRIBE, DRAW, Scene, is_layered, unwrapped
from medsynth_gui.core.shapes.statistics import MaskStatistics, mask_problems, mask_statistics
from medsynth_gui.core.shapes.warp import reduced

Gray = npt.NDArray[np.uint8]
Real = npt.NDArray[np.float64]
Share = tuple[float, float]

_ASPECT, _SHARE, _PLACED = 0, 1, 2
_LEAST_MASKS = 10
_EXPLAINED, _MOST_COMPONENTS = 0.98, 10
_TRIES = 200
# A generator draws 128 or 256 pixels: finer outlines are lost on it.
_MOST_SIDE = 256


@dataclass(frozen=True, eq=False)
class Basis:
    """Mean and principal components of the shapes of one label, or of all layers: (m,), (k, m).

    Attributes:
        rest: deviation (m,) of what the components leave out: the roughness of an outline.
    """

    mean: Real
    components: Real
    rest: Real

    @classmethod
    def fit(cls, shapes: Real) -> Basis:
        """From shapes (n, m); few shapes get few components, so that none tells of one patient alone."""
        mean = shapes.mean(axis=0)
        _, strength, directions = np.linalg.svd(shapes - mean, full_matrices=False)
        explained = np.cumsum(strength**2) / max(float(np.sum(strength**2)), 1e-12)
        wanted = int(np.searchsorted(explained, _EXPLAINED)) + 1
        components = directions[:max(1, min(wanted, _MOST_COMPONENTS, len(shapes) // 5))]
        left = shapes - mean - (shapes - mean) @ components.T @ components
        return cls(mean, components, left.std(axis=0))

    def scores(self, shape: Real) -> Real:
        return np.asarray(self.components @ (shape - self.mean))

    def shape(self, scores: Real, rough: Real) -> Real:
        """The shape of scores (k,), with normal numbers (m,) for its roughness."""
        return np.asarray(self.mean + scores @ self.components + self.rest * rough)


@dataclass(frozen=True, eq=False)
class Layout:
    """Masks with the same objects: so often, and so distributed."""

    kind: str
    slots: tuple[int, ...]
    weight: float
    copula: Copula

    @property
    def places(self) -> int:
        """How many quantities place the objects."""
        return 4 * len(self.slots) if self.kind == "outlines" else 2


@dataclass(frozen=True, eq=False)
class ClassShapes:
    """One class: its statistics, and the layouts that new masks are drawn from (none where all masks are empty)."""

    statistics: MaskStatistics
    bases: Mapping[int, Basis] = field(default_factory=dict)
    layouts: tuple[Layout, ...] = ()

    def draw(self, rng: np.random.Generator, *, side: int, share: Share | None, names: Mapping[int, str]) -> Gray:
        """A mask (y, x) with `side` as its longer side, empty as often as those of the class.

        Raises:
            UsageError: no mask of the class covers such a share.
            ModelError: every try broke a limit.
        """
        empty = self.statistics.empty if share is None else 0.0
        if not self.layouts or rng.random() < empty:
            if share is not None:
                raise _impossible(share, (0, 0))
            return np.zeros((side, side), np.uint8)
        wanted = self._wanted(share)
        weights = np.array([layout.weight for layout in self.layouts])
        for attempt in range(_TRIES):
            layout = self.layouts[int(rng.choice(len(weights), p=weights / weights.sum()))]
            mask = self._once(layout, rng, side, wanted, calm=1 - attempt / _TRIES)
            if mask is not None and not mask_problems(mask, self.statistics, names) and _within(mask, wanted):
                return mask
        raise ModelError("mask-none-drawn")

    def _wanted(self, share: Share | None) -> Share | None:
        """The part of a wanted share that the class has."""
        if share is None:
            return None
        least, most = self.statistics.share
        low, high = max(share[0], least), min(share[1], most)
        if low >= high:
            raise _impossible(share, (least, most))
        return low, high

    def offers(self, share: Share | None) -> bool:
        """Whether there are labelled masks of the class, with such a share."""
        least, most = self.statistics.share
        return bool(self.layouts) and (share is None or max(share[0], least) < min(share[1], most))

    def _once(self, layout: Layout, rng: np.random.Generator, side: int, share: Share | None,
              calm: float) -> Gray | None:
        given = None if share is None else (_SHARE, float(rng.uniform(*np.log(share))))
        values = layout.copula.draw(rng, calm=calm, given=given)
        aspect = math.exp(values[_ASPECT])
        rows, columns = (max(16, round(side * part)) for part in (min(1.0, aspect), min(1.0, 1 / aspect)))
        scene = self._scene(layout, values, rng, calm)
        if given is not None and layout.kind == "outlines":
            scene = _scaled(scene, given[1])
        return DRAW[layout.kind](scene, rows, columns)

    def _scene(self, layout: Layout, values: Real, rng: np.random.Generator, calm: float) -> Scene:
        placed, rest = values[_PLACED:_PLACED + layout.places], values[_PLACED + layout.places:]
        shapes = []
        for slot in _shape_slots(layout.kind, layout.slots):
            basis = self.bases[slot]
            # What is left of a boundary between layers is no roughness of the tissue, but teeth of its mask.
            strength = calm if layout.kind == "outlines" else 0.0
            rough = strength * np.clip(rng.standard_normal(len(basis.rest)), -2, 2)
            shapes.append(basis.shape(rest[:len(basis.components)], rough))
            rest = rest[len(basis.components):]
        return Scene(layout.kind, layout.slots, values[_ASPECT], values[_SHARE], placed, tuple(shapes))


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """The classes by name ("" where the set has none), and the labels that their masks use."""

    labels: Mapping[int, str]
    classes: Mapping[str, ClassShapes]
    anything: MaskStatistics

    def statistics(self, class_name: str | None) -> MaskStatistics:
        """Of a class; of all masks together where no class is asked for or known."""
        found = self.classes.get(class_name or "")
        return found.statistics if found else self.anything

    def sample(self, class_name: str | None, seed: Sequence[int], *, side: int = 256,
               share: Share | None = None) -> Gray:
        """A new mask (y, x); the same arguments give the same one.

        Args:
            class_name: None takes a class as often as it is among the masks, but no class without labels.
            share: least and most share of the image that is labelled, 0..1.

        Raises:
            UsageError: no mask of the class covers such a share.
            ModelError: the model has no such class.
        """
        rng = np.random.default_rng(tuple(seed))
        if class_name is None:
            usual = [name for name, found in self.classes.items() if found.offers(share)]
            counts = np.array([self.classes[name].statistics.images for name in usual], np.float64)
            if not usual:
                raise _impossible(share or (0, 1), self.anything.share)
            class_name = usual[int(rng.choice(len(usual), p=counts / counts.sum()))]
        elif class_name not in self.classes and "" not in self.classes:
            raise ModelError("shapes-class-missing", name=class_name, known=", ".join(self.classes))
        found = self.classes.get(class_name, self.classes.get(""))
        assert found is not None
        return found.draw(rng, side=side, share=share, names=self.labels)


def fit_shapes(masks: Iterable[tuple[Gray, str]], labels: Mapping[int, str]) -> ShapeModel:
    """Fit masks (y, x), each with its class; only statistics remain.

    Args:
        labels: value to name; other values of the masks are ignored.
    """
    known = np.array([value if value in labels else 0 for value in range(256)], np.uint8)
    by_class: dict[str, list[Gray]] = {}
    for mask, class_name in masks:
        by_class.setdefault(class_name, []).append(known[reduced(mask, _MOST_SIDE)])
    everything = [mask for found in by_class.values() for mask in found]
    kind = "layers" if is_layered(everything) else "outlines"
    return ShapeModel(labels, {name: _fit_class(found, kind, labels) for name, found in sorted(by_class.items())},
                      mask_statistics(everything, tuple(labels)))


def _fit_class(masks: Sequence[Gray], kind: str, labels: Mapping[int, str]) -> ClassShapes:
    scenes = [scene for mask in masks if (scene := DESCRIBE[kind](mask))]
    counts = Counter(scene.slots for scene in scenes)
    kept = {slots: count for slots, count in counts.items() if count >= _LEAST_MASKS}
    known = [scene for scene in scenes if scene.slots in kept]
    shapes: dict[int, list[Real]] = {}
    for scene in known:
        for slot, shape in zip(_shape_slots(kind, scene.slots), scene.shapes, strict=True):
            shapes.setdefault(slot, []).append(shape)
    bases = {slot: Basis.fit(np.stack(found)) for slot, found in shapes.items()}
    layouts = tuple(_fit_layout([scene for scene in known if scene.slots == slots], bases, count / len(known))
                    for slots, count in sorted(kept.items(), key=lambda item: (-item[1], item[0])))
    return ClassShapes(mask_statistics(masks, tuple(labels)), bases, layouts)


def _fit_layout(scenes: Sequence[Scene], bases: Mapping[int, Basis], weight: float) -> Layout:
    kind, slots = scenes[0].kind, scenes[0].slots
    rows = [np.concatenate([[scene.aspect, scene.share], placed, *(
        bases[slot].scores(shape) for slot, shape in zip(_shape_slots(kind, slots), scene.shapes, strict=True))])
        for scene, placed in zip(scenes, unwrapped(scenes), strict=True)]
    return Layout(kind, slots, weight, Copula.fit(np.stack(rows)))


def _shape_slots(kind: str, slots: tuple[int, ...]) -> tuple[int, ...]:
    """Which basis each shape of a layout has; layers share one for each order of them."""
    return slots if kind == "outlines" else (-len(slots),)


def _scaled(scene: Scene, log_share: float) -> Scene:
    """The scene with all its objects so large that they cover the share together."""
    placed = scene.placed.copy()
    total = np.log(np.exp(2 * placed[2::4]).sum())
    placed[2::4] += (log_share - total) / 2
    return replace(scene, placed=placed)


def _within(mask: Gray, share: Share | None) -> bool:
    covered = float(np.count_nonzero(mask)) / mask.size
    return share is None or share[0] * 0.97 <= covered <= share[1] * 1.03


def _impossible(share: Share, held: Share) -> UsageError:
    return UsageError("mask-share-impossible", low=_percent(share[0]), high=_percent(share[1]),
                      least=_percent(held[0]), most=_percent(held[1]))


def _percent(share: float) -> str:
    return f"{100 * share:.2g}"
