"""Files are whole or as they were."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from medsynth_gui.core.errors import StorageError
from medsynth_gui.io.atomic import atomic_write, write_bytes, write_json, write_text


def _write_half(target: Path, error: Exception) -> None:
    with atomic_write(target) as temporary:
        assert temporary.suffix == target.suffix
        temporary.write_bytes(b"half")
        raise error


def test_writes_into_a_new_folder(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "note.txt", "grün\n")
    assert (tmp_path / "a" / "b" / "note.txt").read_bytes() == "grün\n".encode()


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "mask.png"
    target.write_bytes(b"before")
    with pytest.raises(RuntimeError):
        _write_half(target, RuntimeError())
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("number", "message"), [(errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"),
                                                 (errno.EROFS, "not-writable"), (errno.EACCES, "not-writable")])
def test_a_disk_that_refuses_is_told(tmp_path: Path, number: int, message: str) -> None:
    target = tmp_path / "mask.png"
    target.write_bytes(b"before")
    with pytest.raises(StorageError) as caught:
        _write_half(target, OSError(number, "refused"))
    assert caught.value.message.id == message
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(StorageError) as caught:
        write_bytes(tmp_path / "file" / "mask.png", b"y")
    assert caught.value.message.id == "not-writable"


def test_a_folder_in_the_way_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "mask.png").mkdir()
    with pytest.raises(StorageError):
        write_bytes(tmp_path / "mask.png", b"y")


def test_a_file_that_the_body_reads_is_not_blamed_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "out.png"):
        (tmp_path / "elsewhere" / "in.png").read_bytes()


def test_json_takes_numpy_and_paths(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"dice": np.float64(0.5), "n": np.int64(3), "at": Path("x"), "v": np.arange(2)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"dice": 0.5, "n": 3, "at": "x", "v": [0, 1]}


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 251 + ".txt")
    write_text(target, "x")
    assert target.read_text() == "x"
