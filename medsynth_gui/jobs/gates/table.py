"""The gates by name, and all of them on one image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message, ModelError
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.jobs.catalogue import Compute, find_model
from medsynth_gui.jobs.features import load_encoder
from medsynth_gui.jobs.gates.artefact import ArtefactGate
from medsynth_gui.jobs.gates.copy import LARGEST_SIMILARITY, CopyGate, Known, known_in
from medsynth_gui.jobs.gates.faithful import LARGEST_FALSE_SHARE, LEAST_DICE, FaithfulGate
from medsynth_gui.jobs.gates.look import Look
from medsynth_gui.jobs.gates.patients import few_patients
from medsynth_gui.jobs.gates.result import GateResult, Thresholds, unjudged
from medsynth_gui.jobs.gates.unlike import UnlikeGate
from medsynth_gui.jobs.segment import load_segmenter
from medsynth_gui.metrics.pixel_copies import PixelLimits

if TYPE_CHECKING:
    from medsynth_gui.engine.features import Encoder
    from medsynth_gui.engine.gate_reference import GateReference, TrainingCodes

Gray = npt.NDArray[np.uint8]
M = TypeVar("M")


class Gate(Protocol):
    """Judges one image."""

    def judge(self, look: Look) -> GateResult: ...


@dataclass(frozen=True)
class GateRow:
    """A limit that a person may set.

    Attributes:
        field: its name in `Thresholds`.
        at_most: the figure must not exceed the limit, else it must reach it.
        low, high, step: what makes sense for it.
    """

    field: str
    at_most: bool
    low: float
    high: float
    step: float


GATES: Mapping[str, GateRow] = {
    "copy": GateRow("copy", True, 0.5, 1.0, 0.01),
    "faithful": GateRow("faithful", False, 0.0, 1.0, 0.01),
    "faithful-empty": GateRow("faithful_empty", True, 0.0, 0.1, 0.001),
    "unlike": GateRow("unlike", True, 0.5, 3.0, 0.05),
    "artefact": GateRow("artefact", True, 0.5, 3.0, 0.05),
}


def calibrated(card: ModelCard) -> Thresholds:
    """The limits that were calibrated for a generator; general ones where it brings none.

    Raises:
        ModelError: its calibration cannot be read.
    """
    from medsynth_gui.engine.gate_reference import read_codes, read_reference

    return _limits(read_reference(card.folder), read_codes(card.folder))


def _limits(reference: GateReference | None, codes: TrainingCodes | None) -> Thresholds:
    measured: Mapping[str, Any] = reference.facts.get("limits", {}) if reference else {}
    return Thresholds(copy=float(codes.facts.get("threshold", LARGEST_SIMILARITY)) if codes else LARGEST_SIMILARITY,
                      faithful=float(measured.get("faithful", LEAST_DICE)),
                      faithful_empty=float(measured.get("faithful_empty", LARGEST_FALSE_SHARE)),
                      unlike=1.0, artefact=1.0)


class Gates:
    """All gates of a generator, loaded once.

    Args:
        thresholds: what a person set; calibrated limits stand for the rest.
        training: folder of training images (a set or a project): a copy is confirmed in their pixels, and images that
            did not come with the generator are looked at, too.

        on_progress: (done, total) of the training images that are described; may raise to cancel.

    A gate whose model or calibration is missing says so in every result.
    """

    def __init__(self, card: ModelCard, thresholds: Thresholds | None = None, compute: Compute | None = None,
                 training: Path | None = None, on_progress: Callable[[int, int], None] | None = None) -> None:
        from medsynth_gui.engine.gate_reference import read_codes, read_reference

        self.card, self._compute, self._training = card, compute or Compute(), training
        self._on_progress = on_progress
        self._size = int(card.input.get("size", 128))
        self._reference, self._codes = read_reference(card.folder), read_codes(card.folder)
        self.limits = (thresholds or Thresholds()).over(_limits(self._reference, self._codes))
        self._gates: dict[str, Gate | str] = {name: make() for name, make in self._rows().items()}

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What a report must say: gates that cannot judge, and a generator of few patients."""
        missing = [unjudged(name, gate).message() for name, gate in self._gates.items() if isinstance(gate, str)]
        few = few_patients(self.card)
        return (*missing, few) if few else tuple(missing)

    def judge(self, image: Gray, mask: Gray) -> tuple[GateResult, ...]:
        """What every gate says of an image and the mask that it was drawn for, both (y, x) uint8 of one size."""
        look = Look(image, mask, self._size, self._encoder if not isinstance(self._encoder, str) else None)
        return tuple(unjudged(name, gate) if isinstance(gate, str) else gate.judge(look)
                     for name, gate in self._gates.items())

    def record(self) -> dict[str, Any]:
        """JSON-ready: limits, judges and how the limits were calibrated."""
        judges = {name: gate if isinstance(gate, str) else "judged" for name, gate in self._gates.items()}
        return {"limits": vars(self.limits), "gates": judges,
                "calibration": dict(self._reference.facts) if self._reference else None,
                "copy_calibration": {name: value for name, value in self._codes.facts.items()
                                     if name not in ("ids", "groups")} if self._codes else None}

    def _rows(self) -> dict[str, Callable[[], Gate | str]]:
        return {"copy": self._copy, "faithful": self._faithful, "unlike": self._unlike, "artefact": self._artefact}

    @cached_property
    def _encoder(self) -> Encoder | str:
        """The encoder, or why there is none."""
        return _or_reason(partial(load_encoder, self._compute))

    def _copy(self) -> Gate | str:
        encoder = self._encoder
        if isinstance(encoder, str):
            return encoder
        known: list[Known] = []
        if self._codes is not None:
            made_by = self._codes.facts.get("encoder_sha256")
            if made_by != encoder.card.weights_sha256:
                return "the codes of its training images were made by another encoder"
            known.append(Known(self._codes.codes, self._codes.ids))
        if self._training is not None:
            known.append(known_in(self._training, encoder, self._size, self._on_progress))
        if not any(one.ids for one in known):
            return "no codes of training images came with the generator, and no training images are at hand"
        facts = self._codes.facts if self._codes else {}
        pixels = PixelLimits(float(facts.get("pixel_limit", PixelLimits.alone)),
                             float(facts.get("suspect_limit", PixelLimits.suspect)))
        return CopyGate(tuple(known), _set(self.limits.copy), encoder.card.id, pixels)

    def _faithful(self) -> Gate | str:
        name = str(self.card.input.get("segmenter", ""))
        if not name:
            return "the generator's card names no segmenter"
        segmenter = _or_reason(lambda: load_segmenter(find_model(name, task="segmentation"), self._compute))
        if isinstance(segmenter, str):
            return segmenter
        return FaithfulGate(segmenter, _set(self.limits.faithful), _set(self.limits.faithful_empty))

    def _unlike(self) -> Gate | str:
        encoder = self._encoder
        if isinstance(encoder, str):
            return encoder
        facts = self._reference.facts if self._reference else {}
        if self._reference is None or "unlike" not in facts.get("limits", {}):
            return "it was not calibrated on real images"
        if facts.get("encoder_sha256") != encoder.card.weights_sha256:
            return "it was calibrated with another encoder"
        return UnlikeGate(self._reference.features, float(facts["limits"]["unlike"]), _set(self.limits.unlike),
                          encoder.card.id)

    def _artefact(self) -> Gate | str:
        if self._reference is None:
            return "it was not calibrated on real images"
        return ArtefactGate(self._reference.facts["limits"]["artefact"], self._reference.fields,
                            _set(self.limits.artefact))


def _set(limit: float | None) -> float:
    assert limit is not None
    return limit


def _or_reason(load: Callable[[], M]) -> M | str:
    """A model, or the sentence that says why it is not there."""
    try:
        return load()
    except ModelError as error:
        return error.message.english().rstrip(".")
