from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from medsynth_gui.core.errors import ProjectError
from medsynth_gui.dataset.export import coco
from medsynth_gui.dataset.export.base import ExportSource
from medsynth_gui.dataset.export.table import find_exporter
from medsynth_gui.io.raster_files import read_labels
from medsynth_gui.jobs.job import JobContext
from tests.unit.dataset.builders import small_project

SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12))


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.uint8, SHAPES, elements=st.sampled_from([0, 0, 0, 1, 2, 255])))
def test_every_mask_comes_back_bit_for_bit(labels: np.ndarray) -> None:
    assert np.array_equal(coco.decode(json.loads(json.dumps(list(coco.encode(labels)))), labels.shape), labels)


def test_one_annotation_per_component() -> None:
    labels = np.zeros((10, 12), np.uint8)
    labels[1:3, 2:6] = 1
    labels[3, 6] = 1  # touches by a corner
    labels[8, 0] = 1
    labels[5:7, 5:7] = 3
    found = list(coco.encode(labels))
    assert [(one["category_id"], one["area"], one["bbox"]) for one in found] == [
        (1, 9, [2, 1, 5, 3]), (1, 1, [0, 8, 1, 1]), (3, 4, [5, 5, 2, 2])]


def test_pycocotools_reads_the_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pycocotools.coco import COCO

    with small_project(tmp_path / "p", samples=6) as project:
        source = ExportSource(project.name, project.labels, project.key, project.samples())
    exporter = find_exporter("coco")
    report = exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    seen = 0
    for path in (tmp_path / "out" / "annotations").iterdir():
        found = COCO(str(path))
        assert [category["name"] for category in found.loadCats(found.getCatIds())] == ["lesion", "cyst"]
        for image in found.loadImgs(found.getImgIds()):
            truth = read_labels(tmp_path / "out" / "masks" / image["file_name"])
            masks = [found.annToMask(one) for one in found.loadAnns(found.getAnnIds(image["id"]))]
            assert np.array_equal(sum(masks), truth)
            seen += 1
    assert seen == report.images == 6


def test_a_mask_that_decodes_to_another_one_stops_the_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_project(tmp_path / "p") as project:
        source = ExportSource(project.name, project.labels, project.key, project.samples())
    monkeypatch.setattr(coco, "decode", lambda annotations, shape: np.zeros(shape, np.uint8))
    exporter = find_exporter("coco")
    with pytest.raises(ProjectError) as caught:
        exporter.write(exporter.plan(source, tmp_path / "out"), JobContext())
    assert caught.value.message.id == "export-differs"
    assert not (tmp_path / "out").exists()
