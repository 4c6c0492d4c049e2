"""Objects under the labels of a file become label images under ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from medsynth_gui.core.errors import Message
from medsynth_gui.io.masks.imported import Drawing, ImportedMask, Labels, MaskOptions, MaskSource, Part, Target, Wanted


def read_mask(sources: Sequence[MaskSource], image: str, wanted: Wanted,
              target_of: Callable[[str], Target | None]) -> ImportedMask | None:
    """The mask of one frame from every file that speaks of it; None where none does.

    Args:
        target_of: what a source label becomes; None where nothing says it.

    Raises:
        InputError: a file cannot be read, or does not fit the image.
    """
    speaking = [source for source in sources if source.frames is None or wanted.frame in source.frames]
    if not speaking:
        return None
    return compose(gather(speaking, wanted), image, wanted, target_of)


def gather(sources: Iterable[MaskSource], wanted: Wanted) -> Drawing:
    """The objects of several files of one image, each under the number of its file.

    Raises:
        InputError: a file cannot be read, or does not fit the image.
    """
    parts: list[Part] = []
    notes: list[Message] = []
    seen: Counter[Path] = Counter()
    for source in sources:
        drawing = source.read(wanted)
        # Folders of their own hold labels of their own: only files side by side are several of one.
        number = seen[source.path.parent]
        seen[source.path.parent] += 1
        parts += (replace(part, item=number) for part in drawing.parts)
        notes += drawing.notes
    return Drawing(tuple(parts), tuple(notes))


def label_of(part: Part, options: MaskOptions) -> str:
    """The source label that a target is chosen for; empty if the part is left out."""
    if options.several == "first" and part.item:
        return ""
    return f"{part.label} ({part.item + 1})" if options.several == "separate" else part.label


def compose(drawing: Drawing, image: str, wanted: Wanted, target_of: Callable[[str], Target | None]) -> ImportedMask:
    """Paint the objects that have a target; overlapping ones as `wanted.options.overlaps` says."""
    by_value: dict[int, list[Part]] = {}
    names: dict[int, str] = {}
    unknown: set[str] = set()
    for part in drawing.parts:
        if not (key := label_of(part, wanted.options)):
            continue
        if (target := target_of(key)) is None:
            unknown.add(key)
        elif target.value:
            by_value.setdefault(target.value, []).append(part)
            names.setdefault(target.value, target.name)
    notes = [*drawing.notes, *(Message("mask-source-unknown", {"path": image, "label": key})
                               for key in sorted(unknown))]
    shape = (wanted.rows, wanted.columns)
    layers = (_on_top if wanted.options.overlaps == "top" else _in_layers)(by_value, shape)
    if len(layers) > 1:
        notes.append(Message("mask-layers", {"path": image, "count": len(layers)}))
    elif (hidden := _hidden(by_value, layers[0])):
        notes.append(Message("mask-overlap", {"path": image, "count": hidden}))
    return ImportedMask(image, wanted.frame, layers[0], names, tuple(layers[1:]), tuple(notes))


def _in_layers(by_value: Mapping[int, list[Part]], shape: tuple[int, int]) -> list[Labels]:
    """Each label on the first layer that has room for it."""
    layers = [np.zeros(shape, np.uint8)]
    for value, parts in sorted(by_value.items()):
        free = next((layer for layer in layers if not any(_taken(layer, part) for part in parts)), None)
        if free is None:
            free = np.zeros(shape, np.uint8)
            layers.append(free)
        for part in parts:
            free[part.region.slices][part.mask] = value
    return layers


def _on_top(by_value: Mapping[int, list[Part]], shape: tuple[int, int]) -> list[Labels]:
    labels = np.zeros(shape, np.uint8)
    every = [(int(np.count_nonzero(part.mask)), value, part) for value, parts in by_value.items() for part in parts]
    for _, value, part in sorted(every, key=lambda row: (-row[0], row[1])):
        labels[part.region.slices][part.mask] = value
    return [labels]


def _taken(layer: Labels, part: Part) -> bool:
    return bool(layer[part.region.slices][part.mask].any())


def _hidden(by_value: Mapping[int, list[Part]], labels: Labels) -> int:
    """Pixels that belong to a label and show another one."""
    return sum(int(np.count_nonzero(labels[part.region.slices][part.mask] != value))
               for value, parts in by_value.items() for part in parts)
