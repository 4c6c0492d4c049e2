"""Arms of a trial as values: what each trains on, from which start, and which of them is the one to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medsynth_gui.core.errors import UsageError


@dataclass(frozen=True)
class Arm:
    """A row of the table of arms.

    Attributes:
        real: trains on real images; `synthetic` on synthetic ones. With both, every batch holds half of each.
        augmented: the images are changed as the recipe says (geometry and gray).
        pretrained: starts from weights that learned on the simulator alone.
    """

    name: str
    title: str
    real: bool = True
    synthetic: bool = False
    augmented: bool = True
    pretrained: bool = False


ARMS: Mapping[str, Arm] = {arm.name: arm for arm in (
    Arm("real", "real", augmented=False),
    Arm("classic", "real + classic augmentation"),
    Arm("real+synthetic", "real + synthetic", synthetic=True, augmented=False),
    Arm("classic+synthetic", "real + classic augmentation + synthetic", synthetic=True),
    Arm("synthetic", "synthetic only", real=False, synthetic=True, augmented=False),
    Arm("fresh", "fresh weights"),
    Arm("pretrained", "pretrained on the simulator", pretrained=True),
)}
_TO_BEAT = ("real", "fresh", "classic")


@dataclass(frozen=True)
class ArmRun:
    """One training of a trial.

    Attributes:
        images: how many real ones; None for all.
    """

    arm: Arm
    images: int | None
    seed: int

    @property
    def name(self) -> str:
        """The name of its folder."""
        return "-".join([self.arm.name, *([str(self.images)] if self.images else []), f"seed{self.seed}"])


def chosen_arms(names: Sequence[str]) -> tuple[Arm, ...]:
    """The rows of these names, each once, in their order.

    Raises:
        UsageError: there is no such arm, or none was named.
    """
    wanted = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    unknown = [name for name in wanted if name not in ARMS]
    if unknown or not wanted:
        raise UsageError("choice-unknown", what="an arm", name=", ".join(unknown) or "nothing", known=", ".join(ARMS))
    return tuple(ARMS[name] for name in wanted)


def to_beat(arms: Sequence[Arm]) -> Arm:
    """The arm that the others are compared with."""
    by_name = {arm.name: arm for arm in arms}
    return next((by_name[name] for name in _TO_BEAT if name in by_name), arms[0])


def runs_of(arms: Sequence[Arm], images: Sequence[int | None], seeds: int) -> tuple[ArmRun, ...]:
    """Every training, seed by seed, so that a trial that is cut short compares whole rounds.

    An arm without real images is the same whatever their number: it runs once a seed.
    """
    return tuple(ArmRun(arm, count, seed) for seed in range(1, seeds + 1) for place, count in enumerate(images)
                 for arm in arms if arm.real or place == 0)
