"""The journal brings masks, undo and redo back, whatever happened to its file."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medsynth_gui.core.errors import StorageError
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.mask_document import DocumentState, MaskDocument
from medsynth_gui.session import journal as journal_module
from medsynth_gui.session.journal import Journal
from medsynth_gui.session.journal_file import spare_path
from medsynth_gui.session.journal_writer import JournalWriter

FRAMES, ROWS, COLUMNS = 3, 40, 50
actions = st.lists(st.tuples(st.sampled_from(["step", "step", "step", "rollback", "undo", "undo", "redo", "reopen"]),
                             st.integers(0, 2**32 - 1)), max_size=25)


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


class Desk:
    """A document with its journal, as a start of the program makes them; collects what the person is told."""

    def __init__(self, path: Path) -> None:
        self.document = MaskDocument(FRAMES, ROWS, COLUMNS)
        self.writer = JournalWriter()
        self.journal = Journal(path, self.document, self.writer, title="clip")
        self.told: list[str] = []
        self.journal.problem.connect(lambda message: self.told.append(message.id))
        self.journal.poll()

    def close(self) -> None:
        self.journal.close()
        self.writer.close()


@contextmanager
def desk(path: Path) -> Iterator[Desk]:
    opened = Desk(path)
    yield opened
    opened.close()


def play(document: MaskDocument, action: str, seed: int) -> None:
    if action in ("step", "rollback"):
        generator = np.random.default_rng(seed)
        document.begin(f"{action} {seed}")
        for _ in range(3):
            y, x = (int(v) for v in generator.integers(-5, 40, 2))
            document.paint(Region(int(generator.integers(FRAMES)), y, x, y + 12, x + 12),
                           generator.random((12, 12)) < 0.6, int(generator.integers(4)))
        if action == "step":
            document.commit()
        else:
            document.rollback()
    else:
        {"undo": document.undo, "redo": document.redo}[action]()


@settings(max_examples=25, deadline=None)
@given(actions, st.booleans())
def test_a_restart_gives_the_same_mask_undo_and_redo(script: list[tuple[str, int]], compact: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal_module, "_COMPACT_EVENTS", 0 if compact else 10**9)
        path = Path(folder) / "clip.journal"
        opened, twin = Desk(path), MaskDocument(FRAMES, ROWS, COLUMNS)
        for action, seed in script:
            if action == "reopen":
                opened.close()
                opened = Desk(path)
            else:
                play(opened.document, action, seed)
                play(twin, action, seed)
        opened.close()
        with desk(path) as again:
            assert again.document.state() == twin.state() == opened.document.state()
            assert again.told == []


def three_steps(path: Path) -> list[DocumentState]:
    """A journal of three steps and an undo; every state on the way."""
    states = [DocumentState({})]
    with desk(path) as opened:
        for action, seed in (("step", 1), ("step", 2), ("step", 3), ("undo", 0)):
            play(opened.document, action, seed)
            states.append(opened.document.state())
    return states


def partial_states(path: Path) -> list[DocumentState]:
    """Every state that a prefix of the events gives, the stroke in hand kept as far as it went."""
    events = []
    document = MaskDocument(FRAMES, ROWS, COLUMNS)
    document.recorded.connect(events.append)
    for action, seed in (("step", 1), ("step", 2), ("step", 3), ("undo", 0)):
        play(document, action, seed)
    states = []
    for count in range(len(events) + 1):
        twin = MaskDocument(FRAMES, ROWS, COLUMNS)
        for event in events[:count]:
            twin.replay(event)
        if twin.stepping:
            twin.commit()
        states.append(twin.state())
    return states


def test_a_journal_cut_at_any_byte_gives_a_prefix(tmp_path: Path) -> None:
    path = tmp_path / "whole.journal"
    three_steps(path)
    data, allowed = path.read_bytes(), partial_states(path)
    reached = 0
    for length in [*range(0, len(data), 3), len(data)]:
        cut = tmp_path / "cut.journal"
        cut.write_bytes(data[:length])
        with desk(cut) as opened:
            state = opened.document.state()
        assert allowed.index(state) >= reached
        reached = allowed.index(state)
        cut.unlink(missing_ok=True)
    assert reached == len(allowed) - 1
    assert len({len(state.undo) for state in allowed}) == 4


def test_drawing_goes_on_after_a_torn_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.journal"
    three_steps(path)
    path.write_bytes(path.read_bytes()[:-3])
    with desk(path) as opened:
        assert opened.told == ["journal-torn"]
        play(opened.document, "step", 9)
        last = opened.document.state()
    with desk(path) as again:
        assert again.document.state() == last
        assert again.told == []
    assert not list(tmp_path.glob("*.damaged*"))


@pytest.mark.parametrize("where", [0.3, 0.6, 0.9])
def test_a_damaged_record_keeps_what_is_before_it_and_a_copy(tmp_path: Path, where: float) -> None:
    path = tmp_path / "clip.journal"
    three_steps(path)
    data = bytearray(path.read_bytes())
    data[int(len(data) * where)] ^= 0x40
    path.write_bytes(bytes(data))
    with desk(path) as opened:
        assert opened.document.state() in partial_states(path)
        assert opened.told == ["journal-torn"]
    copies = list(tmp_path.glob("*.damaged*"))
    assert not copies or copies[0].read_bytes() == bytes(data)


@pytest.mark.parametrize("data", [b"not a journal", b"MedSynth journal 1\n" + b"\0" * 40])
def test_a_foreign_file_is_set_aside_and_kept(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "clip.journal"
    path.write_bytes(data)
    with desk(path) as opened:
        assert opened.told == ["journal-damaged"]
        play(opened.document, "step", 1)
        state = opened.document.state()
    assert [copy.read_bytes() for copy in tmp_path.glob("*.damaged*")] == [data]
    with desk(path) as again:
        assert again.document.state() == state


def test_a_journal_of_another_size_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "clip.journal"
    three_steps(path)
    writer = JournalWriter()
    journal = Journal(path, MaskDocument(1, 9, 9), writer, title="clip")
    journal.close()
    assert len(list(tmp_path.glob("*.damaged*"))) == 1


def test_compaction_shrinks_a_long_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clip.journal"
    with desk(path) as opened:
        for seed in range(40):
            for action in ("step", "undo"):
                play(opened.document, action, seed)
        state, size = opened.document.state(), path.stat().st_size if path.exists() else 0
    size = max(size, path.stat().st_size)
    monkeypatch.setattr(journal_module, "_COMPACT_EVENTS", 1)
    with desk(path) as opened:
        assert opened.document.state() == state
    assert path.stat().st_size < size / 4
    with desk(path) as again:
        assert again.document.state() == state


def test_a_long_session_is_compacted_while_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_COMPACT_BYTES", 300)
    path = tmp_path / "clip.journal"
    with desk(path) as opened:
        for seed in range(30):
            play(opened.document, "step" if seed % 3 else "undo", seed)
        state = opened.document.state()
    with desk(path) as again:
        assert again.document.state() == state


def test_a_second_window_is_told_who_has_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "clip.journal"
    with desk(path) as opened:
        with pytest.raises(StorageError) as caught:
            Desk(path)
        assert caught.value.message.id == "journal-locked"
        assert isinstance(caught.value.message.params["pid"], int)
        play(opened.document, "step", 1)
    with desk(path) as again:
        assert again.document.undo_name == "step 1"


def test_the_lock_of_a_dead_program_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "clip.journal"
    path.with_name("clip.journal.lock").write_text('{"pid": 1, "host": "elsewhere"}')
    with desk(path) as opened:
        play(opened.document, "step", 1)
        assert opened.told == []
    assert not path.with_name("clip.journal.lock").exists()


def folder_is_a_file(tmp_path: Path) -> Path:
    (tmp_path / "home").write_text("in the way")
    return tmp_path / "home" / "clip.journal"


def test_drawing_moves_to_a_spare_folder_and_comes_home(tmp_path: Path) -> None:
    path = folder_is_a_file(tmp_path)
    with desk(path) as opened:
        play(opened.document, "step", 1)
        opened.writer.flush()
        opened.journal.poll()
        assert opened.told == ["journal-moved"]
        play(opened.document, "step", 2)
        state = opened.document.state()
    path.parent.unlink()
    with desk(path) as again:
        assert again.document.state() == state
    assert path.is_file()
    assert not spare_path(path).exists()
    with desk(path) as home:
        assert home.document.state() == state


def test_a_full_disk_in_the_middle_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "home" / "clip.journal"
    opened_for_writing = Path.open

    def full(self: Path, mode: str = "r", *rest: object, **named: object) -> object:
        if self == path and mode != "rb":
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened_for_writing(self, mode, *rest, **named)

    with desk(path) as opened:
        play(opened.document, "step", 1)
        opened.writer.flush()
        monkeypatch.setattr(Path, "open", full)
        play(opened.document, "step", 2)
        state = opened.document.state()
    assert opened.told == ["journal-moved"]
    monkeypatch.undo()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with desk(path) as again:
        assert again.document.state() == state


def test_without_any_place_the_person_is_told_and_a_later_one_is_used(tmp_path: Path,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_RETRY_S", 0.0)
    path = folder_is_a_file(tmp_path)
    (tmp_path / "temporary").rmdir()
    (tmp_path / "temporary").write_text("in the way too")
    with desk(path) as opened:
        play(opened.document, "step", 1)
        opened.writer.flush()
        opened.journal.poll()
        assert opened.told == ["journal-broken"]
        (tmp_path / "home").unlink()
        play(opened.document, "step", 2)
        state = opened.document.state()
    with desk(path) as again:
        assert again.document.state() == state
