"""Folders: their order, and stills of crowded ones, which are not looked into."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.plain_files import PlainFile, list_folder, natural_key
from medsynth_gui.io.readers import find_paths
from medsynth_gui.jobs.job import JobContext
from medsynth_gui.jobs.open_study import OpenPaths
from medsynth_gui.session.opened import series_key
from tests.builders import ramp


def _crowd(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(ramp()).save(folder / f"a{number}.png")


def test_a_crowded_folder_is_listed_by_name(tmp_path: Path) -> None:
    _crowd(tmp_path / "many", 12)
    _crowd(tmp_path / "few", 2)
    (tmp_path / "many" / "a5.png").write_bytes(b"no image")
    (tmp_path / "many" / "empty.png").write_bytes(b"")
    (tmp_path / "many" / "table.csv").write_text("a,b")
    found, failures = find_paths([tmp_path], many=10)
    assert [path.name for path in found[:2] if isinstance(path, Path)] == ["a0.png", "a1.png"]
    crowd = [file for file in found if isinstance(file, PlainFile)]
    assert [file.title for file in crowd] == [f"a{number}.png" for number in range(12)]
    assert not failures
    assert (crowd[3].open().rows, crowd[3].folder) == (48, str(tmp_path / "many"))
    with pytest.raises(InputError):
        crowd[5].open()


def test_what_is_kept_beside_a_still_is_found_however_it_was_opened(tmp_path: Path) -> None:
    _crowd(tmp_path, 3)
    (tmp_path / "link.png").symlink_to(tmp_path / "a1.png")
    for file in list_folder(tmp_path, many=1):
        assert isinstance(file, PlainFile)
        assert file.key == series_key(file.open())


def test_hidden_and_endless_folders(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(300):
        deep = deep / "d"
        deep.mkdir()
    (deep / "a.png").write_bytes(b"x")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "b.png").write_bytes(b"x")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert list(list_folder(tmp_path, many=None)) == [deep / "a.png"]


def test_opening_a_crowd_reads_no_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _crowd(tmp_path, 12)
    monkeypatch.setattr("medsynth_gui.jobs.open_study.MANY", 10)
    monkeypatch.setattr(PlainFile, "open", lambda file: pytest.fail("a header was read"))
    opened = OpenPaths((tmp_path,)).run(JobContext())
    assert (len(opened.later), opened.studies, opened.failures) == (12, (), ())


def test_strange_names_have_an_order() -> None:
    names = ["\u00b2", "5\u00b2", "1" * 200, "\u0665", ""]
    assert sorted(names, key=lambda name: natural_key(Path(name)))
