"""A generator, gates and an encoder that need no network: an image is noise of its seed with the mask darkened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pytest

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs import judge_image, nearest_real, synthesize
from medsynth_gui.jobs.catalogue import list_models
from medsynth_gui.jobs.gates import GateResult, Thresholds

Gray = npt.NDArray[np.uint8]
SIZE = 64


@dataclass
class FakeGenerator:
    """Stands for `engine.synthesizer.Synthesizer`.

    Attributes:
        calls: "preview" or "full", in order, each with seed and mask.
        free: an image is finished only while it is set.
    """

    card: ModelCard
    steps: int = 3
    guidance: float = 1.5
    preview_steps: int = 2
    free: threading.Event = field(default_factory=threading.Event)
    calls: list[tuple[str, int, Gray]] = field(default_factory=list)

    @property
    def runtime(self) -> FakeGenerator:
        return self

    def record(self) -> dict[str, str]:
        return {"device": "none"}

    def native_mask(self, mask: Gray) -> Gray:
        rows = max(16, round(SIZE * mask.shape[0] / max(mask.shape)))
        columns = max(16, round(SIZE * mask.shape[1] / max(mask.shape)))
        y = (np.arange(rows) * mask.shape[0] / rows).astype(int)
        x = (np.arange(columns) * mask.shape[1] / columns).astype(int)
        return mask[y][:, x]

    def preview(self, mask: Gray, *, on_step: Callable[[int, int, Gray], None], seed: int,
                between: tuple[int, float] | None = None, **_: object) -> Gray:
        return self._draw("preview", mask, seed, between, self.preview_steps, on_step)

    def synthesize(self, mask: Gray, *, on_step: Callable[[int, int, Gray], None], seed: int,
                   between: tuple[int, float] | None = None, steps: int | None = None, **_: object) -> Gray:
        return self._draw("full", mask, seed, between, steps or self.steps, on_step)

    def _draw(self, kind: str, mask: Gray, seed: int, between: tuple[int, float] | None, steps: int,
              on_step: Callable[[int, int, Gray], None]) -> Gray:
        self.calls.append((kind, seed, mask.copy()))
        noise = np.random.default_rng(seed).normal(120, 30, mask.shape)
        if between:
            other, share = between
            noise = (1 - share) * noise + share * np.random.default_rng(other).normal(120, 30, mask.shape)
        image = np.clip(noise - 70 * (mask > 0), 0, 255).astype(np.uint8)
        for step in range(1, steps + 1):
            self.free.wait(10)
            on_step(step, steps, image)
        return image


@dataclass
class FakeGates:
    """Turns down the seeds it is told to: by the gate "copy" or "faithful"."""

    copies: set[int] = field(default_factory=set)
    unfaithful: set[int] = field(default_factory=set)
    asked: list[Thresholds | None] = field(default_factory=list)

    def of(self, made: synthesize.SyntheticImage) -> tuple[GateResult, ...]:
        seed = made.provenance.seed
        return (GateResult("copy", seed not in self.copies, 0.97 if seed in self.copies else 0.6, 0.9, "enc-fake",
                           neighbour="breast_us_busi/case-01"),
                GateResult("faithful", seed not in self.unfaithful, 0.2 if seed in self.unfaithful else 0.9, 0.5,
                           "seg-fake"))


class FakeEncoder:
    """Codes that are histograms of gray values."""

    def __init__(self) -> None:
        self.card = replace(list_models()[0], weights_sha256="fake")

    def codes(self, images: list[Gray]) -> npt.NDArray[np.float32]:
        found = np.stack([np.histogram(image, 16, (0, 255))[0].astype(np.float32) for image in images])
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def put_back(self, _: object, codes: npt.NDArray[np.float32], __: object) -> npt.NDArray[np.float32]:
        return codes


def fake_generator(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeGenerator, FakeGates]:
    """Have every model of the workspace answered by the fakes."""
    generator, gates = FakeGenerator(list_models("synthesis")[0]), FakeGates()
    generator.free.set()

    def load(card: ModelCard, _: object) -> FakeGenerator:
        generator.card = card
        return generator

    def judge(job: judge_image.JudgeImage, _: object) -> tuple[GateResult, ...]:
        gates.asked.append(job.thresholds)
        return gates.of(job.made)

    monkeypatch.setattr(synthesize, "load_synthesizer", load)
    monkeypatch.setattr(judge_image.JudgeImage, "run", judge)
    monkeypatch.setattr(nearest_real, "load_encoder", lambda _: FakeEncoder())
    return generator, gates
