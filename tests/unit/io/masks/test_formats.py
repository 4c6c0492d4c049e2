"""One truth in every format comes back as the same pixels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.dataset.export import coco as coco_export
from medsynth_gui.io.dicom.writer import write_series
from medsynth_gui.io.masks import coco
from medsynth_gui.io.masks.imported import MaskOptions, Wanted
from medsynth_gui.io.masks.recognise import recognise, sources_for
from medsynth_gui.io.masks.sketch import Sketch
from medsynth_gui.io.raster_files import write_label_png
from tests.unit.io.masks import files
from tests.unit.io.masks.files import BOX, COLUMNS, ROWS, notes, read, read_folder, truth


def test_coco_polygons_and_run_lengths(tmp_path: Path) -> None:
    files.image(tmp_path)
    disc = truth() == 2
    packed = next(one for one in coco_export.encode(truth()) if one["category_id"] == 2)["segmentation"]
    for runs in ({"size": [ROWS, COLUMNS], "counts": files.runs(disc)}, packed):
        files.coco(tmp_path / "annotations" / "instances.json", [
            {"category_id": 1, "segmentation": [[value for point in BOX for value in point]]},
            {"category_id": 2, "iscrowd": 1, "segmentation": runs}])
        mask = read_folder(tmp_path)
        assert np.array_equal(mask.labels, truth())
        assert mask.names == {1: "nerve", 2: "vessel"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), density=st.floats(0, 1))
def test_what_coco_export_writes_comes_back(seed: int, density: float) -> None:
    random = np.random.default_rng(seed)
    labels = (random.random((9, 13)) < density).astype(np.uint8) * random.integers(1, 4, (9, 13), np.uint8)
    document = {"images": [{"id": 1, "file_name": "a.png", "height": 9, "width": 13}], "categories": [],
                "annotations": [{"image_id": 1, **one} for one in coco_export.encode(labels)]}
    (source,) = coco.find(json.loads(json.dumps(document)), Path("a.json")) or []
    drawn = np.zeros_like(labels)
    for part in source.read(Wanted(0, 9, 13)).parts:
        drawn[part.region.slices][part.mask] = int(part.label.removeprefix("label "))
    assert np.array_equal(drawn, labels)


def test_coco_for_another_size_is_scaled_if_proportional(tmp_path: Path) -> None:
    files.image(tmp_path)
    double = [2 * value for point in BOX for value in point]
    path = files.coco(tmp_path / "a.json", [{"category_id": 1, "segmentation": [double]}], size=(2 * ROWS, 2 * COLUMNS))
    mask = read_folder(tmp_path)
    assert np.array_equal(mask.labels, (truth() == 1))
    assert notes(mask) == ["mask-resampled"]
    files.coco(path, [], size=(50, 50))
    with pytest.raises(InputError, match="50 x 50"):
        read_folder(tmp_path)
    files.coco(path, [], size=(COLUMNS, ROWS))
    with pytest.raises(InputError, match="on its side"):
        read_folder(tmp_path)


def test_labelme_shapes(tmp_path: Path) -> None:
    files.image(tmp_path)
    disc = truth() == 2
    files.labelme(tmp_path / "case.json", {"label": "nerve", "shape_type": "polygon", "points": BOX},
                  {"label": "vessel", "shape_type": "circle", "points": [[46.5, 34.5], [46.5, 43.5]]},
                  {"label": "tip", "shape_type": "point", "points": [[1, 1]]})
    mask = read_folder(tmp_path)
    assert np.array_equal(mask.labels, truth())
    assert notes(mask) == ["mask-shapes-skipped"]
    files.labelme(tmp_path / "case.json", {"label": "nerve", "shape_type": "rectangle", "points": [BOX[2], BOX[0]]},
                  {"label": "vessel", "shape_type": "mask", "points": [[37, 25], [55, 43]],
                   "mask": files.png_text(disc[25:44, 37:56])})
    assert np.array_equal(read_folder(tmp_path).labels, truth())


def test_yolo_with_names(tmp_path: Path) -> None:
    files.image(tmp_path / "images" / "train")
    files.text(tmp_path / "data.yaml", "path: x\nnames:\n  0: nerve\n  1: 'vessel'\nnc: 2\n")
    box = " ".join(f"{x / COLUMNS} {y / ROWS}" for x, y in BOX)
    files.text(tmp_path / "labels" / "train" / "case.txt", f"0 {box}\n1 0.5 0.5 0.1 0.1\n")
    mask = read_folder(tmp_path)
    assert np.array_equal(mask.labels, truth() == 1)
    assert (mask.names, notes(mask)) == ({1: "nerve"}, ["mask-shapes-skipped"])
    files.text(tmp_path / "labels" / "train" / "case.txt", "")
    assert not read_folder(tmp_path).labels.any()
    for names in ("names: [nerve, vessel]", "names: {0: nerve, 1: vessel}", "names:\n- nerve\n- vessel"):
        files.text(tmp_path / "data.yaml", names)
        files.text(tmp_path / "labels" / "train" / "case.txt", f"1 {box}")
        assert read_folder(tmp_path).names == {1: "vessel"}


def test_via_json_and_table(tmp_path: Path) -> None:
    files.image(tmp_path)
    regions = [{"shape_attributes": {"name": "polygon", "all_points_x": [x for x, _ in BOX],
                                     "all_points_y": [y for _, y in BOX]}, "region_attributes": {"label": "nerve"}},
               {"shape_attributes": {"name": "ellipse", "cx": 46.5, "cy": 34.5, "rx": 9, "ry": 9, "theta": 0.7},
                "region_attributes": {"label": "vessel"}},
               {"shape_attributes": {"name": "polyline"}, "region_attributes": {}}]
    entry = {"case.png123": {"filename": "case.png", "size": 123, "regions": regions}}
    for document in ({"_via_settings": {}, "_via_img_metadata": entry}, entry):
        files.text(tmp_path / "via.json", json.dumps(document))
        mask = read_folder(tmp_path)
        assert np.array_equal(mask.labels, truth())
        assert notes(mask) == ["mask-shapes-skipped"]
    (tmp_path / "via.json").unlink()
    cells = [json.dumps(part).replace('"', '""') for region in regions for part in region.values()]
    rows = "".join(f'case.png,123,"{{}}",3,{number},"{cells[2 * number]}","{cells[2 * number + 1]}"\n'
                   for number in range(3))
    files.text(tmp_path / "via.csv", "filename,file_size,file_attributes,region_count,region_id,"
                                     f"region_shape_attributes,region_attributes\n{rows}")
    assert np.array_equal(read_folder(tmp_path).labels, truth())


def test_nifti_lies_as_its_image_does(tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel")
    volume = np.stack([truth(), np.roll(truth(), 5, axis=1)], axis=-1).swapaxes(0, 1)
    for folder, name, values in (("imagesTr", "case_0000", volume * 40), ("labelsTr", "case", volume)):
        (tmp_path / folder).mkdir()
        nibabel.save(nibabel.Nifti1Image(values, np.diag([-1.0, -1.0, 1.0, 1.0])), tmp_path / folder / f"{name}.nii.gz")
    from medsynth_gui.io.readers import open_file

    plan = recognise([tmp_path])
    series = open_file(plan.labelled[0].path)[0].series[0]
    for frame in range(2):
        assert np.array_equal(read(plan, frame=frame).labels * 40, series.frame(frame))


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
def test_dicom_segments_find_their_frames_and_overlaps_become_layers(tmp_path: Path, kind: str) -> None:
    import pydicom

    cine = np.repeat(np.zeros((1, ROWS, COLUMNS), np.uint8), 3, axis=0)
    write_series(tmp_path / "cine.dcm", ImageSeries.from_array(cine), patient_id="P", seed="x")
    instance = str(pydicom.dcmread(tmp_path / "cine.dcm", stop_before_pixels=True).SOPInstanceUID)
    box, disc = truth() == 1, truth() == 2
    files.segmentation(tmp_path / "seg.dcm", [(1, 2, box), (2, 2, disc), (1, 3, box), (2, 3, box)], kind=kind,
                       instance=instance)
    plan = recognise([tmp_path])
    assert plan.labelled[0].sources[0].frames == (1, 2)
    mask = read(plan, frame=1)
    assert np.array_equal(mask.labels, truth())
    assert mask.names == {1: "nerve", 2: "vessel"}
    overlapping = read(plan, frame=2)
    assert np.array_equal(overlapping.labels, box)
    assert [np.array_equal(layer, 2 * box) for layer in overlapping.layers] == [True]
    assert "mask-layers" in notes(overlapping)
    on_top = read(plan, frame=2, options=MaskOptions(overlaps="top"))
    assert (on_top.layers, "mask-overlap" in notes(on_top)) == ((), True)


def test_a_segmentation_without_references_is_refused(tmp_path: Path) -> None:
    files.segmentation(tmp_path / "seg.dcm", [(1, 1, truth() == 1)], instance="1.2", refer=False)
    assert [failure.message.id for failure in recognise([tmp_path]).failures] == ["mask-no-reference"]


def test_mias_circles_count_from_the_bottom(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((1024, 1024), np.uint8)).save(tmp_path / "mdb001.pgm")
    files.text(tmp_path / "Info.txt", "INFORMATION:\n\nmdb001 G CIRC B 535 425 197\nmdb003 D NORM \n"
                                      "mdb216 D CALC M *NOTE 3*\n")
    plan = recognise([tmp_path])
    assert plan.labelled[0].class_name == "CIRC"
    mask = read(plan, size=(1024, 1024))
    y, x = np.nonzero(mask.labels)
    assert (y.mean(), x.mean()) == pytest.approx((1023 - 425, 535), abs=0.01)
    assert abs(mask.labels.sum() - np.pi * 197**2) < 200


def test_a_chosen_file_is_for_the_image_whatever_it_is_called(tmp_path: Path) -> None:
    path = files.image(tmp_path)
    write_label_png(tmp_path / "reader two.png", truth())
    (source,) = sources_for(path, tmp_path / "reader two.png")
    assert {part.label for part in source.read(Wanted(0, ROWS, COLUMNS)).parts} == {"1", "2"}
    files.labelme(tmp_path / "other.json", imagePath="export of case.png")
    assert len(sources_for(path, tmp_path / "other.json")) == 1
    document = {"images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}], "annotations": []}
    files.text(tmp_path / "many.json", json.dumps(document))
    with pytest.raises(InputError, match="other images"):
        sources_for(path, tmp_path / "many.json")


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5)), min_size=3, max_size=9))
def test_any_outline_is_drawn_or_refused(points: list[tuple[float, float]]) -> None:
    sketch = Sketch(Path("a.json"), Wanted(0, ROWS, COLUMNS))
    sketch.polygon("x", points)
    drawing = sketch.drawing()
    assert len(drawing.parts) + len(drawing.notes) == 1


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_the_contours_of_a_mask_enclose_it(seed: int) -> None:
    import cv2

    random = np.random.default_rng(seed)
    mask = (cv2.GaussianBlur(random.random((ROWS, COLUMNS)), (0, 0), 3) > 0.5).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    sketch, solid = Sketch(Path("a.json"), Wanted(0, ROWS, COLUMNS)), np.zeros_like(mask)
    for outline in outlines:
        sketch.polygon("x", outline[:, 0, :] + 0.5)
    cv2.drawContours(solid, outlines, -1, 1, cv2.FILLED)
    drawn = np.zeros_like(mask)
    for part in sketch.drawing().parts:
        drawn[part.region.slices][part.mask] = 1
    # The contour runs through the centres of the border pixels, which may go either way.
    assert not (drawn & (solid ^ 1)).any()
    assert not (cv2.erode(np.pad(solid, 1), np.ones((3, 3), np.uint8))[1:-1, 1:-1] & (drawn ^ 1)).any()
