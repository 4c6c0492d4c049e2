"""What a trial says, whichever way it comes out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from medsynth_gui.core.ablation import verdicts
from medsynth_gui.core.errors import UsageError
from medsynth_gui.jobs.trial_arms import ARMS, ArmRun, chosen_arms, runs_of, to_beat
from medsynth_gui.jobs.trial_summary import summarise


def scores(dice: np.ndarray, *, hit: bool = False) -> dict:
    rows = [{"id": str(n), "group": f"set/{n}", "dice": float(value), "false_hit": False}
            for n, value in enumerate(dice)]
    rows.append({"id": "normal", "group": "set/normal", "dice": None, "false_hit": hit})
    return {"rows": rows, "seconds": 1.0, "steps": 3, "real_images": 7, "synthetic_images": 0}


def told(gain: float) -> dict:
    """What is said of an arm that is better by `gain`, give or take 0.02 an image."""
    rng = np.random.default_rng(3)
    base, other = ARMS["real"], ARMS["classic"]
    done = {}
    for seed in (1, 2, 3):
        before = rng.uniform(0.4, 0.8, 30)
        done[ArmRun(base, None, seed)] = scores(before)
        done[ArmRun(other, None, seed)] = scores(before + gain + rng.normal(0, 0.02, 30), hit=True)
    return summarise((base, other), done)


@pytest.mark.parametrize(("gain", "words"), [(0.05, "it helps"), (-0.05, "it does harm"), (0.0, "not shown to help")])
def test_the_sentence_follows_the_interval(gain, words):
    report = told(gain)
    [sentence] = [row["sentence"] for row in report["differences"]]
    assert words in sentence and "3 seed(s) and 30 held-out groups" in sentence
    assert report["differences"][0]["difference"][0] == pytest.approx(gain, abs=0.01)


def test_a_card_tells_what_its_trial_said_and_is_shown_without_a_damaged_one(tmp_path):
    assert not verdicts(tmp_path)
    report = told(0.05)
    report["differences"].append({"message": {"id": "of a later version"}})
    (tmp_path / "ablation.json").write_text(json.dumps(report), encoding="utf-8")
    [message] = verdicts(tmp_path)
    assert message.id == "trial-helps" and message.english() == report["differences"][0]["sentence"]
    (tmp_path / "ablation.json").write_text("{", encoding="utf-8")
    assert not verdicts(tmp_path)


def test_images_without_a_label_count_as_false_hits_alone():
    real, classic = told(0.0)["arms"]
    assert real["false_positive_rate"][0] == 0 and classic["false_positive_rate"][0] == 1
    assert len(classic["dice_by_seed"]) == 3 and 0.4 < classic["dice"][0] < 0.8


def test_an_arm_without_real_images_runs_once_a_seed_and_pairs_are_trained_together():
    arms = chosen_arms(["real", "synthetic", "real"])
    runs = runs_of(arms, (10, 25), 2)
    assert [run.name for run in runs] == ["real-10-seed1", "synthetic-10-seed1", "real-25-seed1",
                                          "real-10-seed2", "synthetic-10-seed2", "real-25-seed2"]


def test_what_is_to_be_beaten():
    assert to_beat(chosen_arms(["pretrained", "fresh"])).name == "fresh"
    assert to_beat(chosen_arms(["synthetic", "classic", "real"])).name == "real"
    assert to_beat(chosen_arms(["synthetic"])).name == "synthetic"


@pytest.mark.parametrize("names", [["real", "reel"], [""]])
def test_an_unknown_arm_is_a_sentence_with_the_known_ones(names):
    with pytest.raises(UsageError, match="classic"):
        chosen_arms(names)
