"""What the masks of a plan hold: labels with their share of the pixels, and what a person should look at."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.masks.compose import gather, label_of
from medsynth_gui.io.masks.imported import Drawing, MaskOptions, Wanted
from medsynth_gui.io.masks.recognise import LabelledImage, MaskPlan

# More are imported unseen: what is doubtful in so many of them shows in these.
_MOST_SEEN = 1_000
_NAMED = 3


@dataclass(frozen=True)
class SourceLabel:
    """A label as the files have it: `images` of those looked at show it, on `share` of their pixels."""

    key: str
    color: str
    images: int
    share: float


@dataclass(frozen=True)
class Survey:
    """What was seen.

    Attributes:
        images: that were looked at, and `frames` of them with a mask.
        empty: frames whose mask has no pixel.
        sizes: (rows, columns) with their images.
        outlines: masks that were filled.
    """

    labels: tuple[SourceLabel, ...]
    images: int
    frames: int
    empty: int = 0
    outlines: int = 0
    overlaps: int = 0
    sizes: Mapping[tuple[int, int], int] = field(default_factory=dict)
    doubts: tuple[Message, ...] = ()


@dataclass
class _Seen:
    images: int = 0
    frames: int = 0
    empty: int = 0
    pixels: int = 0
    shown: Counter[str] = field(default_factory=Counter)
    area: Counter[str] = field(default_factory=Counter)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Message] = field(default_factory=dict)
    colors: dict[str, set[str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    overlapping: list[str] = field(default_factory=list)
    twins: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def survey(plan: MaskPlan, options: MaskOptions, *, on_image: Callable[[int, int, Path], None] | None = None,
           most: int = _MOST_SEEN) -> Survey:
    """Open the masks of a plan (evenly chosen ones of very many) and say what they hold.

    Args:
        on_image: called before each image with its number, the number of images, and its path.
    """
    labelled = plan.labelled
    chosen = labelled[:: -(-len(labelled) // most)] if labelled else ()
    seen = _Seen()
    for number, image in enumerate(chosen):
        if on_image is not None:
            on_image(number, len(chosen), image.path)
        try:
            _look(image, options, seen)
        except MedSynthError:
            seen.broken.append(image.path.name)
    labels = tuple(SourceLabel(key, next(iter(sorted(seen.colors.get(key, ())))) if seen.colors.get(key) else "",
                               seen.shown[key], seen.area[key] / max(1, seen.pixels))
                   for key in sorted(seen.shown, key=natural_label))
    doubts = tuple(_doubts(seen, len(chosen), len(labelled), options))
    return Survey(labels, seen.images, seen.frames, seen.empty, seen.notes["mask-outline-filled"],
                  len(seen.overlapping), dict(seen.sizes), doubts)


def natural_label(key: str) -> tuple[bool, int, str]:
    """Numbers by value, then names."""
    return not key.isdecimal(), int(key[:9]) if key.isdecimal() else 0, key.casefold()


def open_image(image: LabelledImage) -> ImageSeries:
    """The series of an image file; of several the first.

    Raises:
        InputError: it cannot be opened.
    """
    from medsynth_gui.io.readers import open_file

    return open_file(image.path)[0].series[0]


def labelled_frames(image: LabelledImage, count: int) -> tuple[int, ...]:
    """The frames of an image of `count` that its masks speak of."""
    named = {frame for source in image.sources for frame in (source.frames or ()) if 0 <= frame < count}
    every = any(source.frames is None for source in image.sources)
    return tuple(range(count)) if every else tuple(sorted(named))


def _look(image: LabelledImage, options: MaskOptions, seen: _Seen) -> None:
    series = open_image(image)
    digest = hashlib.blake2b(repr((series.rows, series.columns)).encode())
    told = hashlib.blake2b(image.class_name.encode())
    shown: set[str] = set()
    overlap = False
    for frame in labelled_frames(image, series.frame_count):
        wanted = Wanted(frame, series.rows, series.columns, options)
        drawing = gather([one for one in image.sources if one.frames is None or frame in one.frames], wanted)
        areas = _areas(drawing, wanted)
        seen.frames += 1
        seen.empty += not areas
        seen.pixels += series.rows * series.columns
        seen.area.update(areas)
        shown |= areas.keys()
        overlap |= _overlaps(drawing, wanted)
        for note in drawing.notes:
            seen.notes[note.id] += 1
            seen.examples.setdefault(note.id, note)
        for part in drawing.parts:
            if part.color:
                seen.colors.setdefault(label_of(part, options), set()).add(part.color)
        told.update(repr(sorted(areas.items())).encode())
    digest.update(np.ascontiguousarray(series.gray(0)).tobytes())
    seen.images += 1
    seen.sizes[series.rows, series.columns] += 1
    seen.shown.update(shown)
    if overlap:
        seen.overlapping.append(image.path.name)
    seen.twins.setdefault(digest.hexdigest(), []).append((image.path.name, told.hexdigest()))


def _areas(drawing: Drawing, wanted: Wanted) -> dict[str, int]:
    """Pixels by label; parts of one label may overlap and are counted as drawn."""
    areas: dict[str, int] = {}
    for part in drawing.parts:
        if key := label_of(part, wanted.options):
            areas[key] = areas.get(key, 0) + int(np.count_nonzero(part.mask))
    return areas


def _overlaps(drawing: Drawing, wanted: Wanted) -> bool:
    """Whether a pixel has two labels."""
    numbers: dict[str, int] = {}
    taken = np.zeros((wanted.rows, wanted.columns), np.uint16)
    for part in drawing.parts:
        number = numbers.setdefault(label_of(part, wanted.options), len(numbers) + 1)
        there = taken[part.region.slices]
        if bool(((there[part.mask] != 0) & (there[part.mask] != number)).any()):
            return True
        there[part.mask] = number
    return False


def _doubts(seen: _Seen, chosen: int, every: int, options: MaskOptions) -> Iterable[Message]:
    if chosen < every:
        yield Message("masks-sampled", {"seen": chosen, "count": every})
    if seen.broken:
        yield Message("masks-broken", {"count": len(seen.broken), "names": ", ".join(seen.broken[:_NAMED])})
    if seen.overlapping:
        yield Message("masks-overlap", {"count": len(seen.overlapping), "names": ", ".join(seen.overlapping[:_NAMED])})
    if not options.by_color and any(len(colors) > 1 for colors in seen.colors.values()):
        yield Message("masks-palettes")
    for twins in seen.twins.values():
        if len(twins) > 1:
            differ = len({told for _, told in twins}) > 1
            yield Message("masks-twins-differ" if differ else "masks-twins",
                          {"names": ", ".join(name for name, _ in twins[:_NAMED])})
    for identity, count in seen.notes.items():
        if identity != "mask-outline-filled":
            example = seen.examples[identity]
            yield example if count == 1 else Message("masks-notes", {"count": count, "example": example.english()})
