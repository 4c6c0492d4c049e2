"""Data of a training before it starts: the split with its leak check, and a project's samples as a training set."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message, UsageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.review import ReviewState
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import TrainingRow, read_training_set
from medsynth_gui.io.atomic import atomic_write, write_text
from medsynth_gui.jobs.job import JobContext, Lane

_SIDE = 48
# Two pictures of one scene correlate more than this; X-rays of different people already reach 0.97.
_ALIKE = 0.97
_MOST_COMPARED = 4000


@dataclass(frozen=True)
class PartFacts:
    """What one part of a split holds."""

    images: int = 0
    groups: int = 0
    labelled: int = 0
    classes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SplitFacts:
    """A split, checked.

    Attributes:
        shared_groups: groups that stand in two parts.
        identical: pairs of images with the same pixels in two parts.
        alike: pairs of images in two parts that are nearly the same picture (not checked above 4000 images).
        unreadable: images that could not be read, with the sentence.
        strange: masks with label values that the task does not know.
        taught: training images with a labelled pixel; None where masks were not looked at.
    """

    parts: Mapping[Part, PartFacts]
    shared_groups: tuple[str, ...] = ()
    identical: tuple[tuple[str, str], ...] = ()
    alike: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[str, ...] = ()
    strange: tuple[Message, ...] = ()
    taught: int | None = None

    @property
    def leaks(self) -> bool:
        """Whether what is measured would be known from training."""
        return bool(self.shared_groups or self.identical)


@dataclass(frozen=True)
class _Seen:
    name: str
    part: Part
    digest: str
    small: npt.NDArray[np.float32]


@dataclass(frozen=True)
class CheckSplit:
    """Count the parts of training sets, look for images that stand in two of them, and at the labels of their masks.

    Attributes:
        labels: what the task learns, names by value; empty leaves the masks unread.
        samples: of a project; their masks are looked at too, their parts are known.
        values: what label values of the project become, see `task_values`.
    """

    data: tuple[Path, ...]
    labels: Mapping[int, str] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    values: Mapping[int, int] = field(default_factory=dict)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-plan-split")

    def run(self, ctx: JobContext) -> SplitFacts:
        """The facts; their counts are published at once.

        Raises:
            InputError: a folder is no training set.
        """
        sets = [read_training_set(folder) for folder in self.data]
        rows: dict[Part, list[tuple[str, TrainingRow]]] = {
            part: [(found.name, row) for found in sets for row in found.part(part)] for part in Part}
        facts = {part: _facts(entries) for part, entries in rows.items()}
        ctx.publish(SplitFacts(facts))
        total = sum(map(len, rows.values()))
        seen: list[_Seen] = []
        unreadable: list[str] = []
        for part, entries in rows.items():
            for name, row in entries:
                ctx.checkpoint(len(seen), total, row.id)
                try:
                    seen.append(_look(f"{name}/{row.id}", part, row.image))
                except MedSynthError as error:
                    unreadable.append(str(error))
        strange, taught = self._labels(rows, unreadable, ctx) if self.labels else ((), None)
        return SplitFacts(facts, _shared(rows), _identical(seen), _alike(seen), tuple(unreadable), strange, taught)

    def _labels(self, rows: Mapping[Part, Sequence[tuple[str, TrainingRow]]], unreadable: list[str],
                ctx: JobContext) -> tuple[tuple[Message, ...], int]:
        """Masks with values that the task does not know, and how many training images have a labelled pixel."""
        from medsynth_gui.io.raster_files import read_labels

        masks: list[tuple[str, Path, str, Mapping[int, int]]] = [
            (f"{name}/{row.id}", row.mask, part, {}) for part, entries in rows.items() for name, row in entries
            if row.mask] + [(sample.id, sample.mask, sample.split or Part.TRAIN, self.values)
                            for sample in self.samples if sample.mask]
        strange, taught, known = [], 0, ", ".join(f"{value} {name}" for value, name in self.labels.items())
        for number, (name, path, part, values) in enumerate(masks):
            ctx.checkpoint(number, len(masks), name)
            try:
                found = {values.get(value, value) for value in map(int, np.unique(read_labels(path)))}
            except MedSynthError as error:
                unreadable.append(str(error))
                continue
            if max(found) > max(self.labels):
                strange.append(Message("task-label-unknown", {"name": name, "value": max(found), "known": known}))
            taught += part == Part.TRAIN and any(found)
        return tuple(strange), taught


def _facts(entries: Sequence[tuple[str, TrainingRow]]) -> PartFacts:
    classes = Counter(row.class_name for _, row in entries if row.class_name)
    return PartFacts(len(entries), len({(name, row.group) for name, row in entries}),
                     sum(row.mask is not None for _, row in entries), dict(sorted(classes.items())))


def _look(name: str, part: Part, path: Path) -> _Seen:
    import cv2

    from medsynth_gui.io.raster_files import read_gray

    gray = read_gray(path)
    digest = hashlib.sha256(repr(gray.shape).encode() + gray.tobytes()).hexdigest()
    small = cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return _Seen(name, part, digest, small / max(float(np.linalg.norm(small)), 1e-6))


def _shared(rows: Mapping[Part, Iterable[tuple[str, TrainingRow]]]) -> tuple[str, ...]:
    parts: dict[str, set[Part]] = defaultdict(set)
    for part, entries in rows.items():
        for name, row in entries:
            parts[f"{name}/{row.group}"].add(part)
    return tuple(sorted(group for group, found in parts.items() if len(found) > 1))


def _identical(seen: Sequence[_Seen]) -> tuple[tuple[str, str], ...]:
    by_pixels: dict[str, list[_Seen]] = defaultdict(list)
    for one in seen:
        by_pixels[one.digest].append(one)
    return tuple((twins[0].name, other.name) for twins in by_pixels.values() for other in twins[1:]
                 if other.part is not twins[0].part)


def _alike(seen: Sequence[_Seen]) -> tuple[tuple[str, str], ...]:
    if not 1 < len(seen) <= _MOST_COMPARED:
        return ()
    table = np.stack([one.small for one in seen])
    likeness = np.triu(table @ table.T, 1)
    return tuple((seen[a].name, seen[b].name) for a, b in np.argwhere(likeness > _ALIKE)
                 if seen[a].part is not seen[b].part and seen[a].digest != seen[b].digest)


def trainable(samples: Iterable[Sample], *, reviewed: bool) -> tuple[Sample, ...]:
    """Samples with a mask that nobody rejected; `reviewed` asks for approved ones."""
    return tuple(sample for sample in samples if sample.mask is not None
                 and (sample.review.state is ReviewState.APPROVED if reviewed
                      else sample.review.state is not ReviewState.REJECTED))


@dataclass(frozen=True)
class ExportTrainingSet:
    """Copy samples of a project into a folder that `train` reads: images/, masks/, index.csv with groups and parts.

    The copy is what is trained on, so that drawing may go on in the project meanwhile.

    Attributes:
        values: what label values of the project become, see `task_values`; empty keeps them.
    """

    samples: tuple[Sample, ...]
    out: Path
    values: Mapping[int, int] = field(default_factory=dict)
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-export-training", {"count": len(self.samples)})

    def run(self, ctx: JobContext) -> Path:
        """The folder.

        Raises:
            UsageError: there is no sample.
            InputError: a file of the project is missing.
        """
        if not self.samples:
            raise UsageError("no-reviewed-samples")
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["id", "group", "class", "pixel_size_mm", "split", "synthetic"])
        for number, sample in enumerate(self.samples):
            ctx.checkpoint(number, len(self.samples), sample.id)
            _copy(sample.image, self.out / "images" / f"{sample.id}.png")
            if sample.mask is not None:
                _copy_mask(sample.mask, self.out / "masks" / f"{sample.id}.png", self.values)
            spacing = sample.spacing
            square = spacing is not None and abs(spacing.x_mm - spacing.y_mm) < 1e-3 * spacing.x_mm
            writer.writerow([sample.id, sample.group, sample.class_name, f"{spacing.x_mm:.6g}" if spacing and square
                             else "", sample.split, int(sample.synthetic)])
        # Last: an index that is there says that the set is whole.
        write_text(self.out / "index.csv", table.getvalue())
        return self.out


def task_values(labels: LabelSet, wanted: Mapping[int, str]) -> dict[int, int]:
    """What label values of a project become in a training of a task: the same name is the same label.

    Args:
        wanted: names by value, as the recipe has them.

    Returns:
        The task's value, or 0 for a label that it does not learn, by the project's value; empty where the values stay:
        they are the task's already, or the project has not all of its names.
    """
    found = {own: value for value, own in labels.values_of(wanted).items()}
    if not wanted or len(found) < len(wanted):
        return {}
    values = {label.value: found.get(label.value, 0) for label in labels}
    return {} if all(value == becomes for value, becomes in values.items()) else values


def _copy_mask(source: Path, target: Path, values: Mapping[int, int]) -> None:
    if not values:
        _copy(source, target)
        return
    from medsynth_gui.io.raster_files import read_labels, write_label_png

    table = np.arange(256, dtype=np.uint8)
    table[list(values)] = list(values.values())
    write_label_png(target, table[read_labels(source)])


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise InputError("file-missing", path=source)
    with atomic_write(target) as temporary:
        shutil.copyfile(source, temporary)
