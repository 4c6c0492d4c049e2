"""Broken files end in a sentence, or a note about the one shape; nothing else may come out."""

from __future__ import annotations

import copy
import json
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.io.masks.imported import Wanted
from medsynth_gui.io.masks.recognise import recognise
from medsynth_gui.io.masks.table import find_in_document
from medsynth_gui.io.raster_files import write_label_png
from tests.unit.io.masks import files
from tests.unit.io.masks.files import BOX, COLUMNS, ROWS, notes, read_folder, truth

RUNS = {"size": [ROWS, COLUMNS], "counts": files.runs(truth() == 2)}
SHAPES: list[Any] = [
    [[1, 2, 3, 4]], [[1, 2, 3]], [[]], [["a", "b"] * 4], [[float("nan"), 1, 2, 3, 4, 5]], [[float("inf")] * 6],
    [[1e300, 0, 5, 5, 0, 9]], [[None] * 6], [{"x": 1}], {"size": [1, 1], "counts": [1]}, {"size": [ROWS, COLUMNS]},
    {**RUNS, "counts": [5]}, {**RUNS, "counts": [-5, ROWS * COLUMNS + 5]}, {**RUNS, "counts": "no run lengths"},
    {**RUNS, "counts": [10**30]}, {**RUNS, "counts": [10**12]},
    {"size": [10**9, 10**9], "counts": "0"}, {**RUNS, "size": "big"}, 5, "text"]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape)[:24])
def test_a_bad_shape_is_left_out_and_the_others_stay(tmp_path: Path, shape: Any) -> None:
    files.image(tmp_path)
    files.coco(tmp_path / "a.json", [{"category_id": 1, "segmentation": [[value for point in BOX for value in point]]},
                                     {"category_id": 2, "segmentation": shape}])
    mask = read_folder(tmp_path, nerve=1)
    assert (mask.labels == (truth() == 1)).all()
    assert set(notes(mask)) <= {"mask-shape-unusable", "mask-shapes-skipped"}
    assert notes(mask)


@pytest.mark.parametrize("content", ["", '{"images": [{"id"', "[" * 100_000, '{"images": 5}\0', "\xff"])
def test_a_broken_document_is_named_and_the_images_stay(tmp_path: Path, content: str) -> None:
    files.image(tmp_path)
    (tmp_path / "a.json").write_bytes(content.encode("latin-1"))
    plan = recognise([tmp_path])
    assert [failure.message.id for failure in plan.failures] == ["annotations-damaged"]
    assert len(plan.images) == 1


@pytest.mark.parametrize("shape", [
    {"shape_type": "circle", "points": [[1, 1]]}, {"shape_type": "mask", "points": [[1, 1]], "mask": "!"},
    {"shape_type": "mask", "points": [[1, 1]], "mask": "aGVsbG8="}, {"shape_type": "mask", "points": None},
    {"shape_type": "rectangle", "points": [[1, 1]]}, {"shape_type": "polygon", "points": [[0, 0], [1]]},
    {"shape_type": "circle", "points": [[1e9, 1], [0, 0]]}])
def test_labelme(tmp_path: Path, shape: dict[str, Any]) -> None:
    files.image(tmp_path)
    files.labelme(tmp_path / "case.json", {"label": "x", **shape})
    assert notes(read_folder(tmp_path)) == ["mask-shape-unusable"]


@pytest.mark.parametrize("line", ["0 nan 0.1 0.2 0.2 0.3 0.3", "0 1e999 0 0 0 1 1", "0 0.1 0.1 0.2 0.2 0.3",
                                  "99999999999999999999 0.1 0.1", "0 9 9 9.5 9 9.5 9.5"])
def test_yolo(tmp_path: Path, line: str) -> None:
    files.image(tmp_path)
    files.text(tmp_path / "case.txt", line)
    assert notes(read_folder(tmp_path)) == ["mask-shape-unusable"]


def test_other_texts_are_no_annotations(tmp_path: Path) -> None:
    files.image(tmp_path)
    for name, content in (("README.txt", "hello"), ("numbers.txt", "1 2 3 4 5 6 7"), ("table.csv", "a,b\n1,2\n"),
                          ("meta.json", '{"author": "x"}'), ("list.json", "[1, 2]")):
        files.text(tmp_path / name, content)
    plan = recognise([tmp_path])
    assert (plan.labelled, plan.unpaired, plan.failures, plan.doubts) == ((), (), (), ())


def test_a_mask_that_claims_an_absurd_size(tmp_path: Path) -> None:
    files.image(tmp_path)
    head = struct.pack(">IIBBBBB", 2**30, 2**30, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    (tmp_path / "case_mask.png").write_bytes(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
                                             + struct.pack(">I", zlib.crc32(chunk)))
    with pytest.raises(InputError):
        read_folder(tmp_path)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_mask_images(tmp_path: Path, data: st.DataObject) -> None:
    files.image(tmp_path)
    write_label_png(tmp_path / "case_mask.png", truth())
    content = bytearray((tmp_path / "case_mask.png").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "case_mask.png").write_bytes(content[:data.draw(st.integers(0, len(content)))])
    with suppress(MedSynthError):
        read_folder(tmp_path)


VALID: list[Any] = [
    {"images": [{"id": 7, "file_name": "case.png", "height": ROWS, "width": COLUMNS}],
     "categories": [{"id": 1, "name": "nerve"}], "annotations": [
         {"image_id": 7, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]},
         {"image_id": 7, "category_id": 1, "segmentation": {**RUNS, "counts": [9, 4, ROWS * COLUMNS - 13]}}]},
    {"version": "5", "imagePath": "case.png", "imageHeight": ROWS, "imageWidth": COLUMNS, "shapes": [
        {"label": "a", "shape_type": "polygon", "points": BOX},
        {"label": "a", "shape_type": "circle", "points": [[9, 9], [3, 3]]},
        {"label": "a", "shape_type": "mask", "points": [[1, 2]], "mask": files.png_text(truth()[:9] == 1)}]},
    {"case.png1": {"filename": "case.png", "size": 1, "regions": [
        {"shape_attributes": {"name": "ellipse", "cx": 9, "cy": 9, "rx": 3, "ry": 4, "theta": 1},
         "region_attributes": {"label": {"a": True}}},
        {"shape_attributes": {"name": "rect", "x": 1, "y": 1, "width": 4, "height": 4}, "region_attributes": {}}]}}]
JUNK = st.one_of(st.none(), st.booleans(), st.integers(-10**12, 10**12), st.floats(), st.text(max_size=3),
                 st.just([]), st.just({}), st.just([[]]), st.just([{}]), st.just(10**400))


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(child, (*path, key))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_anywhere_in_a_document(tmp_path: Path, data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from([path for path in places(document) if path] or [("x",)]))
        node = document
        for key in above:
            node = node[key]
        node[last] = copy.deepcopy(data.draw(JUNK))
    (tmp_path / "a.json").write_text(json.dumps(document))
    with suppress(MedSynthError):
        for source in find_in_document(tmp_path / "a.json"):
            source.read(Wanted(0, ROWS, COLUMNS))
