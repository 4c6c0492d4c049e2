"""The queue as a job: judged once, in turns, by content; and the agreement of readers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, ModelError, UsageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.paths import models
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.ranking import Order
from medsynth_gui.dataset.reviewing import read_again
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.review_words import reason_words
from medsynth_gui.jobs import doubts, rank
from medsynth_gui.jobs.agreement import MeasureAgreement
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.judging import Opinion, likeness, mean_entropy
from medsynth_gui.jobs.open_sample import OpenSample
from medsynth_gui.jobs.rank import Ranking, RankProject
from tests.builders import disc, ramp
from tests.unit.dataset.builders import SCANNED, small_project

Answers = dict[str, tuple[float, float | None] | tuple[float, float | None, bool] | str]
MODELS = ("m", "n", "mute")


class Judge:
    """Stands in for the models of `MODELS`, of which the last cannot say what it was taught with.

    Attributes:
        answers: by sample the figures; the third says that the image is unlike what m was taught with. A name of a
            model stands for its image: that model alone is like it, and says (0.5, 0.5).
        asked: samples that any model was asked about; segmented: model and sample.
    """

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.asked: list[str] = []
        self.segmented: list[tuple[str, str]] = []

    def __call__(self, answers: Answers) -> list[str]:
        self.answers = answers
        return self.asked

    def read(self, path: Path) -> str:
        self.asked.append(path.stem)
        if path.stem not in self.answers:
            raise InputError("file-unreadable", path=path.stem, detail="torn")
        return path.stem

    def alike(self, image: str) -> str:
        answer = self.answers[image]
        return answer if isinstance(answer, str) else "" if len(answer) > 2 else "m"

    def judges(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(opinion=self.opinion, suiting=self.suiting)

    def suiting(self, image: str, models: Iterable[str]) -> str:
        return next((model for model in models if model == self.alike(image)), "")

    def opinion(self, model: str, sample: Sample, image: str) -> Opinion:
        self.segmented.append((model, image))
        answer = self.answers[image]
        return Opinion(0.5, 0.5) if isinstance(answer, str) else Opinion(*answer[:2])


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Puts a judge of known answers in the place of the models."""
    made = Judge()

    def find(ref: str, *, task: str = "") -> SimpleNamespace:
        if task == "encoder" or ref not in MODELS:
            raise ModelError("model-missing", model=ref, known="none")
        return card(ref)

    for module in (rank, doubts):
        monkeypatch.setattr(module, "find_model", find)
    monkeypatch.setattr(doubts, "SegmenterJudges", made.judges)
    monkeypatch.setattr(doubts, "read_gray", made.read)
    monkeypatch.setattr(doubts, "tells_likeness", lambda card: card.id != "mute")
    monkeypatch.setattr(rank, "list_models", lambda *_, **__: [card(name) for name in MODELS])
    return made


def card(name: str) -> SimpleNamespace:
    return SimpleNamespace(id=name, title=f"Judge {name}", weights_sha256=name, folder=models() / name)


def run(folder: Path, order: Order, **request: object) -> Ranking:
    return RankProject(folder, order, "m", **request).run(JobContext())


def names(ranking: Ranking) -> list[str]:
    return [one.sample.id for one in ranking.items]


def test_nothing_is_judged_twice_and_a_new_mask_is_judged_anew(tmp_path: Path,
                                                              judge: Judge) -> None:
    asked = judge({"scan-0": (0.1, 0.9), "scan-1": (0.2, 0.3), "scan-2": (0.3, 0.6)})
    small_project(tmp_path / "p").close()
    turn = run(tmp_path / "p", Order.WRONG, seconds=1e-6)
    assert (turn.judged, turn.to_judge, len(asked)) == (1, 3, 1)  # a short turn gets somewhere, and no further
    assert run(tmp_path / "p", Order.WRONG, seconds=0.0).judged == 1
    whole = run(tmp_path / "p", Order.WRONG)
    assert names(whole) == ["scan-1", "scan-2", "scan-0"] and sorted(asked) == ["scan-0", "scan-1", "scan-2"]
    assert [(one.reason, round(one.value, 3)) for one in whole.items[:1]] == [("dice", 0.3)]
    assert names(run(tmp_path / "p", Order.UNCERTAIN)) == ["scan-2", "scan-1", "scan-0"] and len(asked) == 3
    from medsynth_gui.dataset.project import Project

    with Project.open(tmp_path / "p") as project:
        project.set_mask("scan-0", disc(48, 64, center=(9, 9), radius=3))
        project.set_review("scan-2", Review(ReviewState.APPROVED, "AB"))
    again = run(tmp_path / "p", Order.WRONG)
    assert asked[3:] == ["scan-0"] and "scan-2" not in names(again)
    assert (again.reviewed, again.total) == (1, 3)


