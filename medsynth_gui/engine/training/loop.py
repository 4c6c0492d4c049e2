"""The training loop that every task shares: budget, average of weights, checkpoints, events."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import InputError, ModelError
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.training.recipe import Optimisation
from medsynth_gui.engine.training.run_folder import RunFolder

CHECKPOINT_EVERY_S = 60.0
EVENT_EVERY_S = 2.0


class Task(Protocol):
    """What differs between segmenters, generators and upscalers; without `validation` it is never validated."""

    @property
    def validation(self) -> Sequence[object]: ...

    def loss(self, network: nn.Module, rng: np.random.Generator, progress: float) -> Tensor:
        """Loss of one batch that it draws with `rng`; `progress` runs from 0 to 1."""
        ...

    def validate(self, network: nn.Module) -> tuple[dict[str, float], npt.NDArray[np.uint8]]:
        """Figures on the validation part, and a picture (y, x)."""
        ...


@dataclass
class _Clock:
    """How far the training is, by steps or by minutes, whichever is further."""

    steps: int
    seconds: float | None
    step: int = 0
    before_s: float = 0.0
    started: float = 0.0

    @property
    def elapsed_s(self) -> float:
        return self.before_s + time.monotonic() - self.started

    @property
    def progress(self) -> float:
        by_time = self.elapsed_s / self.seconds if self.seconds else (0.0 if self.seconds is None else 1.0)
        return min(1.0, max(self.step / max(1, self.steps), by_time))


@dataclass(frozen=True)
class LoopReport:
    """How a training ended: seconds and steps in all, and whether it was stopped before its end."""

    seconds: float
    steps: int
    stopped: bool


def train_network(network: nn.Module, task: Task, *, optimisation: Optimisation, run: RunFolder, runtime: Runtime,
                  seed: int, minutes: float | None, resume: bool, checkpoint: Callable[[float, float, str], None],
                  ) -> tuple[dict[str, Tensor], LoopReport]:
    """Train until the budget is spent or someone asks to stop.

    Args:
        network: trained in place; on the runtime's device.
        minutes: wall-clock budget over all resumed parts; None for the recipe's steps.
        checkpoint: called with (done, total, message) after each step; may raise to cancel.

    Returns:
        The averaged weights, and the report.

    Raises:
        ModelError: the loss is no longer a number; the last checkpoint is kept.
        InputError: the checkpoint to resume from is damaged or another network's.
    """
    optimiser = torch.optim.AdamW(network.parameters(), lr=optimisation.rate, weight_decay=optimisation.weight_decay)
    average = {name: value.detach().clone() for name, value in network.state_dict().items()}
    clock = _Clock(optimisation.steps, None if minutes is None else minutes * 60)
    if resume and (saved := run.load_checkpoint()):
        try:
            _restore(*saved, network, optimiser, average, clock)
        except (KeyError, RuntimeError) as error:
            raise InputError("checkpoint-unreadable", path=run.folder,
                             detail="its checkpoint belongs to another network than the recipe's") from error
    clock.started = time.monotonic()
    rng = np.random.default_rng((seed, clock.step))
    torch.manual_seed(seed + clock.step)
    last_saved = last_validated = last_event = clock.elapsed_s
    stopped = False
    while clock.progress < 1 and not stopped:
        value = _step(network, task, optimiser, optimisation, clock, rng, runtime)
        if not math.isfinite(value):
            raise ModelError("training-diverged", what=run.folder.name, step=clock.step)
        _follow(average, network, optimisation.average, clock.step)
        now = clock.elapsed_s
        if now - last_event >= EVENT_EVERY_S:
            run.event("step", step=clock.step, seconds=round(now, 1), loss=round(value, 5),
                      progress=round(clock.progress, 4))
            last_event = now
        if task.validation and now - last_validated >= optimisation.validate_every_s:
            _validate(network, average, task, run, clock)
            last_validated = clock.elapsed_s
        if now - last_saved >= CHECKPOINT_EVERY_S:
            run.save_checkpoint(*_snapshot(network, optimiser, average, clock))
            last_saved = clock.elapsed_s
        checkpoint(clock.progress, 1.0, f"step {clock.step}, loss {value:.3f}")
        stopped = run.stop_asked
    run.save_checkpoint(*_snapshot(network, optimiser, average, clock))
    return average, LoopReport(clock.elapsed_s, clock.step, stopped)


def _step(network: nn.Module, task: Task, optimiser: torch.optim.Optimizer, optimisation: Optimisation,
          clock: _Clock, rng: np.random.Generator, runtime: Runtime) -> float:
    warm_up = min(1.0, (clock.step + 1) / optimisation.warm_up_steps)
    for group in optimiser.param_groups:
        group["lr"] = optimisation.rate * warm_up * max(0.01, 0.5 * (1 + math.cos(math.pi * clock.progress)))
    network.train()
    with runtime.autocast():
        loss = task.loss(network, rng, clock.progress)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), optimisation.clip)
    optimiser.step()
    clock.step += 1
    return float(loss.detach())


@torch.no_grad()
def _follow(average: dict[str, Tensor], network: nn.Module, decay: float, step: int) -> None:
    """Exponential average of weights; it follows faster at first, so that short runs are not stuck at the start."""
    keep = min(decay, (1 + step) / (10 + step))
    for name, value in network.state_dict().items():
        if value.is_floating_point():
            average[name].lerp_(value, 1 - keep)
        else:
            average[name].copy_(value)


def _validate(network: nn.Module, average: Mapping[str, Tensor], task: Task, run: RunFolder, clock: _Clock) -> None:
    own = {name: value.detach().clone() for name, value in network.state_dict().items()}
    network.load_state_dict(average)
    network.eval()
    with torch.no_grad():
        figures, picture = task.validate(network)
    network.load_state_dict(own)
    run.preview(clock.step, picture)
    run.event("validation", step=clock.step, seconds=round(clock.elapsed_s, 1),
              **{name: round(value, 5) for name, value in figures.items()})


def _snapshot(network: nn.Module, optimiser: torch.optim.Optimizer, average: Mapping[str, Tensor],
              clock: _Clock) -> tuple[dict[str, Tensor], dict[str, Any]]:
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.items()}
    for name, parameter in network.named_parameters():
        for key, value in optimiser.state.get(parameter, {}).items():
            tensors[f"optimiser.{key}.{name}"] = value
    return tensors, {"step": clock.step, "elapsed_s": clock.elapsed_s}


def _restore(tensors: dict[str, Tensor], state: dict[str, Any], network: nn.Module, optimiser: torch.optim.Optimizer,
             average: dict[str, Tensor], clock: _Clock) -> None:
    network.load_state_dict({name.removeprefix("network."): value for name, value in tensors.items()
                             if name.startswith("network.")})
    for name in average:
        average[name].copy_(tensors[f"average.{name}"])
    for name, parameter in network.named_parameters():
        found = {key: tensors[f"optimiser.{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq")
                 if f"optimiser.{key}.{name}" in tensors}
        if found:
            optimiser.state[parameter] = {key: value if key == "step" else value.to(parameter.device)
                                          for key, value in found.items()}
    clock.step, clock.before_s = state["step"], state["elapsed_s"]
