"""What the arms of a trial say together: a row per arm, paired differences, and a sentence each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.jobs.comparison import signed
from medsynth_gui.jobs.trial_arms import Arm, ArmRun, to_beat
from medsynth_gui.metrics.bootstrap import Interval
from medsynth_gui.metrics.trial import over_seeds_and_groups

Row = Mapping[str, Any]
Scores = npt.NDArray[np.float64]


def summarise(arms: Sequence[Arm], done: Mapping[ArmRun, Mapping[str, Any]]) -> dict[str, Any]:
    """The tables of trial.json.

    Args:
        done: scores.json of each finished training: `rows` (one per held-out image), seconds, steps, images.
    """
    base = to_beat(arms)
    cells: dict[tuple[Arm, int | None], list[ArmRun]] = {}
    for run in done:
        cells.setdefault((run.arm, run.images), []).append(run)
    table = [_arm_row(arm, images, [done[run] for run in runs]) for (arm, images), runs in cells.items()]
    differences = [found for (arm, images), runs in cells.items() if arm is not base
                   and (found := _difference(arm, base, images, runs, done))]
    return {"base": base.name, "arms": table, "differences": differences}


def _arm_row(arm: Arm, images: int | None, finished: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    scores, groups = _dice(finished)
    rows = finished[0]["rows"]
    empty = [row for row in rows if row["dice"] is None]
    hits = np.array([[row["false_hit"] for row in one["rows"] if row["dice"] is None] for one in finished], float)
    return {"arm": arm.name, "title": arm.title, "real_images": finished[0]["real_images"],
            "synthetic_images": finished[0]["synthetic_images"], **({"asked": images} if images else {}),
            "seeds": len(finished), "dice": _interval(over_seeds_and_groups(scores, groups)),
            "dice_by_seed": [round(float(row.mean()), 4) for row in scores],
            "missed": round(float((scores < 0.01).mean()), 4),
            **({"false_positive_rate": _interval(over_seeds_and_groups(hits, [row["group"] for row in empty]))}
               if empty else {}),
            "seconds": [round(one["seconds"], 1) for one in finished]}


def _difference(arm: Arm, base: Arm, images: int | None, runs: Sequence[ArmRun],
                done: Mapping[ArmRun, Mapping[str, Any]]) -> dict[str, Any] | None:
    """The arm less the arm to beat, paired by seed and image; None where they share no seed."""
    pairs = [(run, other) for run in runs if (other := ArmRun(base, images, run.seed)) in done]
    if not pairs:
        return None
    after, groups = _dice([done[run] for run, _ in pairs])
    before, _ = _dice([done[run] for _, run in pairs])
    gain = over_seeds_and_groups(after - before, groups)
    said = verdict(arm, base, images, before.mean(), after.mean(), gain, len(pairs))
    return {"arm": arm.name, "base": base.name, **({"asked": images} if images else {}),
            "difference": _interval(gain), "share_of_base": round(float(after.mean() / max(before.mean(), 1e-9)), 4),
            "seeds": len(pairs), "groups": gain.groups,
            "sentence": said.english(), "message": {"id": said.id, "params": dict(said.params)}}


def verdict(arm: Arm, base: Arm, images: int | None, before: float, after: float, gain: Interval,
            seeds: int) -> Message:
    """Whether an arm helps: only an interval that leaves zero out says so, either way."""
    found = "trial-helps" if gain.low > 0 else "trial-harms" if gain.high < 0 else "trial-not-shown"
    return Message(found, {"arm": arm.title, "base": base.title, "after": f"{after:.3f}", "before": f"{before:.3f}",
                           "images": f" at {images} real images" if images else "",
                           **dict(zip(("gain", "low", "high"), signed(gain.estimate, gain.low, gain.high),
                                      strict=True)),
                           "seeds": seeds, "groups": gain.groups})


def _dice(finished: Sequence[Mapping[str, Any]]) -> tuple[Scores, list[str]]:
    """(seeds, images with a label) and the group of each of these images."""
    scores = [[row["dice"] for row in one["rows"] if row["dice"] is not None] for one in finished]
    return np.array(scores, np.float64), [row["group"] for row in finished[0]["rows"] if row["dice"] is not None]


def _interval(found: Interval) -> list[float]:
    return [round(found.estimate, 4), round(found.low, 4), round(found.high, 4)]
