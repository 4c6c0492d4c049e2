"""RankProject: the queue of a project, most urgent first; what was judged once is not judged again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError, Message, ModelError
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.ranking import (
    UNLIKE_ALL,
    UNLIKE_ONE,
    Order,
    Ranked,
    atypicality,
    by_value,
    farthest_first,
)
from medsynth_gui.dataset.reviewing import waits_for
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import Compute, find_model, list_models, model_ref
from medsynth_gui.jobs.doubts import Doubts
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.judging import PICTURES, Opinion, pictures
from medsynth_gui.jobs.likeness import in_turn

Gray = npt.NDArray[np.uint8]
_KEPT_EVERY = 8
_BATCH = 32


@dataclass(frozen=True)
class Ranking:
    """The queue.

    Attributes:
        items: the most urgent first.
        reviewed, total: how many samples the readers are done with, of all that this queue is about.
        judged, to_judge: how far the judge came; the rest stands last.
        judge: title of what the order rests on.
        notes: what the order does without.
        failed: images that could not be judged.
    """

    order: Order
    items: tuple[Ranked, ...]
    reviewed: int
    total: int
    judged: int = 0
    to_judge: int = 0
    judge: str = ""
    notes: tuple[Message, ...] = ()
    failed: tuple[OpenFailure, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where an image could not be judged."""
        return 1 if self.failed else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {"order": self.order.value, "judge": self.judge, "reviewed": self.reviewed, "samples": self.total,
                "judged": self.judged, "notes": [note.english() for note in self.notes],
                "queue": [{"id": one.sample.id, "group": one.sample.group, "reason": one.reason, "value": one.value,
                           "state": one.sample.review.state.value} for one in self.items],
                "failed": [{"path": one.path, "id": one.message.id, "message": one.message.english()}
                           for one in self.failed]}


@dataclass(frozen=True)
class RankProject:
    """Order the samples that wait for a reader: real ones that nobody has decided on.

    Attributes:
        model: the segmenter whose doubts count.
        others: each image is judged by the segmenter that was taught with images like it; `model` where it suits.
        further: folders of such segmenters that are not shipped.
        second: the queue of the second reader `reader` in place of the first reader's.
        seconds: stop judging after this time; run again to go on. Short runs let other models in between.
    """

    project: Path
    order: Order
    model: str = ""
    compute: Compute = field(default_factory=Compute)
    reader: str = ""
    second: bool = False
    seconds: float = float("inf")
    others: bool = False
    further: tuple[Path, ...] = ()
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-rank")

    def run(self, ctx: JobContext) -> Ranking:
        """The queue by what is known so far.

        Raises:
            ProjectError, StorageError: the project cannot be read or written.
        """
        with Project.open(self.project) as project:
            real = [sample for sample in project.samples() if not sample.synthetic]
            waiting, reviewed = self._waiting(project, real)
            work = _Judging(project, self, ctx)
            rank = work.by_model if self.order in (Order.WRONG, Order.UNCERTAIN) else work.by_features
            items = rank(waiting, real)
            return Ranking(self.order, items, reviewed, reviewed + len(waiting), work.judged, work.to_judge,
                           work.judge, tuple(work.notes), tuple(work.failed))

    def _waiting(self, project: Project, real: Sequence[Sample]) -> tuple[list[Sample], int]:
        """What waits, and how many of its kind are done."""
        if not self.second:
            waiting = [sample for sample in real if not sample.review.done]
            return waiting, len(real) - len(waiting)
        read_by: dict[str, set[str]] = {}
        for one in project.readings.all():
            read_by.setdefault(one.sample, set()).add(one.reader)
        waiting = [sample for sample in real if waits_for(sample, self.reader,
                                                          frozenset(read_by.get(sample.id, ())))]
        return waiting, sum(self.reader in names for names in read_by.values())