def test_an_image_unlike_those_of_training_has_no_figure_and_stands_below_the_others(
        tmp_path: Path, judge: Judge) -> None:
    asked = judge({"scan-0": (0.1, 0.9), "scan-1": (0.9, 0.0, True), "scan-2": (0.3, 0.6)})
    small_project(tmp_path / "p").close()
    for order in (Order.WRONG, Order.UNCERTAIN):
        found = run(tmp_path / "p", order)
        assert names(found) == ["scan-2", "scan-0", "scan-1"] and (found.judged, len(asked)) == (3, 3)
        assert (found.items[2].reason, found.items[2].value) == ("unlike", None)
        assert "Unlike the images" in reason_words(found.items[2]) and found.notes[0].params["count"] == 1


def test_each_image_is_judged_by_the_model_that_suits_it_and_what_none_knows_comes_first(tmp_path: Path,
                                                                                          judge: Judge) -> None:
    judge({"scan-0": "mute", "scan-1": "n", "scan-2": (0.9, 0.2)})
    small_project(tmp_path / "p").close()
    for order, expected in ((Order.WRONG, ["scan-0", "scan-2", "scan-1"]),
                            (Order.UNCERTAIN, ["scan-0", "scan-2", "scan-1"])):
        found = run(tmp_path / "p", order, others=True)
        assert names(found) == expected and found.judged == 3 and not found.failed
        assert judge.segmented == [("n", "scan-1"), ("m", "scan-2")], "the second order knows it all"
    first = found.items[0]
    assert (first.reason, first.value) == ("unlike-any", None) and "any model" in reason_words(first)
    assert [(note.id, note.params["count"]) for note in found.notes] == [("queue-unlike-any", 1)]
    assert found.judge == "Judge m, Judge n"
    alone = run(tmp_path / "p", Order.UNCERTAIN)
    assert [one.reason for one in alone.items] == ["entropy", "unlike", "unlike"] and alone.judge == "Judge m"
    assert len(judge.asked) == 3


