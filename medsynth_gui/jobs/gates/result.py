"""What a gate says, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from medsynth_gui.core.errors import Message
from medsynth_gui.core.messages import MESSAGES


def gate_title(gate: str) -> Message | None:
    """What a gate stops, in few words; None of one that is not known."""
    identity = f"gate-name-{gate.replace('_', '-')}"
    return Message(identity) if identity in MESSAGES else None


@dataclass(frozen=True)
class Thresholds:
    """Limits of the gates; None takes the one that was calibrated on real images of the generator's kind.

    The calibrated ones stand in the generator's gates.safetensors and in `gates` of its results.json, with the share of
    held-out real images that pass; `medsynth train --recipe ID --init ID --minutes 0 --data SET` measures them again.

    Attributes:
        copy: largest similarity (cosine of copy codes) to a training image that is no copy.
        faithful: least Dice of the mask that the segmenter finds with the mask that was asked for.
        faithful_empty: largest share of the image in which the segmenter may see something where nothing was asked for.
        unlike: largest distance to real images, in shares of what 99 % of real images keep within.
        artefact: the same for saturation, grid, field of view and burned-in marks: the worst of them.
    """

    copy: float | None = None
    faithful: float | None = None
    faithful_empty: float | None = None
    unlike: float | None = None
    artefact: float | None = None

    def over(self, calibrated: Thresholds) -> Thresholds:
        """These limits; where they say nothing, those of `calibrated`."""
        return replace(calibrated, **{name: value for name, value in vars(self).items() if value is not None})


@dataclass(frozen=True)
class GateResult:
    """What one gate says of one image.

    Attributes:
        gate: copy, faithful, faithful-empty, unlike or artefact.
        passed: also True where nothing could be judged, see `judged`.
        value: its figure; `limit` is what it is held against, see `GATES` for the direction.
        judge: what looked: a model id, or what was measured.
        neighbour: id of the real image that is most alike; copy only.
        detail: which artefact, whether pixels were compared, or why nothing could be judged.
    """

    gate: str
    passed: bool
    value: float
    limit: float
    judge: str
    neighbour: str = ""
    detail: str = ""
    judged: bool = True

    @property
    def failed(self) -> bool:
        """Whether the image must not count."""
        return self.judged and not self.passed

    def message(self) -> Message:
        """The sentence for people."""
        kind = "unjudged" if not self.judged else "passed" if self.passed else "failed"
        gate = self.gate if self.judged else "any"
        return Message(f"gate-{gate}-{kind}", {
            "gate": self.gate, "value": round(self.value, 3), "limit": round(self.limit, 3), "judge": self.judge,
            "neighbour": self.neighbour or "-", "detail": self.detail})

    def record(self, *, rejected: bool = False) -> dict[str, Any]:
        """JSON-ready; the neighbour is named only where the image was turned down, by this gate or (`rejected`) any."""
        found: dict[str, Any] = {"gate": self.gate, "passed": self.passed if self.judged else None,
                                 "value": round(self.value, 4) if self.judged else None,
                                 "limit": round(self.limit, 4) if self.judged else None, "judge": self.judge}
        if self.detail:
            found["detail"] = self.detail
        if self.neighbour and (self.failed or rejected):
            found["neighbour"] = self.neighbour
        if self.failed:
            found["reason"] = self.message().english()
        return found


def unjudged(gate: str, why: str) -> GateResult:
    """A gate that cannot say anything; it passes nothing silently."""
    return GateResult(gate, True, 0.0, 0.0, "", detail=why, judged=False)


def accepted(results: Iterable[GateResult]) -> bool:
    """Whether no gate turned an image down."""
    return not any(result.failed for result in results)
