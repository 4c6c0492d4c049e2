"""Trial: does it help? Small networks that differ in one thing only, measured on the same held-out groups."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medsynth_gui.core.errors import InputError, Message, ModelError, UsageError
from medsynth_gui.io.atomic import write_json
from medsynth_gui.jobs.catalogue import Compute, find_recipe
from medsynth_gui.jobs.job import JobCancelled, JobContext, Lane
from medsynth_gui.jobs.train import read_training_data
from medsynth_gui.jobs.trial_arms import Arm, ArmRun, chosen_arms, runs_of
from medsynth_gui.jobs.trial_data import digest_of, nested, read_synthetic
from medsynth_gui.jobs.trial_summary import summarise

if TYPE_CHECKING:
    from medsynth_gui.engine.device import Runtime
    from medsynth_gui.engine.training.data import Item, TrainingData
    from medsynth_gui.engine.training.recipe import Recipe
    from medsynth_gui.engine.training.trial import ArmTask, Pool

STEPS, BATCH = 400, 8
_LIMITS = {"steps": (1, 100_000), "seeds": (1, 20), "real images": (1, 100_000)}
_RATE: Mapping[str, Any] = {"batch": BATCH, "rate": 2e-3, "weight_decay": 0.02, "average": 0.99, "warm_up_steps": 30}


@dataclass(frozen=True)
class Trial:
    """Train every arm with equal passes and compare them; `out/trial.json` holds the table.

    Attributes:
        arms: names of `trial_arms.ARMS`.
        synthetic: a folder that `synthesize` wrote; for arms that train on synthetic images.
        real_images: sizes of the real training set, each with every arm; empty for all images.
        seeds: trainings of each arm; a seed decides the start, the batches and which real images are taken.
        steps: of BATCH images, the same in every arm.
        resume: keep finished arms of `out` and go on with the one that was interrupted; arms, seeds and sizes may be
            added.
    """

    recipe: str
    data: tuple[Path, ...]
    out: Path
    arms: tuple[str, ...] = ("real", "classic", "real+synthetic", "synthetic")
    synthetic: Path | None = None
    real_images: tuple[int, ...] = ()
    seeds: int = 3
    steps: int = STEPS
    resume: bool = False
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-trial", {"recipe": self.recipe, "count": len(self.arms) * self.seeds})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """What trial.json says.

        Raises:
            UsageError: arms, numbers and folders do not go together.
            InputError: data are missing, too few or known from the held-out part.
        """
        return _Running(self, ctx).run()

    def check(self, arms: tuple[Arm, ...]) -> None:
        """Refuse what makes no sense before anything is read.

        Raises:
            UsageError: a number is out of its range, or synthetic images are missing or unused.
        """
        given = [("steps", self.steps), ("seeds", self.seeds), *(("real images", n) for n in self.real_images)]
        for name, value in given:
            low, high = _LIMITS[name]
            if not low <= value <= high:
                raise UsageError("number-out-of-range", name=name, value=value, low=low, high=high)
        wanting = [arm.name for arm in arms if arm.synthetic]
        if wanting and self.synthetic is None:
            raise UsageError("trial-synthetic-missing", arm=wanting[0])
        if self.synthetic is not None and not wanting:
            raise UsageError("trial-synthetic-unused")


class _Running:
    """One trial as it runs: what is read is read once, and only if an unfinished arm needs it."""

    def __init__(self, request: Trial, ctx: JobContext) -> None:
        from medsynth_gui.engine.device import resolve
        from medsynth_gui.engine.training.recipe import read_recipe

        self.request, self.ctx = request, ctx
        self.arms = chosen_arms(request.arms)
        request.check(self.arms)
        self.recipe: Recipe = read_recipe(find_recipe(request.recipe))
        if self.recipe.task != "segmentation":
            raise ModelError("model-wrong-task", model=self.recipe.id, task=self.recipe.task, wanted="segmentation")
        if any(arm.pretrained for arm in self.arms) and not self.recipe.simulator.get("phantom"):
            raise UsageError("trial-no-simulator", recipe=self.recipe.id)
        self.data: TrainingData = read_training_data(request.data, masks=True)
        self.runs = runs_of(self.arms, request.real_images or (None,), request.seeds)
        self.chosen = {run: nested(self.data.train, run.images, run.seed) for run in self.runs if run.arm.real}
        self.synthetic: tuple[tuple[Item, ...], int] = ((), 0)
        if request.synthetic is not None:
            self.synthetic = read_synthetic(request.synthetic, [item.id for item in self.data.test])
        self.runtime: Runtime = resolve(request.compute.device, request.compute.precision, request.compute.threads)
        self.started = time.monotonic()

    def run(self) -> dict[str, Any]:
        if not self.data.train:
            raise InputError("training-nothing-to-learn", path=", ".join(map(str, self.request.data)))
        self._begin()
        done: dict[ArmRun, Mapping[str, Any]] = {}
        for number, run in enumerate(self.runs):
            self.ctx.checkpoint(number, len(self.runs), run.name)
            done[run] = self._finished(run) or self._train(run, number)
            write_json(self.request.out / "trial.json", self._report(done))
        return self._report(done)

    def _begin(self) -> None:
        """Note what is asked, or check that what is resumed is the same."""
        path = self.request.out / "request.json"
        asked = {"recipe": self.recipe.id, "recipe_sha256": hashlib.sha256(self.recipe.path.read_bytes()).hexdigest(),
                 "steps": self.request.steps, "data_sha256": digest_of([*self.data.train, *self.data.test]),
                 **({"synthetic_sha256": digest_of(self.synthetic[0])} if self.synthetic[0] else {})}
        before: dict[str, Any] = {}
        if path.exists():
            if not self.request.resume:
                raise UsageError("run-exists", path=self.request.out)
            with suppress(OSError, ValueError):
                before = json.loads(path.read_text(encoding="utf-8"))
        other = [name for name, value in asked.items() if before.get(name, value) != value]
        if other:
            raise UsageError("trial-differs", path=self.request.out,
                             detail=f"its {' and '.join(name.removesuffix('_sha256') for name in other)} differ")
        write_json(path, {**before, **asked})

    def _folder(self, run: ArmRun) -> Path:
        return self.request.out / "runs" / run.name

    def _finished(self, run: ArmRun) -> Mapping[str, Any] | None:
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads((self._folder(run) / "scores.json").read_text(encoding="utf-8"))
            return found
        return None

    def _train(self, run: ArmRun, number: int) -> Mapping[str, Any]:
        from medsynth_gui.core.augmentation import augmentation_of
        from medsynth_gui.engine.training.trial import ArmTask, score

        if not any(mask.any() for _, mask in self._test.pairs):
            raise InputError("trial-nothing-held-out")
        real = self._real(run) if run.arm.real else None
        pools = [pool for pool in (real, self._synthetic if run.arm.synthetic else None) if pool]
        task = ArmTask(pools, batch=BATCH, device=self.runtime.device,
                       augmentation=augmentation_of(self.recipe.data) if run.arm.augmented else None)
        start = self._pretrained(number) if run.arm.pretrained else None
        network, report = self._trained(task, self._folder(run), run.seed, start, number)
        scores = {"rows": score(network, self._test, self.runtime), "seconds": report.seconds, "steps": report.steps,
                  "batch": task.batch, "real_images": len(real) if real else 0,
                  "synthetic_images": len(self._synthetic) if run.arm.synthetic else 0, **self.runtime.record()}
        write_json(self._folder(run) / "scores.json", scores, indent=None)
        return scores

    def _trained(self, task: ArmTask, folder: Path, seed: int, start: Path | None, number: int) -> tuple[Any, Any]:
        from medsynth_gui.engine.training.recipe import Optimisation
        from medsynth_gui.engine.training.trial import train_arm

        def told(done: float, total: float, message: str) -> None:
            self.ctx.checkpoint(number + done / total, len(self.runs), f"{folder.name}: {message}")

        network, report = train_arm(task, folder, self.recipe, seed=seed, runtime=self.runtime, start=start,
                                    optimisation=replace(Optimisation(**_RATE), steps=self.request.steps),
                                    checkpoint=told)
        if report.steps < self.request.steps:  # asked to stop: an arm of fewer passes is no arm
            raise JobCancelled
        return network, report

    def _pretrained(self, number: int) -> Path:
        """Weights that learned on the simulator alone, once for all arms."""
        from medsynth_gui.core.augmentation import augmentation_of
        from medsynth_gui.engine.training.trial import ArmTask, simulated_pool

        folder = self.request.out / "runs" / "pretraining"
        if not (folder / "weights.safetensors").is_file():
            pool = simulated_pool(self.recipe, self._reading("simulating"))
            task = ArmTask([pool], batch=BATCH, device=self.runtime.device,
                           augmentation=augmentation_of(self.recipe.data))
            self._trained(task, folder, 0, None, number)
        return folder / "weights.safetensors"

    def _reading(self, what: str) -> Callable[[int, int], None]:
        return lambda done, total: self.ctx.checkpoint(0, len(self.runs), f"{what} {done + 1} of {total}")

    def _pool(self, items: tuple[Item, ...], what: str) -> Pool:
        from medsynth_gui.engine.training.trial import read_pool

        return read_pool(items, self.recipe, self._reading(what))

    def _real(self, run: ArmRun) -> Pool:
        places, pool = self._all_real
        return pool.part([places[index] for index in self.chosen[run]], self.recipe)

    @cached_property
    def _all_real(self) -> tuple[dict[int, int], Pool]:
        """The real images that any arm trains on, and where each stands."""
        used = sorted(set().union(*self.chosen.values()))
        return ({index: place for place, index in enumerate(used)},
                self._pool(tuple(self.data.train[index] for index in used), "reading"))

    @cached_property
    def _test(self) -> Pool:
        return self._pool(self.data.test, "reading held-out")

    @cached_property
    def _synthetic(self) -> Pool:
        return self._pool(self.synthetic[0], "reading synthetic")

    def _report(self, done: Mapping[ArmRun, Mapping[str, Any]]) -> dict[str, Any]:
        from medsynth_gui.engine.training.trial import NETWORK, SIMULATED, SIZE

        steps = self.request.steps
        pretrained = any(arm.pretrained for arm in self.arms)
        return {"recipe": self.recipe.id, "complete": len(done) == len(self.runs),
                "sets": sorted({item.set_name for item in self.data.train}), "size": SIZE, "network": NETWORK,
                "steps": steps, "batch": BATCH, "passes": steps * BATCH, "seeds": self.request.seeds,
                "images": {"train": len(self.data.train), "test": len(self.data.test),
                           "synthetic": len(self.synthetic[0]), "synthetic_left_out": self.synthetic[1]},
                **({"pretraining": {"phantom": self.recipe.simulator["phantom"], "images": SIMULATED,
                                    "passes": steps * BATCH, "note": "once, shared by every pretrained arm"}}
                   if pretrained else {}),
                "interval": "95 %, seeds and held-out groups resampled", **summarise(self.arms, done),
                **self.runtime.record(), "command": self._command()}

    def _command(self) -> str:
        """As a card names it: sets, no paths."""
        request = self.request
        words = [f"medsynth trial --recipe {self.recipe.id}", *(f"--data {folder.name}" for folder in request.data),
                 *(["--synthetic DIR"] if request.synthetic else []), f"--arms {','.join(request.arms)}",
                 *([f"--real-images {','.join(map(str, request.real_images))}"] if request.real_images else []),
                 f"--seeds {request.seeds} --steps {request.steps} --out DIR"]
        return " ".join(words)
