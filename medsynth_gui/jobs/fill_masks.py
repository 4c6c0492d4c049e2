"""Masks for the rows of a plan: of the wanted class and size, from the project, the shape model or the simulator."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, ProjectError, UsageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.plan import EMPTY, SizeBounds, Stratum
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part
from medsynth_gui.jobs.mask_candidates import Candidate, MaskRequest, Masks, judge_mask, values_for
from medsynth_gui.jobs.masks import offered_sources, open_masks

Gray = npt.NDArray[np.uint8]
# Masks like those that the generator was trained on come first; the simulator serves where there are none.
_LIKE_REAL, _ELSE = ("warped", "shapes"), ("simulator",)
_TRIES = 4
_SMALLEST, _LARGEST = 0.001, 0.9
# How far within its bounds a share is asked for: the generator's own pixels are coarser than the mask's.
_MARGIN = 0.03


class StratumMasks:
    """Draws masks for strata; the same (seed, stratum, attempt) gives the same mask.

    Args:
        samples: of a project; real ones that may be trained on lend their masks to be warped.
        labels: of the project.
        folder: label images to warp instead.
        native: brings a mask to the size that the generator draws, where its size stratum is measured.
    """

    def __init__(self, card: ModelCard, bounds: SizeBounds, *, samples: Iterable[Sample] = (),
                 labels: LabelSet | None = None, folder: Path | None = None, seed: int = 0,
                 native: Callable[[Gray], Gray] = lambda mask: mask) -> None:
        self._card, self._bounds, self._folder, self._seed, self._native = card, bounds, folder, seed, native
        self._values = values_for(card, labels or LabelSet())
        self._samples = tuple(sample for sample in samples if _lends(sample, card, self._values))
        self._opened: dict[tuple[Stratum, str], Masks | None] = {}

    def draw(self, stratum: Stratum, attempt: int) -> Candidate:
        """A mask whose labelled share lies in the stratum; one that is like real ones if there is any.

        Raises:
            ProjectError: no source has one.
        """
        if stratum.size == EMPTY:
            return self._empty(stratum, attempt)
        offered = offered_sources(self._card, self._request(stratum, ""))
        second: Candidate | None = None
        for sources in (_LIKE_REAL, _ELSE):
            there = [name for name in sources if name in offered]
            for number in range(_TRIES * len(there)):
                found = self._at(stratum, there[(attempt + number) % len(there)], attempt * _TRIES + number)
                if found is not None and not found.problems:
                    return found
                second = second or found
        if second is not None:
            return second
        low, high = self._bounds.limits(stratum.size) if stratum.size else (0.0, 1.0)
        raise ProjectError("plan-size-unreachable", stratum=stratum.key, low=f"{100 * low:.2g} %",
                           high=f"{100 * high:.2g} %", sources=", ".join(offered) or "none")

    def _at(self, stratum: Stratum, source: str, index: int) -> Candidate | None:
        """Mask `index` of a source; None where it has no usable one of this size."""
        masks = self._masks(stratum, source)
        try:
            found = masks.at(index) if masks else None
        except UsageError:
            return None
        if found is None or not found.possible:
            return None
        share = float((self._native(found.mask) > 0).mean())
        return found if share > 0 and stratum.size in ("", self._bounds.name(share)) else None

    def _masks(self, stratum: Stratum, source: str) -> Masks | None:
        """The source, opened once; None where it has nothing for the stratum."""
        key = (stratum, source)
        if key not in self._opened:
            try:
                self._opened[key] = open_masks(self._card, self._request(stratum, source))
            except (UsageError, InputError):
                self._opened[key] = None
        return self._opened[key]

    def _request(self, stratum: Stratum, source: str) -> MaskRequest:
        low, high = self._bounds.limits(stratum.size) if stratum.size else (0.0, 1.0)
        share = (max(low * (1 + _MARGIN), _SMALLEST), min(high * (1 - _MARGIN), _LARGEST))
        seed = zlib.crc32(f"{self._seed}/{stratum.key}".encode())
        return MaskRequest(source=source, class_name=stratum.class_name or None, seed=seed,
                           share=share if stratum.size else None, folder=self._folder, samples=self._samples,
                           values=self._values)

    def _empty(self, stratum: Stratum, attempt: int) -> Candidate:
        """A mask without labelled pixels, in the shape of an image of the project."""
        side = int(self._card.input.get("size", 128))
        shapes = [(sample.rows, sample.columns) for sample in self._samples] or [(side, side)]
        mask = np.zeros(shapes[attempt % len(shapes)], np.uint8)
        candidate = Candidate(mask, EMPTY, (), judge_mask(self._card, mask, stratum.class_name or None))
        if not candidate.possible:
            problem = candidate.problems[0]
            raise ProjectError(problem.id, **problem.params)
        return candidate


def _lends(sample: Sample, card: ModelCard, values: Mapping[int, int]) -> bool:
    """Whether a sample's mask may be followed: what is held out must not reach what is trained on."""
    there = {values.get(value, value) for value in sample.label_values}
    there -= {0} if values else set()
    return (not sample.synthetic and sample.mask is not None and bool(there)
            and sample.split in ("", Part.TRAIN.value) and there <= set(card.labels or (1,)))
