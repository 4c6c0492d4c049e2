from __future__ import annotations

import numpy as np
import pytest

from medsynth_gui.core.errors import ModelError
from medsynth_gui.io.tensor_file import read_tensors, write_tensors


def test_arrays_and_facts_come_back_and_equal_ones_give_equal_bytes(tmp_path):
    arrays = {"b": np.arange(6, dtype=np.float16).reshape(2, 3).T, "a": np.zeros(0, np.uint8)}
    for name in ("one", "other"):
        write_tensors(tmp_path / name, arrays, {"groups": ["p1"], "limit": 0.5})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    with read_tensors(tmp_path / "one", "gates-unreadable") as (tensors, facts):
        assert facts == {"groups": ["p1"], "limit": 0.5}
        assert all(np.array_equal(tensors[name], value) for name, value in arrays.items())


def test_facts_are_not_needed(tmp_path):
    write_tensors(tmp_path / "bare", {"a": np.ones(2)})
    with read_tensors(tmp_path / "bare", "gates-unreadable") as (_, facts):
        assert facts == {}


@pytest.mark.parametrize("content", [b"", b"\x00" * 40, None])
def test_a_damaged_or_missing_file_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "x.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as told, read_tensors(path, "gates-unreadable"):
        pass
    assert str(path) in told.value.message.english()


def test_what_the_reader_misses_is_told_too(tmp_path):
    write_tensors(tmp_path / "x", {"a": np.ones(2)})
    with pytest.raises(ModelError), read_tensors(tmp_path / "x", "likeness-unreadable") as (tensors, _):
        assert tensors["codes"].size
