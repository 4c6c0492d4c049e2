"""Training data for a structure that no set has labelled: pairs from the simulator, in the gray of real images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from medsynth_gui.engine.simulator import simulate
from medsynth_gui.engine.simulator.likeness import Likeness, measure
from medsynth_gui.engine.training.data import Item, TrainingData
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.io.raster_files import read_gray, write_gray_png, write_label_png

_MOST_LIKE = 40


def simulated_data(recipe: Recipe, real: TrainingData, folder: Path,
                   progress: Callable[[int, int], None]) -> TrainingData:
    """Pairs below `folder`, made once; a seed is a group: of ten, seven are trained on, one validates, two test.

    Args:
        real: unlabelled images; only gray values of its training part are looked at, for `simulator.like` of the
            pairs.
    """
    settings, count = recipe.simulator, int(recipe.simulator["count"])
    likes = _likenesses(real) if settings.get("like") else []
    name = f"simulator-{settings['phantom']}"
    parts: tuple[list[Item], list[Item], list[Item]] = ([], [], [])
    for number in range(count):
        progress(number, count)
        seed = recipe.seed * 100_003 + number
        image, mask = folder / "images" / f"{seed}.png", folder / "masks" / f"{seed}.png"
        if not mask.is_file():
            _make(recipe, seed, image, mask, likes)
        part = parts[0 if number % 10 < 7 else 1 if number % 10 == 7 else 2]
        part.append(Item(name, str(seed), str(seed), image, mask, str(settings["phantom"])))
    return TrainingData(tuple(parts[0]), tuple(parts[1]), tuple(parts[2]))


def _likenesses(real: TrainingData) -> list[Likeness]:
    found = []
    for item in real.train[:: max(1, len(real.train) // _MOST_LIKE)]:
        gray = read_gray(item.image)
        found.append(measure(gray, find_field_of_view(gray)))
    return found


def _make(recipe: Recipe, seed: int, image: Path, mask: Path, likes: list[Likeness]) -> None:
    settings, rng = recipe.simulator, np.random.default_rng((seed, 7))
    probes = settings.get("probes", ["linear"])
    share = float(settings.get("like", 0.0))
    like = likes[int(rng.integers(len(likes)))] if likes and rng.random() < share else None
    rows = int(settings.get("size", 256))
    columns = round(rows * float(np.exp(rng.uniform(-0.25, 0.25)))) // 2 * 2
    case = simulate(settings["phantom"], seed=seed, size=(rows, columns), severity=int(rng.integers(4)),
                    probe=probes[int(rng.integers(len(probes)))], like=like)
    image.parent.mkdir(parents=True, exist_ok=True)
    mask.parent.mkdir(parents=True, exist_ok=True)
    write_gray_png(image, case.images[0], {"Description": f"simulated, seed {seed}"})
    # Last: a mask that is there says that its image is whole.
    write_label_png(mask, case.masks[0])
