"""Latency: how long a segmenter or a click takes here, written beside the other figures of the model."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.io.atomic import write_json
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.job import JobContext, Lane

_SIDE, _SEED = 256, 7
_TASKS = ("segmentation", "refinement")


@dataclass(frozen=True)
class MeasureLatency:
    """Time a model on a 256 x 256 image, fp32, and write `latency_ms` into its results.json.

    Attributes:
        threads: each number is measured.
        rounds: of which median and best are kept; the best is nearest to what an idle machine does.
    """

    model: str
    threads: tuple[int, ...] = (1, 2)
    rounds: int = 20
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-latency", {"model": model_name(self.model)})

    def run(self, ctx: JobContext) -> dict[str, Any]:
        """Figures by number of threads.

        Raises:
            ModelError: there is no such model, or it is of a task that nobody waits for.
            StorageError: its folder cannot be written.
        """
        card = find_model(self.model)
        if card.task not in _TASKS:
            raise ModelError("model-wrong-task", model=card.id, task=card.task, wanted=" or ".join(_TASKS))
        found: dict[str, Any] = {"image": f"{_SIDE} x {_SIDE}", "what": "a click" if card.task == "refinement" else
                                 "a frame", "processor": platform.processor() or platform.machine()}
        for number, threads in enumerate(self.threads):
            def tell(done: int, before: int = number * self.rounds) -> None:
                ctx.checkpoint(before + done, len(self.threads) * self.rounds)

            work, ran = _work(card, Compute("cpu", "fp32", threads))
            found[f"fp32, {threads} thread{'s' * (threads > 1)}"] = {**_timed(work, self.rounds, tell),
                                                                     "library": ran["library"]}
        path = card.folder / "results.json"
        results: dict[str, Any] = {}
        with suppress(FileNotFoundError, ValueError):
            results = json.loads(path.read_text(encoding="utf-8"))
        write_json(path, {**results, "latency_ms": found})
        return {"model": card.id, "latency_ms": found}


def _work(card: ModelCard, compute: Compute) -> tuple[Callable[[], object], dict[str, Any]]:
    """What a person waits for, and what it runs on."""
    from medsynth_gui.core.prompts import Prompts
    from medsynth_gui.engine.simulator import simulate
    from medsynth_gui.jobs.refine import load_refiner
    from medsynth_gui.jobs.segment import load_segmenter

    case = simulate("breast-lesion", seed=_SEED, size=_SIDE, severity=1)
    gray = case.images[0]
    if card.task == "segmentation":
        segmenter = load_segmenter(card, compute)
        return (lambda: segmenter.segment(gray)), segmenter.ran()
    refiner = load_refiner(str(card.folder), compute)
    prompts = Prompts.empty(*gray.shape)
    prompts.positive[_SIDE // 2, _SIDE // 2] = True
    return (lambda: refiner.refine(gray, prompts)), refiner.ran()


def _timed(work: Callable[[], object], rounds: int, tell: Callable[[int], None]) -> dict[str, float]:
    """Median, best and processor time of `work` in ms, after two calls that are not counted."""
    work()
    work()
    wall: list[float] = []
    processor: list[float] = []
    for done in range(rounds):
        tell(done)
        began, before = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - began) * 1e3)
        processor.append((time.process_time() - before) * 1e3)
    return {"median": _rounded(statistics.median(wall)), "best": _rounded(min(wall)),
            "processor_median": _rounded(statistics.median(processor))}


def _rounded(value: float) -> float:
    return round(value, 1)


def latency_models(ids: Sequence[str]) -> tuple[str, ...]:
    """The models to time: those named, else every installed one that somebody waits for."""
    from medsynth_gui.jobs.catalogue import list_models

    return tuple(ids) or tuple(card.id for card in list_models() if card.task in _TASKS)