class _Judging:
    """One run: what is known, what has to be asked, and what came of it."""

    def __init__(self, project: Project, request: RankProject, ctx: JobContext) -> None:
        self._project, self._request, self._ctx = project, request, ctx
        self._until: float | None = None
        self.judged, self.to_judge, self.judge = 0, 0, ""
        self.notes: list[Message] = []
        self.failed: list[OpenFailure] = []

    def by_model(self, waiting: Sequence[Sample], _: Sequence[Sample]) -> tuple[Ranked, ...]:
        """By the doubts of the segmenter that suits each sample, or where it differs from the mask."""
        doubts = Doubts(self._project, self._models(), self._request.compute)
        if not doubts.preferred:
            self.notes.append(Message("queue-no-model", {"model": self._request.model}))
            return by_value(waiting, {})
        wants = self._request.order is Order.WRONG
        open_ = [sample for sample in waiting if _is_open(sample, doubts.of(sample), wants)]
        if open_ and self._may_go_on():
            self._ask(open_, len(waiting), doubts.ask, doubts.keep)
        known = {sample.id: found for sample in waiting if (found := doubts.of(sample))}
        used = {model for model, _ in known.values() if model} or {doubts.preferred}
        self.judge = ", ".join(card.title for model, card in doubts.cards.items() if model in used)
        ranked = self._by_doubt(waiting, {name: opinion for name, (_, opinion) in known.items()})
        if unlike := sum(one.reason in (UNLIKE_ONE, UNLIKE_ALL) for one in ranked):
            self.notes.append(Message("queue-unlike-any", {"count": unlike}) if self._request.others else
                              Message("queue-unlike", {"count": unlike, "model": self.judge}))
        return ranked

    def _models(self) -> Iterator[str]:
        """The segmenters that may be asked, the preferred one first; the others are listed where one is needed."""
        request = self._request
        yield request.model
        if request.others:
            # Not by the modality of a sample: a set that was imported may not say its own.
            others = [model_ref(card) for card in list_models("segmentation", further=request.further)]
            yield from in_turn(others, request.model)[1:]

    def _by_doubt(self, waiting: Sequence[Sample], known: Mapping[str, Opinion]) -> tuple[Ranked, ...]:
        wants, unlike = self._request.order is Order.WRONG, UNLIKE_ALL if self._request.others else UNLIKE_ONE
        found: dict[str, tuple[str, float | None]] = {}
        for sample in waiting:
            opinion = known.get(sample.id)
            if opinion is None:
                continue
            if opinion.unlike:
                found[sample.id] = unlike, None
            elif wants and sample.mask:
                if opinion.dice is not None:
                    found[sample.id] = "dice", opinion.dice
            else:
                found[sample.id] = "entropy", opinion.entropy
        self.judged, self.to_judge = len(found), len(waiting)
        return by_value(waiting, found, {name: _urgency(*said) for name, said in found.items()})

    def by_features(self, waiting: Sequence[Sample], real: Sequence[Sample]) -> tuple[Ranked, ...]:
        """By how unlike the others an image is, or unlike anything labelled."""
        judge, describe = self._describer()
        known = self._project.scores.of(judge)
        open_ = [sample for sample in {s.image_sha256: s for s in real}.values() if sample.image_sha256 not in known]
        for start in range(0, len(open_), _BATCH):
            if not self._may_go_on():
                break
            self._ctx.checkpoint(len(real) - len(open_) + start, len(real))
            batch = self._read(open_[start:start + _BATCH])
            if batch:
                rows = describe([image for _, image in batch])
                self._project.scores.put(judge, {sample.image_sha256: row
                                                 for (sample, _), row in zip(batch, rows, strict=True)})
            self._answered()
        known = self._project.scores.of(judge)
        seen = [sample for sample in real if sample.image_sha256 in known]
        self.judged, self.to_judge = len(seen), len(real)
        if not seen:
            return by_value(waiting, {})
        features = np.stack([known[sample.image_sha256] for sample in seen])
        names = {sample.id for sample in waiting}
        if self._request.order is Order.ATYPICAL:
            far = atypicality(features, [sample.group for sample in seen])
            return by_value(waiting, {sample.id: ("typical", float(value)) for sample, value
                                      in zip(seen, far, strict=True) if sample.id in names and np.isfinite(value)})
        return _least_like_labelled(waiting, seen, features)

    def _describer(self) -> tuple[str, Callable[[Sequence[Gray]], npt.NDArray[np.float32]]]:
        """The encoder and the name of what it says; small pictures where it is missing, which is told."""
        from medsynth_gui.jobs.features import ENCODER, describe

        try:
            card = find_model(ENCODER, task="encoder")
        except ModelError:
            self.notes.append(Message("queue-no-encoder"))
            return PICTURES, pictures
        self.judge = card.title
        return f"features {card.weights_sha256}", lambda images: describe(images, self._request.compute).features

    def _may_go_on(self) -> bool:
        """There is time left; it runs from the first answer on: to load a model takes longer than a turn."""
        if self._until is None:
            return self._request.seconds > 0
        return time.monotonic() < self._until

    def _answered(self) -> None:
        if self._until is None:
            self._until = time.monotonic() + self._request.seconds

    def _ask(self, samples: Sequence[Sample], of: int, ask: Callable[[Sample], object],
             keep: Callable[[], None]) -> None:
        """Ask about each sample while there is time; what was said is kept now and then, and at the end."""
        try:
            for number, sample in enumerate(samples):
                if not self._may_go_on():
                    break
                self._ctx.checkpoint(of - len(samples) + number, of, sample.id)
                self._try(sample, partial(ask, sample))
                self._answered()
                if number % _KEPT_EVERY == _KEPT_EVERY - 1:
                    keep()
        finally:
            keep()

    def _read(self, samples: Iterable[Sample]) -> list[tuple[Sample, Gray]]:
        found: list[tuple[Sample, Gray]] = []

        def read(sample: Sample) -> None:
            found.append((sample, read_gray(sample.image)))

        for sample in samples:
            self._try(sample, partial(read, sample))
        return found

    def _try(self, sample: Sample, do: Callable[[], object]) -> None:
        """One that cannot be read is named and left out."""
        try:
            do()
        except MedSynthError as error:
            self.failed.append(OpenFailure(sample.id, error.message))


