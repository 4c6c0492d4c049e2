"""Measuring by gestures, kept at once in the note and in the project, with an undo of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.cine import Mark
from medsynth_gui.core.geometry import PixelSpacing, Region
from medsynth_gui.core.image import ImageSeries, UltrasoundRegion
from medsynth_gui.core.measurement import Caliper, EllipseMeasure, RegionHistogram, Statistics
from medsynth_gui.core.review import ReviewState
from medsynth_gui.dataset.project import Project
from medsynth_gui.io.readers import open_paths
from medsynth_gui.session import commands
from medsynth_gui.session.notes import Note, read_note, write_note
from medsynth_gui.session.session import Session
from medsynth_gui.session.tools import PointerEvent
from tests.builders import disc, ramp

ROWS, COLUMNS = 100, 200
SHIFT = frozenset({"shift"})


@pytest.fixture
def session() -> Session:
    made = Session()
    frames = np.zeros((4, ROWS, COLUMNS), np.uint8)
    series = ImageSeries.from_array(frames, title="clip", spacing=PixelSpacing(0.5, 0.25, "manual"))
    commands.open_series(made, series)
    yield made
    made.close()


def drag(session: Session, *points: tuple[float, float], held: frozenset[str] = frozenset()) -> None:
    session.toolbox.press(PointerEvent(*points[0], held))
    for point in points[1:]:
        session.toolbox.move(PointerEvent(*point, held))
    session.toolbox.release(PointerEvent(*points[-1], held))


def click(session: Session, *points: tuple[float, float]) -> None:
    for point in points:
        session.toolbox.move(PointerEvent(*point))
        drag(session, point)


def points(session: Session) -> list[tuple[tuple[float, float], ...]]:
    return [item.points for item in session.measuring.items]


@pytest.mark.parametrize("how", [drag, click])
def test_a_caliper_is_dragged_or_clicked(session: Session, how) -> None:
    session.toolbox.choose("caliper")
    how(session, (10, 20), (40, 60))
    assert points(session) == [((10, 20), (40, 60))]
    assert session.measuring.read(session.measuring.items[0]).values[0].value == pytest.approx(np.hypot(15, 10))
    assert (session.toolbox.busy, session.measuring.draft) == (False, None)
    assert session.document.undo_name is None


def test_shift_holds_a_caliper_to_an_axis_as_it_is_seen(session: Session) -> None:
    """Pixels are twice as high as wide: 20 rows are more than 30 columns."""
    session.toolbox.choose("caliper")
    drag(session, (10, 20), (30, 50), held=SHIFT)
    assert points(session) == [((10, 20), (30, 20))]


def test_ends_and_lines_are_dragged_and_undo_brings_them_back(session: Session) -> None:
    session.toolbox.choose("caliper")
    drag(session, (10, 20), (40, 60))
    drag(session, (40, 60), (41, 66), (50, 80))
    assert points(session) == [((10, 20), (50, 80))]
    drag(session, (30, 50), (34, 58))
    assert points(session) == [((14, 28), (54, 88))]
    drag(session, (34, 58), (500, 58))
    assert points(session) == [((60, 28), (100, 88))]
    for before in (((14, 28), (54, 88)), ((10, 20), (50, 80)), ((10, 20), (40, 60))):
        assert commands.undo(session) == "Measurement"
        assert points(session) == [before]
    assert commands.redo(session) == "Measurement"
    assert points(session) == [((10, 20), (50, 80))]


def test_a_click_selects_and_delete_can_be_undone(session: Session) -> None:
    session.toolbox.choose("caliper")
    drag(session, (10, 20), (40, 60))
    first = session.measuring.selected
    drag(session, (80, 20), (80, 90))
    assert session.measuring.selected != first
    click(session, (25, 40))
    assert session.measuring.selected == first
    assert commands.delete_measurement(session)
    assert len(session.measuring.items) == 1
    assert not commands.delete_measurement(session)
    commands.undo(session)
    assert session.measuring.find(first)


def test_an_ellipse_is_an_axis_and_a_width(session: Session) -> None:
    session.toolbox.choose("ellipse_measure")
    drag(session, (50, 40), (50, 120))
    click(session, (60, 90))
    values = {one.name: one.value for one in session.measuring.read(session.measuring.items[0]).values}
    assert (values["long axis"], values["short axis"]) == pytest.approx((20.0, 10.0))
    drag(session, (60, 80), (70, 140))
    assert session.measuring.items[0].points[2] == pytest.approx((70, 80))
    drag(session, (50, 120), (50, 100))
    assert session.measuring.items[0].points == (pytest.approx((50, 40)), pytest.approx((50, 100)),
                                                 pytest.approx((70, 70)))


def test_an_area_closes_and_an_angle_has_three_points(session: Session) -> None:
    session.toolbox.choose("area")
    click(session, (10, 10), (10, 50), (40, 50), (10, 10))
    assert points(session) == [((10, 10), (10, 50), (40, 50))]
    session.toolbox.choose("angle")
    drag(session, (80, 150), (60, 150))
    click(session, (60, 190))
    assert session.measuring.read(session.measuring.items[1]).values[0].value == pytest.approx(90)


def test_escape_and_frames_give_a_gesture_up(session: Session) -> None:
    session.toolbox.choose("area")
    click(session, (10, 10), (10, 50))
    session.toolbox.cancel()
    click(session, (10, 10), (10, 50), (40, 50))
    commands.select_frame(session, 2)
    session.toolbox.finish()
    assert (points(session), session.measuring.draft) == ([], None)


def test_measurements_stay_on_their_frame(session: Session) -> None:
    session.toolbox.choose("caliper")
    drag(session, (10, 20), (40, 60))
    commands.select_frame(session, 1)
    assert session.measuring.shown(1) == ()
    drag(session, (40, 60), (60, 80))
    assert points(session) == [((10, 20), (40, 60)), ((40, 60), (60, 80))]
    session.toolbox.choose("mmode")
    drag(session, (5, 5), (90, 5))
    assert [item.kind for item in session.measuring.shown(3)] == ["mmode"]


def test_across_regions_is_refused_with_a_sentence(session: Session) -> None:
    told: list[str] = []
    session.problem.connect(lambda message: told.append(message.id))
    spacing = PixelSpacing(0.2, 0.2, "UltrasoundRegion")
    regions = (UltrasoundRegion(0, 0, ROWS, 90, "tissue", spacing, "2D"),
               UltrasoundRegion(0, 110, ROWS, COLUMNS, "tissue", PixelSpacing(0.4, 0.4, "UltrasoundRegion"), "2D"))
    series = replace(session.current.series, title="two", regions=regions, spacing=spacing)
    commands.open_series(session, series)
    session.toolbox.choose("caliper")
    drag(session, (20, 20), (20, 150))
    assert (told, points(session)) == (["measure-across-regions"], [])
    drag(session, (20, 20), (20, 70))
    drag(session, (20, 70), (20, 150))
    assert (told[1:], points(session)) == (["measure-across-regions"], [((20, 20), (20, 70))])


def test_a_histogram_asks_for_its_pixels_once(session: Session) -> None:
    asked = []
    session.measuring.wanted.connect(asked.append)
    session.toolbox.choose("histogram")
    drag(session, (10, 10), (30, 60))
    found = Statistics(3, 1.0, 0.0, 1.0, 0.5, 1.5, (3,))
    session.measuring.fill(asked[0].measurement.id, found)
    assert session.measuring.items[0].statistics == found
    mask = disc(ROWS, COLUMNS, center=(70, 150), radius=10).astype(bool)
    with session.document.step("draw"):
        session.document.paint(Region(0, 0, 0, ROWS, COLUMNS), mask, 1)
    click(session, (70, 150))
    assert asked[1].stamp.mask.sum() == mask.sum()
    assert session.measuring.items[1].label == 1
    commands.undo(session)
    assert [item.statistics for item in session.measuring.items] == [found]


def test_notes_keep_measurements_and_marks_and_read_old_files(tmp_path: Path) -> None:
    note = Note(measurements=(Caliper(3, ((1.5, 2.0), (3.0, 4.0)), "CRL"),
                              RegionHistogram(0, ((0.0, 0.0), (5.0, 5.0)), label=2,
                                              statistics=Statistics(1, 2.0, 0.0, 2.0, 1.5, 2.5, (1,)))),
                marks=(Mark(2), Mark(3, "diastole")))
    write_note(tmp_path / "a.json", note)
    assert read_note(tmp_path / "a.json") == note
    record = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    record["measurements"][0]["points"] = "lost"
    (tmp_path / "b.json").write_text(json.dumps(record), encoding="utf-8")
    assert read_note(tmp_path / "b.json").measurements == note.measurements[1:]
    (tmp_path / "old.json").write_text('{"review": {"state": "approved", "reader": "", "at": "", "note": ""},'
                                       ' "accepted": {}}', encoding="utf-8")
    assert read_note(tmp_path / "old.json").review.state is ReviewState.APPROVED


def test_every_change_is_on_disk_at_once(session: Session) -> None:
    """Nobody closes the session: whatever moment it is killed at, the last gesture is there."""
    session.toolbox.choose("caliper")
    path = session.note_path(session.current.key)
    for number in range(3):
        drag(session, (10 + 20 * number, 20), (10 + 20 * number, 60))
        assert read_note(path).measurements == session.measuring.items
        assert len(session.measuring.items) == number + 1
    commands.toggle_mark(session, Mark(2))
    again = Session(session.settings, folder=session.folder)
    found = commands.open_series(again, session.current.series, select=False)
    assert (found.note.measurements, found.note.marks) == (session.measuring.items, (Mark(2),))


def test_a_sample_of_a_project_keeps_its_measurements(session: Session, tmp_path: Path) -> None:
    commands.open_project(session, tmp_path / "study", create=True)
    commands.open_series(session, ImageSeries.from_array(np.stack([ramp(), 255 - ramp()]), title="cine"))
    session.toolbox.choose("caliper")
    commands.select_frame(session, 1)
    drag(session, (5, 5), (5, 25))
    sample, = commands.add_to_project(session, [1])
    assert [(item.frame, item.points) for item in session.project.measurements(sample.id)] == [(0, ((5, 5), (5, 25)))]
    # On another machine: no note, only the project.
    commands.close_project(session)
    other = Session(session.settings, folder=tmp_path / "elsewhere")
    commands.open_project(other, tmp_path / "study")
    studies, _ = open_paths([sample.image])
    commands.open_series(other, studies[0].series[0])
    assert points(other) == [((5, 5), (5, 25))]
    other.toolbox.choose("caliper")
    drag(other, (30, 5), (30, 25))
    assert len(other.project.measurements(sample.id)) == 2
    other.project.remove(sample.id)
    other.close()
    with Project.open(tmp_path / "study", writable=False) as project:
        assert project.measurements(sample.id) == ()


def test_a_crop_takes_the_measurements_along(session: Session) -> None:
    session.toolbox.choose("caliper")
    drag(session, (30, 50), (40, 80))
    cropped = commands.set_crop(session, session.current, Region(0, 20, 10, 90, 150))
    assert points(session) == [((10, 40), (20, 70))]
    assert read_note(session.note_path(cropped.key)).measurements == session.measuring.items
    commands.set_crop(session, cropped, None)
    assert points(session) == [((30, 50), (40, 80))]


def test_measurements_are_copied_as_a_table(session: Session) -> None:
    commands.select_frame(session, 1)
    session.toolbox.choose("caliper")
    drag(session, (10, 20), (40, 20))
    session.measuring.rename(session.measuring.selected, " femur ")
    drag(session, (80, 20), (80, 60))
    lines = commands.measurements_text(session).splitlines()
    assert lines[1:] == ["femur\tcaliper\t2\tlength\t15\tmm\t", "caliper 2\tcaliper\t2\tlength\t10\tmm\t"]
    only = commands.measurements_text(session, [session.measuring.selected]).splitlines()
    assert only[1:] == lines[2:]


def test_an_ellipse_is_fitted_to_the_mask(session: Session) -> None:
    with pytest.raises(Exception, match="no mask"):
        commands.fit_ellipse_to_mask(session)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS] + 0.5
    mask = ((y - 50) / 20) ** 2 + ((x - 100) / 60) ** 2 <= 1
    with session.document.step("draw"):
        session.document.paint(Region(0, 0, 0, ROWS, COLUMNS), mask, 1)
    made = commands.fit_ellipse_to_mask(session)
    assert isinstance(made, EllipseMeasure)
    values = {one.name: one.value for one in session.measuring.read(made).values}
    assert (values["long axis"], values["short axis"]) == pytest.approx((30.0, 20.0), rel=0.01)
    assert values["area"] == pytest.approx(mask.sum() * 0.125, rel=0.01)
