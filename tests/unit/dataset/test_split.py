from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from medsynth_gui.dataset.split import Part, held_out_groups, is_held_out, part_of, split_groups

NAMES = st.text(min_size=1, max_size=20)


def test_rule_is_the_published_one() -> None:
    digest = hashlib.sha256(b"breast_us_busi/benign-1").digest()
    assert is_held_out("breast_us_busi", "benign-1") == (int.from_bytes(digest[:8], "big") % 5 == 0)


def test_pinned_groups() -> None:
    # A change of the rule would let shipped models see what they are measured on.
    assert held_out_groups("breast_us_busi", (f"benign-{n}" for n in range(1, 21))) == {
        "benign-4", "benign-8", "benign-9", "benign-10", "benign-11", "benign-20"}


@given(NAMES, st.lists(NAMES, max_size=30))
def test_parts_are_disjoint_and_whole(set_name: str, groups: list[str]) -> None:
    parts = split_groups(set_name, groups)
    placed = [group for names in parts.values() for group in names]
    assert sorted(placed) == sorted(set(groups))
    assert set(parts[Part.TEST]) == held_out_groups(set_name, groups)
    assert split_groups(set_name, reversed(groups)) == parts


def test_shares_are_about_a_fifth_and_a_tenth_of_the_rest() -> None:
    parts = split_groups("any", map(str, range(5000)))
    assert 900 < len(parts[Part.TEST]) < 1100
    assert 330 < len(parts[Part.VALIDATION]) < 470


def test_without_validation() -> None:
    assert not split_groups("any", map(str, range(200)), validation_parts=0)[Part.VALIDATION]


def test_set_name_matters() -> None:
    assert [part_of("a", str(n)) for n in range(50)] != [part_of("b", str(n)) for n in range(50)]
