"""What the encoder says of a generator: likeness to held-out real images, and copies of training images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.features import Encoder, shipped_encoder
from medsynth_gui.engine.gate_reference import TrainingCodes, drawn_size, write_codes
from medsynth_gui.engine.training.data import Item, Pair, TrainingData
from medsynth_gui.io.furniture import remove_furniture
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.metrics.distribution import LEAST_HELD_OUT, compare, half_draws, held_out_draws
from medsynth_gui.metrics.feature_distances import Sample
from medsynth_gui.metrics.memorisation import Coded, audit, coded

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Checkpoint = Callable[[float, float, str], None]


def judge(card: ModelCard, data: TrainingData, held_out: Sequence[Pair], made: Sequence[Gray], runtime: Runtime,
          checkpoint: Checkpoint, *, spread: Sequence[Gray] = ()) -> dict[str, Any]:
    """`distribution` and `memorisation` as results.json says them; writes the codes of the training images.

    Args:
        held_out: pairs that the generator has not seen.
        made: its images (y, x), at the size that it draws, for masks of held-out pairs.
        spread: more of them, for masks as all real images have them: where few are held out, these are compared with
            all real images. Copies are looked for in both.
    """
    try:
        encoder = shipped_encoder(runtime)
    except ModelError as error:
        note = {"note": f"not measured: {error.message.english()}"}
        return {"distribution": note, "memorisation": note}
    size = max(made[0].shape)
    seen = (*data.train, *data.validation)
    images = _read(seen, size, checkpoint)

    def looking(done: int, total: int) -> None:
        checkpoint(done, total, f"looking for copies {done + 1} of {total}")

    def as_copies(shown: Sequence[Gray]) -> tuple[Float, Float]:
        features, codes = encoder.describe(shown, on_progress=looking)
        return features, encoder.put_back(shown, codes, learned[1], on_progress=looking)

    real = [drawn_size(pair.image, size) for pair in held_out]
    numbers = np.unique([f"{item.set_name}/{item.group}" for item in (*seen, *(pair.item for pair in held_out))],
                        return_inverse=True)[1]
    learned = encoder.describe(images, on_progress=looking)
    training = coded([item.id for item in seen], images, *learned, numbers[:len(seen)])
    unseen = coded([pair.item.id for pair in held_out], real, *as_copies(real), numbers[len(seen):])
    shown = [*made, *spread]
    synthetic = coded(list(map(str, range(len(shown)))), shown, *as_copies(shown), -1 - np.arange(len(shown)))
    report = audit(synthetic, unseen, training, looking)
    write_codes(card.folder, TrainingCodes(training.codes, tuple(item.id for item in seen), {
        "groups": [item.group for item in seen], "sets": [item.set_name for item in seen],
        "set": ", ".join(sorted({item.set_name for item in seen})), "encoder": encoder.card.id,
        "encoder_sha256": encoder.card.weights_sha256, "threshold": report["threshold"],
        "percentile": report["percentile"], "held_out_images": len(real), "pixel_limit": report["pixel_limit"],
        "suspect_limit": report["suspect_limit"]}))
    return {"distribution": _distribution(encoder, training, unseen, synthetic, len(made) if spread else 0),
            "memorisation": {"encoder": encoder.card.id, "encoder_sha256": encoder.card.weights_sha256, **report}}


def _read(items: Sequence[Item], size: int, checkpoint: Checkpoint) -> list[Gray]:
    """Training images as the generator draws them: without burned-in marks, at its size."""
    images = []
    for number, item in enumerate(items):
        checkpoint(number, len(items), f"reading {number + 1} of {len(items)}")
        images.append(drawn_size(remove_furniture(read_gray(item.image)), size))
    return images


def _distribution(encoder: Encoder, training: Coded, unseen: Coded, synthetic: Coded, first: int) -> dict[str, Any]:
    """Figures against held-out images; against halves of all real images where few are held out.

    Args:
        first: the synthetic images before this one do not take part.
    """
    made = synthetic.features[first:]
    features = np.concatenate([unseen.features, training.features])
    groups = np.concatenate([unseen.groups, training.groups])
    held_out = np.arange(len(features)) < len(unseen.features)
    few = len(unseen.features) < LEAST_HELD_OUT
    try:
        draws = half_draws(groups, len(made)) if few else held_out_draws(held_out, len(made))
    except InputError as error:
        return {"note": f"not measured: {error.message.english()}"}
    scores = compare(Sample(features, groups), Sample(made), draws, encoder=encoder.card.id,
                     encoder_sha256=encoder.card.weights_sha256)
    against = "patient-disjoint halves of all real images: too few are held out" if few else "held-out real images"
    return {"against": against, "masks": "of all real images, warped" if first else "of held-out images",
            **scores.record()}
