"""Training data as a job hands them over, and as arrays of one size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import Letterbox
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.furniture import find_furniture, remove_furniture
from medsynth_gui.io.raster_files import read_gray, read_labels

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Item:
    """One image of a set, by path; `mask` is None where there is none, `facts` are further columns of the index."""

    set_name: str
    id: str
    group: str
    image: Path
    mask: Path | None = None
    class_name: str = ""
    pixel_size_mm: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingData:
    """Items by part. `test` holds only groups that no shipped model may see."""

    train: tuple[Item, ...]
    validation: tuple[Item, ...]
    test: tuple[Item, ...]

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets, sorted."""
        return tuple(sorted({item.set_name for items in (self.train, self.validation, self.test) for item in items}))

    def groups(self) -> dict[str, dict[str, list[str]]]:
        """Set name -> part -> sorted groups, as written to groups.json."""
        parts = {"trained": self.train, "validated": self.validation, "tested": self.test}
        return {name: {part: sorted({item.group for item in items if item.set_name == name})
                       for part, items in parts.items()} for name in self.sets}


@dataclass(frozen=True)
class Pair:
    """An image and its label values, both (y, x) uint8 and of one size.

    `marks` counts pixels that looked like burned-in marks before they were inpainted.
    """

    item: Item
    image: Gray
    mask: Gray
    marks: int = 0


def read_pair(item: Item) -> tuple[Gray, Gray]:
    """Image and label values, both (y, x); without a mask they are empty.

    Raises:
        InputError: a file cannot be read, or the two differ in size.
    """
    image = read_gray(item.image)
    mask = read_labels(item.mask) if item.mask else np.zeros_like(image)
    if mask.shape != image.shape:
        raise InputError("mask-size", sample=item.id, mask=f"{mask.shape[1]} x {mask.shape[0]}",
                         image=f"{image.shape[1]} x {image.shape[0]}")
    return image, mask


def load_pairs(items: Sequence[Item], *, inpaint: bool, progress: Callable[[int, int], None],
               known: Recipe | None = None) -> list[Pair]:
    """Read images and masks; an item without a mask gets an empty one.

    Args:
        known: the recipe whose labels the masks must keep to; None takes all.

    Raises:
        InputError: a file cannot be read, or a mask has another size or label values than it should.
    """
    pairs = []
    for number, item in enumerate(items):
        progress(number, len(items))
        image, mask = read_pair(item)
        if known and mask.max() > max(map(int, known.labels), default=0):
            raise InputError("mask-label-unknown", path=item.mask, value=int(mask.max()), model=known.id)
        marks = int(find_furniture(image).sum()) if inpaint else 0
        pairs.append(Pair(item, remove_furniture(image) if marks else image, mask, marks))
    return pairs


def letterboxed(pair: Pair, size: int) -> tuple[Gray, Gray, Letterbox]:
    """Image and mask in a black square of `size`."""
    import cv2

    box = Letterbox.fit(pair.image.shape[0], pair.image.shape[1], size)
    image, mask = np.zeros((2, size, size), np.uint8)
    inside = np.s_[box.top:box.top + box.height, box.left:box.left + box.width]
    how = cv2.INTER_AREA if box.height < box.rows else cv2.INTER_LINEAR
    image[inside] = cv2.resize(pair.image, (box.width, box.height), interpolation=how)
    mask[inside] = cv2.resize(pair.mask, (box.width, box.height), interpolation=cv2.INTER_NEAREST)
    return image, mask, box


def sampling_weights(items: Sequence[Item], shares: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Probability of each item so that each class named in `shares` gets its share of a batch."""
    counts = {name: sum(item.class_name == name for item in items) for name in {i.class_name for i in items}}
    weights = np.array([shares.get(item.class_name, 1.0) / counts[item.class_name]
                        if item.class_name in shares else 1.0 / len(items) for item in items])
    return weights / weights.sum()
