"""EvaluateSegmentation: predicted label images against those that people drew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message, need_folder
from medsynth_gui.dataset.files import size_text
from medsynth_gui.dataset.split import Part
from medsynth_gui.dataset.training_set import TrainingRow, image_files, is_training_set, read_training_set
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.metrics.segmentation import ImageScore, score_image, summarise


class Evaluation(dict[str, Any]):
    """The figures, JSON-ready."""

    @property
    def exit_code(self) -> int:
        """1 where an image could not be compared."""
        return 1 if self.get("failed") else 0


@dataclass(frozen=True)
class EvaluateSegmentation:
    """Compare `predictions/<stem>.png` with the truth of the same stem.

    Attributes:
        truth: a training set (images/, masks/, index.csv), a folder with masks/, or a folder of label images.
        part: "test", "val" or "train" compares only those groups of a training set; empty compares all.
    """

    predictions: Path
    truth: Path
    part: str = ""
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-evaluate")

    def run(self, ctx: JobContext) -> Evaluation:
        """Figures per label, a row per image, and `failed` for those that could not be compared.

        Raises:
            InputError: a folder is missing, the truth has no label image, or there is no prediction for any of them.
        """
        need_folder(self.predictions)
        rows = _truth(self.truth, self.part)
        if not any(_prediction(self.predictions, row).is_file() for row in rows):
            raise InputError("predictions-none", path=self.predictions, truth=self.truth, example=f"{rows[0].id}.png")
        scores: list[ImageScore] = []
        failed: list[dict[str, str]] = []
        for index, row in enumerate(rows):
            ctx.checkpoint(index, len(rows), row.id)
            try:
                scores.append(_score(self.predictions, row))
            except MedSynthError as error:
                failed.append({"path": row.id, "id": error.message.id, "message": error.message.english()})
        stems = {row.id for row in rows}
        extra = [name for name in image_files(self.predictions) if name not in stems]
        return Evaluation({"predictions": str(self.predictions), "truth": str(self.truth), **summarise(scores),
                           "failed": failed, "without_truth": extra, "rows": [score.record() for score in scores]})


def _truth(folder: Path, part: str) -> Sequence[TrainingRow]:
    """The rows to compare, each with its mask."""
    need_folder(folder)
    if is_training_set(folder):
        training_set = read_training_set(folder)
        found = training_set.part(Part(part)) if part else training_set.rows
        rows = [row for row in found if row.mask]
    else:
        masks = folder / "masks"
        found_masks = image_files(masks if masks.is_dir() else folder)
        rows = [TrainingRow(name, name, path, path) for name, path in found_masks.items()]
    if not rows:
        raise InputError("truth-nothing", path=folder)
    return rows


def _prediction(predictions: Path, row: TrainingRow) -> Path:
    return predictions / f"{row.id}.png"


def _score(predictions: Path, row: TrainingRow) -> ImageScore:
    prediction_file = _prediction(predictions, row)
    from medsynth_gui.io.raster_files import read_labels

    if row.mask is None or not prediction_file.is_file():
        raise InputError("prediction-missing", image=row.id)
    prediction, truth = read_labels(prediction_file), read_labels(row.mask)
    if prediction.shape != truth.shape:
        raise InputError("prediction-size", image=row.id, prediction=size_text(prediction.shape),
                         truth=size_text(truth.shape))
    return score_image(prediction, truth, id=row.id, group=row.group, class_name=row.class_name,
                       pixel_size_mm=row.pixel_size_mm)