def test_where_one_model_suits_all_no_other_is_looked_for(tmp_path: Path, judge: Judge,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    judge({f"scan-{number}": (0.1 * number, 0.5) for number in range(3)})
    small_project(tmp_path / "p").close()
    alone = run(tmp_path / "p", Order.UNCERTAIN)
    monkeypatch.setattr(rank, "list_models", None)
    assert run(tmp_path / "p", Order.UNCERTAIN, others=True) == alone and len(judge.segmented) == 3


def test_another_preferred_model_is_asked_and_what_is_known_of_the_others_stays(tmp_path: Path, judge: Judge) -> None:
    judge({"scan-0": "n", "scan-1": "n", "scan-2": (0.9, 0.2)})
    small_project(tmp_path / "p").close()
    run(tmp_path / "p", Order.WRONG, others=True)
    judge.segmented.clear()
    found = RankProject(tmp_path / "p", Order.WRONG, "n", others=True).run(JobContext())
    assert judge.segmented == [] and judge.asked[3:] == ["scan-2"] and found.judged == 3
    gone = RankProject(tmp_path / "p", Order.WRONG, "gone", others=True).run(JobContext())
    assert gone.judged == 3 and gone.notes == ()
    assert [note.id for note in RankProject(tmp_path / "p", Order.WRONG, "gone").run(JobContext()).notes] == \
        ["queue-no-model"]


def test_one_bad_image_is_named_and_stops_nothing(tmp_path: Path, judge: Judge) -> None:
    judge({"scan-0": (0.1, 0.9), "scan-2": (0.3, 0.6)})
    small_project(tmp_path / "p").close()
    found = run(tmp_path / "p", Order.WRONG)
    assert names(found) == ["scan-2", "scan-0", "scan-1"] and found.exit_code == 1
    assert [failure.path for failure in found.failed] == ["scan-1"]


def test_without_the_encoder_pictures_stand_in_and_what_is_unlabelled_comes_first(
        tmp_path: Path, judge: Judge) -> None:
    judge({})
    with small_project(tmp_path / "p") as project:
        for number, roll in enumerate((1, 20)):
            project.add_image(np.roll(ramp(), roll, axis=1), SCANNED, id=f"bare-{number}", group=f"b{number}")
    found = run(tmp_path / "p", Order.UNLIKE)
    assert [note.id for note in found.notes] == ["queue-no-encoder"]
    assert names(found)[:2] == ["bare-1", "bare-0"] and len(names(found)) == 5
    assert found.items[0].value > found.items[1].value and found.items[2].reason == ""
    assert {one.reason for one in run(tmp_path / "p", Order.ATYPICAL).items} == {"typical"}


def test_entropy_counts_where_a_label_is_in_question() -> None:
    sure, half = np.zeros((2, 4, 4), np.float32), np.full((2, 4, 4), 0.5, np.float32)
    sure[0] = 1
    assert mean_entropy(sure) == 0.0 and mean_entropy(half) == pytest.approx(1.0)
    one = sure.copy()
    one[:, 0, 0] = 0.5
    assert mean_entropy(one) == pytest.approx(1.0)  # a small doubtful spot in a clear image is not averaged away


def test_model_and_mask_are_compared_by_the_names_of_their_labels() -> None:
    proposal, mask = np.array([[1, 1, 2, 0]], np.uint8), np.array([[5, 5, 0, 9]], np.uint8)
    assert likeness(proposal, mask, {1: 5}) == 1.0
    assert likeness(proposal, mask, {}) == pytest.approx(2 * 2 / 6)
    assert likeness(np.zeros_like(mask), np.zeros_like(mask), {}) == 1.0


def test_agreement_of_a_project_in_mm_the_most_disputed_first(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        with pytest.raises(InputError):
            MeasureAgreement(tmp_path / "p").run(JobContext())
        project.add_image(ramp()[::-1].copy(), SCANNED, id="mm", group="g", spacing=PixelSpacing(0.5, 0.5, "manual"),
                          mask=disc(48, 64, center=(20, 20), radius=6))
        for identity, radius in (("mm", 6), ("scan-0", 3)):
            project.set_review(identity, Review(ReviewState.NEEDS_REVIEW, "AB"))
            read_again(project, identity, "CD", disc(48, 64, center=(20, 20), radius=radius))
    record = MeasureAgreement(tmp_path / "p").run(JobContext()).record()
    pair, = record["pairs"]
    assert pair["readers"] == ["AB", "CD"] and [row["id"] for row in pair["rows"]] == ["scan-0", "mm"]
    assert pair["rows"][1]["unit"] == "mm" and pair["rows"][1]["disagreement"] == 0.0
    with pytest.raises(UsageError):
        MeasureAgreement(tmp_path / "p", ("ZZ",)).run(JobContext())


def test_a_frame_of_an_open_cine_is_shown_there(tmp_path: Path) -> None:
    from medsynth_gui.core.image import ImageSeries

    cine = ImageSeries.from_array(np.stack([np.roll(ramp(), step, axis=1) for step in range(4)]), title="clip.dcm")
    other = ImageSeries.from_array(np.zeros((4, 48, 64), np.uint8), title="clip.dcm")
    with small_project(tmp_path / "p", samples=0) as project:
        made = project.add_frame(cine, 2)
    opened = OpenSample(tmp_path / "p", made.id, (("no", other), ("yes", cine))).run(JobContext())
    assert (opened.cine, opened.frame, opened.mask) == ("yes", 2, None)
    assert OpenSample(tmp_path / "p", made.id).run(JobContext()).cine == ""
