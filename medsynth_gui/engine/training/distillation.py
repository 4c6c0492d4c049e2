"""The distillation task: a generator's twin that goes from noise to image in few straight steps.

Time is cut into as many pieces as the twin has steps. From the start of a piece (a training image, noised that far)
the teacher is followed to its end with guidance; the twin learns the straight line between the two, so that it
needs neither the small steps nor the second call for guidance (Yan et al. 2024, arXiv 2405.07510).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medsynth_gui.core.model_card import ModelCard, read_card
from medsynth_gui.core.paths import models
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.preconditioning import residual_scale
from medsynth_gui.engine.samplers import Velocity, sample_euler, sample_exponential
from medsynth_gui.engine.training.data import TrainingData
from medsynth_gui.engine.training.pictures import headed_sheet
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.training.synthesis import Gray, SynthesisTask, to_gray
from medsynth_gui.engine.weights import load_network

_TEACHER_STEPS, _FULL_STEPS = 2, 8
Checkpoint = Callable[[float, float, str], None]


class DistillationTask(SynthesisTask):
    """Holds what `SynthesisTask` holds, and the teacher."""

    def __init__(self, recipe: Recipe, data: TrainingData, device: torch.device,
                 progress: Callable[[int, int], None]) -> None:
        super().__init__(recipe, data, device, progress)
        self.steps, self.guidance = int(recipe.input["steps"]), float(recipe.input["guidance"])
        self.firsts = {example.domain.first_class: example.domain.teacher for example in self.train + self.validation}
        self.teachers = {name: load_network(read_card(models() / name), device) for name in set(self.firsts.values())}

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Squared error of the mean velocity over a piece of the teacher's way, inside the image."""
        images, conditions, classes = self._batch(rng)
        start = torch.from_numpy(rng.integers(0, self.steps, len(images))).to(images) / self.steps
        at, inside = start[:, None, None, None], conditions[:, -1:]
        noisy = (1 - at) * torch.randn_like(images) * inside + at * images
        with torch.no_grad():
            end = _follow(self._taught(conditions, classes), noisy, start, 1 / self.steps)
        wanted = (end - noisy) * self.steps
        predicted = network(noisy, start, conditions, classes).float()
        wrong = ((predicted - wanted) / residual_scale(start)) ** 2 * inside
        return wrong.sum() / inside.sum()

    def _taught(self, conditions: Tensor, classes: Tensor, guidance: float | None = None) -> Velocity:
        """Velocity of a batch, each image by the teacher of its domain; without guidance where it is 1."""
        firsts = torch.tensor(sorted(self.firsts), device=classes.device)
        blank = firsts[torch.searchsorted(firsts, classes, right=True) - 1]
        names = [self.firsts[first] for first in blank.tolist()]
        parts = []
        for name, teacher in self.teachers.items():
            rows = torch.tensor([index for index, own in enumerate(names) if own == name], dtype=torch.long)
            if len(rows):
                parts.append((rows, guided_velocity(teacher, conditions[rows], classes[rows], blank[rows],
                                                    self.guidance if guidance is None else guidance)))

        def velocity(x: Tensor, t: Tensor) -> Tensor:
            found = torch.empty_like(x)
            for rows, of_teacher in parts:
                found[rows] = of_teacher(x[rows], t[rows])
            return found

        return velocity

    def validate(self, network: nn.Module) -> tuple[dict[str, float], Gray]:
        """Gray levels from the teacher's image of the same noise, for the twin and for the teacher in as few steps."""
        few = self.validation[::max(1, len(self.validation) // 16)][:16]
        fixed = [self._fixed(example) for example in few]
        images, conditions, classes = self._tensors(*(list(column) for column in zip(*fixed, strict=True)))
        noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(1)).to(images) * conditions[:, -1:]
        inside = conditions[:, -1:]
        full = sample_exponential(self._taught(conditions, classes), noise, steps=_FULL_STEPS, inside=inside)
        made = {"twin": sample_euler(lambda x, t: network(x, t, conditions, classes).float(), noise, steps=self.steps),
                "hurried": sample_exponential(self._taught(conditions, classes, 1.0), noise, steps=self.steps,
                                              inside=inside)}
        apart = {name: float(((image - full).abs() * inside).sum() / inside.sum() / 2.5 * 255)
                 for name, image in made.items()}
        rows = [[to_gray(side[0]) for side in row] for row in zip(full, made["twin"], made["hurried"], strict=True)]
        sheet = headed_sheet(rows, ("full sampler", "twin", "few steps"), synthetic=(0, 1, 2), columns=1)
        return {"gray_levels": apart["twin"], "gray_levels_hurried": apart["hurried"], "score": -apart["twin"]}, sheet


def guided_velocity(network: nn.Module, conditions: Tensor, classes: Tensor, blank: Tensor,
                    guidance: float) -> Velocity:
    """Velocity of a batch with classifier-free guidance; `blank` are the classes of the unconditional half."""
    nothing = conditions.clone()
    nothing[:, :-1] = 0
    both, names = torch.cat([conditions, nothing]), torch.cat([classes, blank])

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        if guidance == 1:
            return network(x, t, conditions, classes).float()
        with_mask, without = network(x.repeat(2, 1, 1, 1), t.repeat(2), both, names).float().chunk(2)
        return without + guidance * (with_mask - without)

    return velocity


def _follow(velocity: Velocity, x: Tensor, start: Tensor, length: float) -> Tensor:
    """Heun's method over a piece of time that starts elsewhere for each image; the end of time is not asked for."""
    step = length / _TEACHER_STEPS
    for index in range(_TEACHER_STEPS):
        now = start + index * step
        slope = velocity(x, now)
        after = (now + step).clamp(max=1 - 1e-3)
        x = x + step * 0.5 * (slope + velocity(x + step * slope, after))
    return x


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Checkpoint) -> tuple[dict[str, Any], dict[str, Any]]:
    """How far a twin's images are from its teacher's, on held-out masks, beside the teacher's in as few steps."""
    checkpoint(0, 1, "drawing with twin and teacher")
    held_out = TrainingData(data.train[:1], data.test, ())
    task = DistillationTask(recipe, held_out, runtime.device, lambda *_: None)
    with torch.inference_mode():
        figures, _ = task.validate(load_network(card, runtime.device))
    twin, hurried = figures["gray_levels"], figures["gray_levels_hurried"]
    headline = (f"{task.steps} calls: {twin:.1f} gray levels from the full sampler's image, "
                f"{hurried:.1f} without distillation, on 16 held-out masks")
    return {"headline": headline, "calls": task.steps, "teachers": sorted(task.teachers),
            "gray_levels": round(twin, 3), "gray_levels_without": round(hurried, 3)}, {}
