"""OfferMasks: some masks of a source to choose from. JudgeMask: what is unlike the training masks in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.jobs.catalogue import find_model
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.masks import Candidate, MaskRequest, judge_mask, open_masks


@dataclass(frozen=True, eq=False)
class Offered:
    """Candidates, and how many the source has (None: no end); `failed` names masks that cannot be used."""

    candidates: tuple[Candidate, ...]
    total: int | None
    failed: tuple[OpenFailure, ...] = ()


@dataclass(frozen=True, eq=False)
class OfferMasks:
    """Masks `first`, `first` + 1, ... of a source; one that is there already is published as soon as it is."""

    model: str
    request: MaskRequest
    count: int = 12
    first: int = 0
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-offer-masks", {"count": self.count})

    def run(self, ctx: JobContext) -> Offered:
        """The candidates; where one cannot be had, those before it.

        Raises:
            UsageError, InputError: the source has none, or the first one cannot be had.
        """
        card = find_model(self.model, task="synthesis")
        masks = open_masks(card, self.request, lambda done, total: ctx.checkpoint(done, total))
        count = self.count if masks.count is None else min(self.count, masks.count)
        found: list[Candidate] = []
        for number in range(count):
            ctx.checkpoint(number, count)
            try:
                found.append(masks.at(self.first + number))
            except UsageError:
                if not found:
                    raise
                break
            ctx.publish(tuple(found))
        return Offered(tuple(found), masks.count, masks.failed)


@dataclass(frozen=True, eq=False)
class JudgeMask:
    """What is unlike the masks that a generator was trained on, in one mask (y, x)."""

    model: str
    mask: npt.NDArray[np.uint8]
    class_name: str | None = None
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-offer-masks", {"count": 1})

    def run(self, ctx: JobContext) -> tuple[Message, ...]:
        ctx.checkpoint(0)
        return judge_mask(find_model(self.model, task="synthesis"), self.mask, self.class_name)