def _least_like_labelled(waiting: Sequence[Sample], seen: Sequence[Sample],
                         features: npt.NDArray[np.float32]) -> tuple[Ranked, ...]:
    """What has a mask is labelled; where everything has one, what was reviewed is."""
    place = {sample.id: number for number, sample in enumerate(seen)}
    bare = any(sample.mask is None for sample in waiting)
    asked = [place[sample.id] for sample in waiting if sample.id in place and (not bare or sample.mask is None)]
    chosen = set(asked)
    labelled = [number for number, sample in enumerate(seen) if number not in chosen
                and (sample.mask is not None if bare else sample.review.done)]
    order = farthest_first(features, labelled, asked)
    first = [Ranked(seen[number], "labelled", value) for number, value in order]
    names = {one.sample.id for one in first}
    return (*first, *by_value([sample for sample in waiting if sample.id not in names], {}))


def _is_open(sample: Sample, known: tuple[str, Opinion] | None, wants_dice: bool) -> bool:
    """Whether a sample has to be judged, or judged again because of what was drawn on it since."""
    if known is None:
        return True
    _, opinion = known
    return wants_dice and sample.mask is not None and opinion.dice is None and not opinion.unlike


def _urgency(reason: str, value: float | None) -> float:
    """Where an image stands of which no figure tells: what one model does not know below what it does, and above what
    was not judged; what no model knows on top, for a person alone can tell."""
    if value is None:
        return {UNLIKE_ONE: -1.0, UNLIKE_ALL: 2.0}[reason]
    return 1 - value if reason == "dice" else value
