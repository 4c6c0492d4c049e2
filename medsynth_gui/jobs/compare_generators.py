"""CompareGenerators: a former and a new generator on the same held-out masks and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import TrainingRow, read_training_set
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import read_gray, read_labels
from medsynth_gui.jobs.comparison import Comparison, signed
from medsynth_gui.jobs.features import Described, describe, put_back
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.synthesize import load_synthesizer
from medsynth_gui.metrics.feature_distances import kernel_distance
from medsynth_gui.metrics.memorisation import copy_threshold, known_scenes, largest_similarity

Gray = npt.NDArray[np.uint8]
Features = npt.NDArray[np.float32]
MOST_IMAGES, LEAST_GROUPS, RESAMPLES = 32, 10, 400
_SEED = 90_000_001


class CompareGenerators(Comparison):
    """Kernel distance of both to held-out real images, with intervals, and the copies that the new one makes.

    The masks and images of the held-out part are looked at, the training part for copies.
    """

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """Figures, `offered`, and the reason as an id with a sentence.

        Raises:
            ModelError: a model or the encoder is missing or altered, or the two have different labels or classes.
        """
        cards = self.cards("synthesis")
        rows = {part: [row for folder in self.data for row in read_training_set(folder).part(part)]
                for part in (Part.TRAIN, Part.TEST)}
        held_out = [row for row in rows[Part.TEST] if row.mask is not None]
        groups = [row.group for row in held_out]
        if len(set(groups)) < LEAST_GROUPS:
            reason = Message("compare-too-few", {"groups": len(set(groups)), "least": LEAST_GROUPS})
            return self._written(cards, {}, {}, False, reason)
        seen, learned = ([_as_learned(row) for row in part] for part in (held_out, rows[Part.TRAIN]))
        training = self._described(learned, ctx)
        real = self._described(seen, ctx, training)
        made = [self._made(card, held_out, ctx, number, training) for number, card in enumerate(cards)]
        own = paired_distances(real.features, made[0].features, made[1].features, groups)
        known = known_scenes(seen, real.codes, learned, training.codes)
        threshold = copy_threshold(real.codes, training.codes, known=known)
        copies = {name: float((largest_similarity(found.codes, training.codes)[0] > threshold).mean())
                  for name, found in zip(("real", "before", "after"), (real, *made), strict=True)}
        return self._written(cards, own, copies, *verdict(own, copies))

    def _described(self, images: Sequence[Gray], ctx: JobContext, training: Described | None = None) -> Described:
        def looking(done: int, total: int) -> None:
            ctx.checkpoint(0.1 * done / max(1, total), 1, "looking at real images")

        found = describe(images, self.compute, on_progress=looking)
        return put_back(images, found, training, self.compute, on_progress=looking) if training else found

    def _made(self, card: ModelCard, held_out: Sequence[TrainingRow], ctx: JobContext, number: int,
              training: Described) -> Described:
        synthesizer = load_synthesizer(card, self.compute)
        images = []
        for index, row in enumerate(held_out[:MOST_IMAGES]):
            ctx.checkpoint(0.1 + 0.45 * (number + index / MOST_IMAGES), 1, f"{card.id}: image {index + 1}")
            assert row.mask is not None
            mask = synthesizer.native_mask(np.minimum(read_labels(row.mask), max(card.labels, default=0)))
            name = row.class_name if row.class_name in card.classes else None
            images.append(synthesizer.synthesize(mask, class_name=name, seed=_SEED, index=index))
        return self._described(images, ctx, training)

    def _written(self, cards: Sequence[ModelCard], own: dict[str, Any], copies: dict[str, float], offered: bool,
                 reason: Message) -> dict[str, Any]:
        return self.written(cards, {"metric": "distance", "own": own, "copies": copies}, offered, reason)


def _as_learned(row: TrainingRow) -> Gray:
    """A real image without burned-in marks: generators learn from such."""
    return remove_furniture(read_gray(row.image))


def paired_distances(real: Features, before: Features, after: Features, groups: Sequence[str]) -> dict[str, Any]:
    """Kernel distances to `real` (n, d), each (value, low, high) when patients are drawn anew; images are paired.

    `difference` is what the new one gained: above 0 it is nearer to real images.
    """
    names, member = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    random = np.random.default_rng(0)

    def figures(chosen: npt.NDArray[np.intp]) -> tuple[float, float, float]:
        shown = chosen[chosen < len(before)]
        if len(shown) < 2:
            return np.nan, np.nan, np.nan
        a, b = kernel_distance(before[shown], real[chosen]), kernel_distance(after[shown], real[chosen])
        return a, b, a - b

    draws = np.array([figures(np.flatnonzero(np.isin(member, random.choice(len(names), max(2, len(names) // 2),
                                                                           replace=False))))
                      for _ in range(RESAMPLES)])
    # Half of the patients, drawn without repeats (a repeated image is its own neighbour): wider than all would be.
    values = figures(np.arange(len(real)))
    low, high = np.nanpercentile(draws, (2.5, 97.5), axis=0)
    return {"images": len(before), "groups": len(names),
            **{name: [round(value, 4), round(float(at), 4), round(float(to), 4)]
               for name, value, at, to in zip(("before", "after", "difference"), values, low, high, strict=True)}}


def verdict(own: dict[str, Any], copies: dict[str, float]) -> tuple[bool, Message]:
    """Whether the new generator is offered: nearer to real images beyond doubt, and no more copies than real ones."""
    gain, low, high = own["difference"]
    told = {"before": f"{own['before'][0]:.3f}", "after": f"{own['after'][0]:.3f}", "images": own["images"],
            **dict(zip(("low", "high"), signed(low, high), strict=True))}
    if copies["after"] > max(copies["real"], copies["before"], 1 / own["images"]):
        return False, Message("compare-copies", {"share": f"{copies['after']:.0%}", "real": f"{copies['real']:.0%}"})
    if gain <= 0 or low <= 0:
        return False, Message("compare-not-nearer", told)
    return True, Message("compare-nearer", told)
