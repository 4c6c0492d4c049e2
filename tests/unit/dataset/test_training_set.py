from __future__ import annotations

from pathlib import Path

import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.dataset.split import Part, is_held_out
from medsynth_gui.dataset.training_set import read_training_set
from tests.builders import shared_data
from tests.unit.dataset.builders import write_set


def test_rows_with_known_and_extra_columns(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", "site,id,class,group,pixel_size_mm\nx,a,benign,g1,0.1\nx,b,,g2,\n", "a", "b")
    (folder / "masks" / "b.png").unlink()
    a, b = read_training_set(folder).rows
    assert (a.id, a.group, a.class_name, a.pixel_size_mm, a.extra) == ("a", "g1", "benign", 0.1, {"site": "x"})
    assert a.mask == folder.resolve() / "masks" / "a.png"
    assert (b.class_name, b.pixel_size_mm, b.mask) == ("", None, None)


def test_names_in_folders(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", "id,group\ncine/0000,c\ncine/0001,c\n", "cine/0000", "cine/0001")
    rows = read_training_set(folder).rows
    assert [row.mask and row.mask.name for row in rows] == ["0000.png", "0001.png"]


@pytest.mark.parametrize(("index", "detail"), [
    ("id,class\na,x\n", "no column group"),
    ("name\na\n", "no column id and group"),
    ("id,group\n", "has no rows"),
    ("id,group\na,\n", "line 2 of index.csv has an empty id or group"),
    ("id,group\nzz,g\n", "names zz, but images/ has no such file"),
    ("id,group\na,g\na,g\n", "names a twice"),
    ("id,group,pixel_size_mm\na,g,wide\n", "not a number"),
    ("id,group,pixel_size_mm\na,g,-1\n", "not a positive number"),
    ("id,group,pixel_size_mm\na,g,nan\n", "not a positive number"),
])
def test_what_is_wrong_is_said(tmp_path: Path, index: str, detail: str) -> None:
    with pytest.raises(InputError) as caught:
        read_training_set(write_set(tmp_path / "set", index, "a"))
    assert caught.value.message.id == "data-incomplete"
    assert detail in str(caught.value)


@pytest.mark.parametrize("missing", ["index.csv", "images"])
def test_missing_parts(tmp_path: Path, missing: str) -> None:
    folder = write_set(tmp_path / "set", "id,group\na,g\n", "a")
    (folder / missing).rename(tmp_path / "gone")
    with pytest.raises(InputError, match=missing):
        read_training_set(folder)


def test_not_text(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", "", "a")
    (folder / "index.csv").write_bytes(b"id,group\n\xff\xfe,\x80\n")
    with pytest.raises(InputError) as caught:
        read_training_set(folder)
    assert caught.value.message.id == "file-unreadable"


def test_synthetic_rows_only_train_and_a_split_column_counts(tmp_path: Path) -> None:
    rows = "".join(f"a{n},g{n},{n % 2},{'val' if n == 4 else ''}\n" for n in range(40))
    names = [f"a{n}" for n in range(40)]
    folder = write_set(tmp_path / "set", "id,group,synthetic,split\n" + rows, *names, masks=False)
    found = read_training_set(folder)
    assert all(not row.synthetic for row in found.part(Part.TEST))
    assert {row.id for row in found.part(Part.TEST)} == {
        row.id for row in found.rows if not row.synthetic and is_held_out("set", row.group) and row.id != "a4"}
    assert "a4" in {row.id for row in found.part(Part.VALIDATION)}
    assert sum(len(found.part(part)) for part in Part) == 40


def test_real_sets_are_read_whole() -> None:
    for folder in sorted(shared_data().glob("*/index.csv")):
        found = read_training_set(folder.parent)
        parts = [{row.group for row in found.part(part)} for part in Part]
        assert set.union(*parts) == set(found.groups)
        assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
