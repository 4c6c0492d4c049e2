"""Versions of a mask: taken, listed, compared, restored as one step, deleted; kept small; never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.session import commands, snapshots
from medsynth_gui.session import version_commands as versions
from medsynth_gui.session.session import Session
from medsynth_gui.session.settings import Settings

FRAMES, ROWS, COLUMNS = 4, 60, 80
MODEL = Provenance(synthetic=False, producer="model", model_sha256="ab" * 32)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    commands.open_series(made, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    yield made
    made.close()


def paint(session: Session, frame: int, y: int, value: int = 1) -> None:
    with session.document.step("draw"):
        session.document.paint(Region(frame, y, 10, y + 10, 30), np.ones((10, 20), bool), value)


def everything(session: Session) -> bytes:
    return b"".join(session.document.labels(frame).tobytes() for frame in range(FRAMES))


def test_a_version_is_listed_compared_and_restored_in_one_step(session: Session) -> None:
    paint(session, 0, 5)
    paint(session, 2, 5)
    then = everything(session)
    taken = versions.take_version(session, "after the first pass")
    paint(session, 0, 10)
    paint(session, 3, 20)
    now = everything(session)
    listed, = versions.versions(session)
    assert listed == taken
    difference = versions.compare_version(session, taken)
    assert (difference.changed_px, difference.frames) == (100, (0, 3))
    assert difference.dice == pytest.approx(2 * 200 / 500)
    versions.restore_version(session, taken)
    assert everything(session) == then
    assert commands.undo(session) == "Restore after the first pass"
    assert everything(session) == now
    commands.redo(session)
    assert everything(session) == then
    before = versions.versions(session)[0]
    assert before.automatic
    versions.restore_version(session, before)
    assert everything(session) == now
    versions.delete_version(session, taken)
    assert taken not in versions.versions(session)


def test_a_version_survives_a_restart_and_is_small(session: Session, tmp_path: Path) -> None:
    paint(session, 0, 5)
    taken = versions.take_version(session, "kept")
    assert taken.path.stat().st_size < 1000
    session.close()
    again = Session(Settings(tmp_path / "settings.json"), folder=tmp_path / "journal")
    commands.open_series(again, ImageSeries.from_array(np.zeros((FRAMES, ROWS, COLUMNS), np.uint8), title="clip"))
    assert versions.versions(again) == (taken,)
    again.close()


def test_locked_labels_are_not_restored_over(session: Session) -> None:
    versions.take_version(session, "empty")
    paint(session, 0, 5)
    commands.change_label(session, 1, locked=True)
    versions.restore_version(session, versions.versions(session)[0])
    assert np.count_nonzero(session.document.labels(0) == 1) == 200


def test_a_damaged_version_is_a_sentence_and_changes_nothing(session: Session) -> None:
    paint(session, 0, 5)
    taken = versions.take_version(session, "kept")
    paint(session, 0, 30)
    now = everything(session)
    data = taken.path.read_bytes()
    for damaged in (data[:-2], data[:-9] + bytes(9), b""):
        taken.path.write_bytes(damaged)
        with pytest.raises(InputError, match="kept"):
            versions.restore_version(session, taken)
        assert everything(session) == now
    with pytest.raises(UsageError, match="name"):
        versions.take_version(session, "  ")


def test_accepting_on_all_frames_takes_a_version_first_and_old_ones_go(session: Session,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "AUTOMATIC_KEPT", 2)
    kept = [versions.take_version(session, "mine")]
    paint(session, 1, 5)
    for value in (1, 2, 3):
        mask = np.full((ROWS, COLUMNS), value, np.uint8)
        layer = ResultLayer(dict.fromkeys(range(FRAMES), mask), {}, MODEL, f"model {value}")
        commands.offer_proposal(session, session.current, layer)
        commands.accept_proposal(session)
    names = [version.name for version in versions.versions(session)]
    assert names == ["Before accepting model 3", "Before accepting model 2", kept[0].name]


def test_the_last_deletion_can_be_undone_and_the_one_before_is_for_good(session: Session) -> None:
    paint(session, 0, 5)
    first, second = (versions.take_version(session, name) for name in ("first", "second"))
    versions.delete_version(session, first)
    versions.delete_version(session, second)
    assert versions.versions(session) == () and versions.bring_back_version(session)
    assert versions.versions(session) == (second,) and not versions.bring_back_version(session)
    versions.restore_version(session, second)
