"""The training loop that every task shares: budget, average of weights, checkpoints, early stop, events."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from medsynth_gui.core.errors import InputError, Message, ModelError, ResourceError, is_out_of_memory
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.training.best import Best
from medsynth_gui.engine.training.checkpoint import restore, snapshot
from medsynth_gui.engine.training.rates import parameter_groups, rate_at
from medsynth_gui.engine.training.recipe import Optimisation
from medsynth_gui.engine.training.run_folder import RunFolder

CHECKPOINT_EVERY_S = 30.0
EVENT_EVERY_S = 2.0


class Task(Protocol):
    """What differs between segmenters, generators and upscalers; without `validation` it is never validated.

    Attributes:
        batch: examples a step; halved where memory runs out.
    """

    batch: int

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
    """How a training ended.

    Attributes:
        stopped: someone asked it to end before its time; `paused` likewise, but without measuring.
        kept_step: the step of the weights that are kept; None for the last.
        problem: why it could not go on.
    """

    seconds: float
    steps: int
    stopped: bool = False
    paused: bool = False
    kept_step: int | None = None
    problem: Message | None = None


class _Diverged(Exception):
    """Loss or gradient is not a number; the step was not taken."""


def train_network(network: nn.Module, task: Task, *, optimisation: Optimisation, run: RunFolder, runtime: Runtime,
                  seed: int, minutes: float | None, resume: bool, checkpoint: Callable[[float, float, str], None],
                  ) -> tuple[dict[str, Tensor], LoopReport]:
    """Train until the budget is spent, nothing gets better, or someone asks to stop.

    Args:
        network: trained in place; on the runtime's device.
        minutes: wall-clock budget over all resumed parts; None for the recipe's steps.
        checkpoint: called with (done, total, message) after each step; may raise to cancel.

    Returns:
        The averaged weights (with `patience` those that validated best), and the report.

    Raises:
        ModelError: the first loss is not a number.
        InputError: the checkpoint to resume from is damaged or another network's.
        ResourceError: memory does not hold one example.
    """
    training = _Training(network, task, optimisation, run, runtime, seed, minutes)
    if resume and (saved := run.load_checkpoint()):
        training.restore(*saved)
    report = training.run_to_the_end(checkpoint)
    best = training.best
    return best.weights if optimisation.patience and best.weights else training.average, report


class _Training:
    def __init__(self, network: nn.Module, task: Task, optimisation: Optimisation, run: RunFolder, runtime: Runtime,
                 seed: int, minutes: float | None) -> None:
        self.network, self.task, self.optimisation, self.run = network, task, optimisation, run
        self.runtime, self.seed = runtime, seed
        self.optimiser = torch.optim.AdamW(parameter_groups(network, optimisation), lr=optimisation.rate,
                                           weight_decay=optimisation.weight_decay)
        self.average = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.best = Best()
        self.clock = _Clock(optimisation.steps, None if minutes is None else minutes * 60)
        self.rate = 0.0
        self.validated_step = -1

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        try:
            restore(tensors, state, self.network, self.optimiser, self.average, self.best)
            self.clock.step, self.clock.before_s = int(state["step"]), float(state["elapsed_s"])
            self.task.batch = int(state.get("batch", self.task.batch))
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise InputError("checkpoint-unreadable", path=self.run.folder,
                             detail="its checkpoint belongs to another network than the recipe's") from error

    def run_to_the_end(self, checkpoint: Callable[[float, float, str], None]) -> LoopReport:
        clock, problem = self.clock, None
        clock.started = time.monotonic()
        saved = validated = told = clock.elapsed_s
        if self.optimisation.patience and self.best.weights is None and self.task.validation:
            # Where a model is adapted, its start is the first that must be beaten.
            self._validate()
        while clock.progress < 1 and not self._asked and not self._waited_enough():
            try:
                value = self._step()
            except _Diverged:
                problem = self._diverged()
                break
            if value is None:
                continue
            now = clock.elapsed_s
            if now - told >= EVENT_EVERY_S:
                self._tell(value)
                told = now
            if self.task.validation and now - validated >= self.optimisation.validate_every_s:
                self._validate()
                validated = clock.elapsed_s
            if now - saved >= CHECKPOINT_EVERY_S:
                self._save()
                saved = clock.elapsed_s
            checkpoint(clock.progress, 1.0, f"step {clock.step}, loss {value:.3f}")
        return self._end(problem)

    @property
    def _asked(self) -> bool:
        return self.run.stop_asked or self.run.pause_asked

    def _end(self, problem: Message | None) -> LoopReport:
        patience, paused = self.optimisation.patience, self.run.pause_asked
        if patience and self.task.validation and not paused and not problem:
            self._validate()
        if problem is None or not self.run.resumable:
            self._save()
        stopped = self.run.stop_asked and self.clock.progress < 1
        kept = self.best.step if patience and self.best.weights else None
        return LoopReport(self.clock.elapsed_s, self.clock.step, stopped, paused, kept, problem)

    def _waited_enough(self) -> bool:
        patience = self.optimisation.patience
        if not patience or self.best.stale < patience:
            return False
        self.run.note(Message("training-early-stop", {"count": self.best.stale, "step": self.best.step}))
        return True

    def _step(self) -> float | None:
        """Take a step; its loss, or None where memory ran out and the batch was halved."""
        try:
            return self._taken()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            self._halve(error)
            return None

    def _taken(self) -> float:
        clock, optimiser = self.clock, self.optimiser
        # A step depends on its number alone: a resumed training takes the same one.
        rng = np.random.default_rng((self.seed, clock.step))
        torch.manual_seed(self.seed + clock.step)
        self.rate = rate_at(self.optimisation, clock.step, clock.progress)
        for group in optimiser.param_groups:
            group["lr"] = self.rate * group["share"]
        self.network.train()
        with self.runtime.autocast():
            loss = self.task.loss(self.network, rng, clock.progress)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise _Diverged
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if not math.isfinite(float(nn.utils.clip_grad_norm_(self.network.parameters(), self.optimisation.clip))):
            raise _Diverged
        optimiser.step()
        clock.step += 1
        self._follow()
        return value

    def _halve(self, error: BaseException) -> None:
        if self.task.batch <= 1:
            raise ResourceError("training-out-of-memory", what=self.run.folder.name) from error
        self.task.batch //= 2
        self.optimiser.zero_grad(set_to_none=True)
        if self.runtime.device.type == "cuda":
            torch.cuda.empty_cache()
        self.run.note(Message("training-batch-halved", {"step": self.clock.step, "batch": self.task.batch}))

    def _diverged(self) -> Message:
        """Raises ModelError where nothing was learned yet."""
        facts = {"what": self.run.folder.name, "step": self.clock.step}
        if self.clock.step == 0:
            raise ModelError("training-diverged", **facts)
        kept = self.best.step if self.optimisation.patience and self.best.weights else self.clock.step
        return Message("training-diverged-kept", {**facts, "kept": kept})

    @torch.no_grad()
    def _follow(self) -> None:
        """Exponential average of weights; faster at first, so that short runs are not stuck at the start."""
        keep = min(self.optimisation.average, (1 + self.clock.step) / (10 + self.clock.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - keep)
            else:
                self.average[name].copy_(value)

    def _validate(self) -> None:
        """Measure the averaged weights, once a step."""
        clock = self.clock
        if self.validated_step == clock.step:
            return
        self.validated_step = clock.step
        own = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        self.network.load_state_dict(self.average)
        self.network.eval()
        with torch.no_grad():
            figures, picture = self.task.validate(self.network)
        self.network.load_state_dict(own)
        self.best.look(figures, self.average, clock.step)
        # A task that draws images says where they come from.
        self.run.preview(clock.step, picture, getattr(self.task, "origin", None))
        self.run.event("validation", step=clock.step, seconds=round(clock.elapsed_s, 1),
                       progress=round(clock.progress, 4), best=self.best.step == clock.step,
                       **{name: round(value, 5) for name, value in figures.items()})

    def _tell(self, loss: float) -> None:
        clock = self.clock
        self.run.event("step", step=clock.step, seconds=round(clock.elapsed_s, 1), loss=round(loss, 5),
                       rate=float(f"{self.rate:.4g}"), progress=round(clock.progress, 4))

    def _save(self) -> None:
        tensors, state = snapshot(self.network, self.optimiser, self.average, self.best)
        self.run.save_checkpoint(tensors, {"step": self.clock.step, "elapsed_s": self.clock.elapsed_s,
                                           "batch": self.task.batch, **state})
