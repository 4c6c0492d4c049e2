"""The target table: counted, proposed, refused where it cannot be, and read back as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.plan import (
    Cell,
    Measured,
    Plan,
    Reach,
    SizeBounds,
    Stratum,
    at_least,
    balance_classes,
    make_plan,
)
from medsynth_gui.dataset.plan_file import read_plan, write_plan
from medsynth_gui.dataset.sample import Sample
from tests.unit.dataset.builders import SCANNED, SIMULATED

BOUNDS = SizeBounds(0.1, 0.3)


def measured(class_name: str, share: float | None, *, synthetic: bool = False, split: str = "train",
             state: ReviewState = ReviewState.APPROVED, scanner: str = "") -> Measured:
    return Measured(Sample("id", "group", Path("image.png"), "", 10, 10, SIMULATED if synthetic else SCANNED,
                           class_name, review=Review(state), split=split, scanner=scanner), share)


def table(*rows: tuple[str, str, int, int]) -> Plan:
    return Plan(tuple(Cell(Stratum(name, size=size), real, target=target) for name, size, real, target in rows), BOUNDS)


def test_samples_are_counted_by_class_and_size() -> None:
    plan = make_plan([measured("benign", 0.05), measured("benign", 0.1), measured("benign", 0.2, synthetic=True),
                      measured("benign", 0.2, synthetic=True, state=ReviewState.REJECTED),
                      measured("benign", 0.2, split="test"), measured("normal", 0.0), measured("normal", None)],
                     bounds=BOUNDS, classes=("malignant",))
    counts = {cell.stratum.key: (cell.real, cell.synthetic) for cell in plan.cells}
    assert counts == {"benign/small": (1, 0), "benign/medium": (1, 1), "benign/large": (0, 0),
                      "normal/empty": (1, 0), "malignant/empty": (0, 0), "malignant/small": (0, 0),
                      "malignant/medium": (0, 0), "malignant/large": (0, 0)}
    assert plan.unplaced == 1
    assert plan.missing == 0
    everything = make_plan([measured("benign", 0.2, split="test")], bounds=BOUNDS, part="")
    assert everything.cell(Stratum("benign", size="medium")).real == 1


def test_rows_may_go_by_scanner_and_view() -> None:
    plan = make_plan([measured("benign", 0.2, scanner="A"), measured("benign", 0.2, scanner="B")],
                     facets=("class", "scanner"))
    assert [cell.stratum.key for cell in plan.cells] == ["benign/A", "benign/B"]
    with pytest.raises(UsageError, match="rows of a plan cannot be colour"):
        make_plan([], facets=("colour",))


def test_thirds_part_the_labelled_images() -> None:
    bounds = SizeBounds.thirds([0.0, *(number / 100 for number in range(1, 31))])
    sizes = [bounds.name(number / 100) for number in range(1, 31)]
    assert [sizes.count(size) for size in ("small", "medium", "large")] == [10, 10, 10]
    assert SizeBounds.thirds([0.2, 0.2]) == SizeBounds()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["small", "medium", "large"]), st.integers(0, 50)),
                min_size=1, unique_by=lambda row: row[:2]))
def test_balanced_classes_are_as_large_as_the_largest_and_lose_nothing(rows: list[tuple[str, str, int]]) -> None:
    plan = balance_classes(table(*((name, size, real, 0) for name, size, real in rows)))
    totals = {name: sum(cell.target for cell in plan.cells if cell.stratum.class_name == name)
              for name in plan.classes}
    largest = max(sum(cell.real for cell in plan.cells if cell.stratum.class_name == name) for name in plan.classes)
    assert set(totals.values()) == {largest}
    assert all(cell.target >= cell.real for cell in plan.cells)


def test_balancing_keeps_the_mix_of_sizes_and_spares_rows_that_cannot_be_filled() -> None:
    plan = table(("benign", "small", 60, 0), ("benign", "large", 40, 0), ("malignant", "small", 10, 0),
                 ("malignant", "large", 30, 0))
    targets = [cell.target for cell in balance_classes(plan).cells]
    assert targets == [60, 40, 25, 75]
    spared = balance_classes(plan, lambda stratum: stratum.size != "small")
    assert [cell.missing for cell in spared.cells] == [0, 0, 0, 60]
    assert [cell.target for cell in at_least(plan, 35).cells] == [60, 40, 35, 35]


@pytest.mark.parametrize("target", [-1, 1_000_001])
def test_impossible_numbers_are_refused(target: int) -> None:
    with pytest.raises(UsageError, match="target of benign/small"):
        table(("benign", "small", 1, 1)).with_targets({Stratum("benign", size="small"): target})


@pytest.mark.parametrize(("stratum", "message"), [
    (Stratum("benign", size="small"), None), (Stratum("cyst", size="small"), "class-unknown"),
    (Stratum("benign", scanner="A"), "plan-not-aimed"), (Stratum("benign", size="empty"), "plan-class-drawn"),
    (Stratum("normal", size="small"), "plan-class-empty")])
def test_what_a_generator_cannot_aim_at_is_said(stratum: Stratum, message: str | None) -> None:
    plan = table(("benign", "small", 5, 9), ("normal", "empty", 5, 9))
    problem = Reach("m", ("benign", "normal")).problem(plan, stratum)
    assert (problem.id if problem else None) == message


def test_a_plan_file_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    plan = make_plan([measured('be"nign', 0.2, scanner="A é"), measured("normal", None)], bounds=BOUNDS,
                     facets=("class", "scanner", "size"), part="")
    plan = at_least(plan, 7)
    write_plan(tmp_path / "plan.toml", plan)
    assert read_plan(tmp_path / "plan.toml") == plan
    assert "frame" not in (tmp_path / "plan.toml").read_text()


@pytest.mark.parametrize(("frame", "kept"), [("whole", ("whole", "")), ("2", ("2", "m")), ("seed", ("seed", ""))])
def test_a_frame_stands_in_the_plan_file_a_number_with_its_generator(tmp_path: Path, frame: str,
                                                                     kept: tuple[str, str]) -> None:
    plan = table(("benign", "small", 5, 9)).with_frame("1", "other").with_frame(frame, "m")
    write_plan(tmp_path / "plan.toml", plan)
    assert read_plan(tmp_path / "plan.toml") == plan and (plan.frame, plan.frame_model) == kept
    assert plan.frame_for("m") == frame and plan.frame_for("n") == ("seed" if frame == "2" else frame)
    assert table(("benign", "small", 5, 7)).with_wishes_of(plan) == plan
    typed = (tmp_path / "typed.toml")
    typed.write_text("frame = 2\n[[cells]]\nclass = 'benign'\ntarget = 9")
    assert read_plan(typed).frame_for("any") == "2"


@pytest.mark.parametrize(("text", "error", "words"), [
    ("cells = [", InputError, "plan.toml cannot be used"),
    ("part = 'train'", InputError, r"it has no \[\[cells\]\]"),
    ("[[cells]]\nclass = 'a'\nsize = 'tiny'\ntarget = 3", InputError, "size 'tiny'"),
    ("[[cells]]\nclass = 'a'\ntarget = 2.5", InputError, "not a whole number"),
    ("[[cells]]\nclass = 'a'\nwanted = 2", InputError, "wanted"),
    ("[[cells]]\ntarget = 2\n[[cells]]\ntarget = 3", InputError, "names all twice"),
    ("[[cells]]\nclass = 'a'\ntarget = -3", UsageError, "target of a is -3"),
    ("[[cells]]\nclass = 'a'\ntarget = 99999999", UsageError, "1,000,000"),
    ("frame = 'left'\n[[cells]]\ntarget = 2", InputError, "its frame is 'left'"),
    ("frame = true\n[[cells]]\ntarget = 2", InputError, "its frame is 'True'"),
    ("sizes = [0.3, 0.1]\n[[cells]]\ntarget = 2", UsageError, "0.3 and 0.1"),
])
def test_a_plan_that_makes_no_sense_is_refused(tmp_path: Path, text: str, error: type[Exception], words: str) -> None:
    (tmp_path / "plan.toml").write_text(text)
    with pytest.raises(error, match=words):
        read_plan(tmp_path / "plan.toml")
