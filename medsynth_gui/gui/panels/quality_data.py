"""What Quality shows: a prediction beside its gold mask, and the rows of a folder comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError

Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Pair:
    """One image with two label images of its size, all uint8 (y, x), and the figures per label value."""

    title: str
    image: npt.NDArray[np.uint8]
    predicted: Labels
    gold: Labels
    aspect: float = 1.0
    synthetic: bool = False
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageRow:
    """A line of the table. `dice` is of its worst label; None where neither mask has a label."""

    id: str
    dice: float | None
    distance: float | None
    verdict: str

    @property
    def worst_first(self) -> float:
        return 2.0 if self.dice is None else self.dice


def image_row(record: Mapping[str, Any]) -> ImageRow:
    """A row of `EvaluateSegmentation`: verdict is missed, false positive, or empty."""
    labels = record["labels"].values()
    defined = [label for label in labels if label["dice"] is not None]
    worst = min(defined, key=lambda label: label["dice"], default=None)
    if worst is None:
        return ImageRow(record["id"], None, None, "")
    hits, extra, lost = worst["true_positive"], worst["false_positive"], worst["false_negative"]
    verdict = "" if hits else "missed" if lost else "false positive" if extra else ""
    return ImageRow(record["id"], worst["dice"], worst.get("hd95_mm", worst.get("hd95_px")), verdict)


def score_pair(pair: Pair, pixel_size_mm: float | None = None) -> Pair:
    """The pair with its figures."""
    from dataclasses import replace

    from medsynth_gui.metrics.segmentation import score_image

    score = score_image(pair.predicted, pair.gold, id=pair.title, pixel_size_mm=pixel_size_mm)
    return replace(pair, figures=score.record()["labels"])


def read_pair(predictions: Path, truth: Path, stem: str) -> Pair:
    """Read one image of a folder comparison; where there is no picture, the masks stand on black.

    Raises:
        InputError: a mask is missing or they differ in size.
    """
    from medsynth_gui.io.raster_files import read_gray, read_labels

    masks = truth / "masks" if (truth / "masks").is_dir() else truth
    predicted, gold = (read_labels(folder / f"{stem}.png") for folder in (predictions, masks))
    picture = next((path for path in sorted((truth / "images").glob(f"{stem}.*"))), None)
    image = read_gray(picture) if picture else np.zeros(gold.shape, np.uint8)
    if not predicted.shape == gold.shape == image.shape:
        raise InputError("prediction-size", image=stem, prediction=size_words(predicted), truth=size_words(gold))
    return score_pair(Pair(stem, image, predicted, gold))


def read_gold(path: Path, rows: int, columns: int) -> Labels:
    """A gold mask for an image of this size.

    Raises:
        InputError: it cannot be read or has another size.
    """
    from medsynth_gui.io.raster_files import read_labels

    gold = read_labels(path)
    if gold.shape != (rows, columns):
        raise InputError("comparison-size", path=path.name, found=size_words(gold), wanted=f"{columns} × {rows}")
    return gold


def size_words(image: npt.NDArray[np.generic]) -> str:
    """Columns × rows."""
    return f"{image.shape[1]} × {image.shape[0]}"
