"""Readings beside the mask of a project, their adjudication, and what is first in the queue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.consensus import Consensus, merge
from medsynth_gui.core.errors import ProjectError, UsageError
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.ranking import Ranked, atypicality, by_value, farthest_first
from medsynth_gui.dataset.reviewing import adjudicate, adjudicated, read_again, take_back, waits_for
from medsynth_gui.io.raster_files import read_labels
from tests.builders import disc
from tests.unit.dataset.builders import small_project

SECOND = disc(48, 64, center=(24, 24), radius=6)


def asked(project: Project, identity: str = "scan-0") -> None:
    project.set_review(identity, Review(ReviewState.NEEDS_REVIEW, "AB"))


def test_both_masks_are_kept_and_the_first_readers_stays_the_projects(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        asked(project)
        before = project.sample("scan-0")
        assert waits_for(before, "CD", frozenset()) and not waits_for(before, "AB", frozenset())
        read_again(project, "scan-0", "CD", SECOND)
        read_again(project, "scan-0", "CD", np.roll(SECOND, 1, 0))  # once more: the reader's own is replaced
        assert project.sample("scan-0") == before
        first, second = project.readings.of("scan-0")
        assert (first.reader, second.reader) == ("AB", "CD")
        assert np.array_equal(read_labels(first.mask), read_labels(before.mask))
        assert np.array_equal(read_labels(second.mask), np.roll(SECOND, 1, 0))
        assert len(list((project.folder / "readings").iterdir())) == 2 and project.check().sound
        for reader, message in (("AB", "reader-same"), ("", "reader-unnamed")):
            with pytest.raises(UsageError) as error:
                read_again(project, "scan-0", reader, SECOND)
            assert error.value.message.id == message
    with Project.open(tmp_path / "p", writable=False) as project:
        assert len(project.readings.of("scan-0")) == 2
        with pytest.raises(ProjectError):
            project.readings.remove("scan-0")


def test_an_adjudication_says_what_it_was_made_from_and_can_be_taken_back_after_a_restart(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        asked(project)
        before = project.sample("scan-0")
        read_again(project, "scan-0", "CD", SECOND)
        masks = [read_labels(one.mask) for one in project.readings.of("scan-0")]
        for how in (Consensus.UNION, Consensus.INTERSECTION):  # the second thought keeps what was before the first
            made = adjudicate(project, "scan-0", merge(masks, how), how, reader="XY")
        assert adjudicated(made) and made.review.reader == "XY" and made.review.state is ReviewState.APPROVED
        facts = made.mask_provenance.parameters
        assert (facts["decision"], facts["readers"], facts["reader"]) == ("intersection", ["AB", "CD"], "XY")
        assert made.mask_provenance.parents == tuple(one.mask_sha256 for one in project.readings.of("scan-0"))
        assert project.check().sound and not project.check().orphans
    with Project.open(tmp_path / "p") as project:
        assert take_back(project, "scan-0") == before
        assert take_back(project, "scan-0") is None
        assert project.check().sound and not project.check().orphans
        project.remove("scan-0")
        assert not project.readings.all() and not list((project.folder / "readings").iterdir())


def test_a_reading_that_was_altered_outside_is_found(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        asked(project)
        reading = read_again(project, "scan-0", "CD", SECOND)
        reading.mask.write_bytes(b"not what it was")
        assert [problem.id for problem in project.check().problems] == ["sample-file-altered"]


def test_scores_are_kept_by_content_and_judge(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        assert project.scores.of("judge") == {}
        project.scores.put("judge", {"a": [0.5], "b": [1.0, 2.0]})
        project.scores.put("judge", {"a": [0.25]})
        assert {name: numbers.tolist() for name, numbers in project.scores.of("judge").items()} == {
            "a": [0.25], "b": [1.0, 2.0]}
        assert project.scores.of("another") == {}


def test_what_was_not_judged_stands_last(tmp_path: Path) -> None:
    with small_project(tmp_path / "p") as project:
        samples = project.samples()
    ranked = by_value(samples, {"scan-1": ("entropy", 0.1), "scan-2": ("entropy", 0.3)})
    assert [one.sample.id for one in ranked] == ["scan-2", "scan-1", "scan-0"]
    assert ranked[-1] == Ranked(samples[0])


def test_neighbours_of_the_same_patient_make_nothing_typical() -> None:
    cluster = np.random.default_rng(0).normal(0, 0.1, (20, 4))
    cine = np.random.default_rng(1).normal(0, 0.001, (5, 4)) + 9.0
    features = np.concatenate([cluster, cine]).astype(np.float32)
    far = atypicality(features, [str(n) for n in range(20)] + ["cine"] * 5)
    assert far[20:].min() > 10 * far[:20].max()
    assert np.isnan(atypicality(features[20:], ["cine"] * 5)).all()


def test_the_core_set_order_goes_to_what_is_farthest_from_all_before() -> None:
    points = np.array([[0.0], [1.0], [10.0], [10.5], [4.0]], np.float32)
    order = farthest_first(points, labelled=[0], asked=[1, 2, 3, 4])
    assert [place for place, _ in order] == [3, 4, 1, 2]
    assert [round(value * 0.5 / order[-1][1], 2) for _, value in order] == [10.5, 4.0, 1.0, 0.5]
    nothing = farthest_first(points, labelled=[], asked=[0, 1, 2, 3, 4])
    assert nothing[0] == (4, None) and nothing[1][0] == 3
    assert farthest_first(points, labelled=[0], asked=[]) == []
