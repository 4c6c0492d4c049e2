"""Mask images in every mode, outlines, and the names by which they find their images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.masks.imported import MaskOptions
from medsynth_gui.io.masks.outline import filled
from medsynth_gui.io.masks.raster import read_indexed
from medsynth_gui.io.masks.recognise import recognise
from medsynth_gui.io.masks.survey import survey
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from tests.builders import ramp, shared_data
from tests.unit.io.masks import files
from tests.unit.io.masks.files import COLUMNS, ROWS, notes, read, truth

BOX = truth() == 1
RED, GREEN = (128, 0, 0), (0, 128, 0)


def coloured() -> np.ndarray:
    pixels = np.zeros((ROWS, COLUMNS, 3), np.uint8)
    pixels[truth() == 1], pixels[truth() == 2] = RED, GREEN
    return pixels


def with_alpha(pixels: np.ndarray, alpha: np.ndarray) -> Image.Image:
    return Image.fromarray(np.dstack([pixels, alpha]))


PALETTE = Image.frombytes("P", (COLUMNS, ROWS), truth().tobytes())
PALETTE.putpalette([0, 0, 0, *RED, *GREEN])


@pytest.mark.parametrize(("saved", "labels"), [
    (Image.fromarray(BOX), ["1"]), (Image.fromarray(BOX * np.uint8(255)), ["1"]),
    (Image.fromarray(truth()), ["1", "2"]),
    (Image.fromarray(truth() * np.uint8(85)), ["85", "170"]), (PALETTE, ["1", "2"]),
    (Image.fromarray(np.repeat(BOX[..., None] * np.uint8(255), 3, axis=2)), ["1"]),
    (with_alpha(np.repeat(BOX[..., None] * np.uint8(255), 3, axis=2), np.full((ROWS, COLUMNS), 255, np.uint8)), ["1"]),
    (with_alpha(np.zeros((ROWS, COLUMNS, 3), np.uint8), BOX * np.uint8(200)), ["1"]),
    (Image.fromarray(coloured()), ["#008000", "#800000"]),
    (Image.fromarray(truth().astype(np.uint16) * 1000), ["1000", "2000"])])
def test_every_mode_gives_its_labels(tmp_path: Path, saved: Image.Image, labels: list[str]) -> None:
    saved.save(tmp_path / "m.png")
    found = read_indexed(tmp_path / "m.png")
    assert list(found.labels) == labels
    expected = BOX if len(labels) == 1 else truth() > 0
    assert np.array_equal(found.pixels > 0, expected)


def test_a_palette_by_its_colours(tmp_path: Path) -> None:
    PALETTE.save(tmp_path / "m.png")
    assert read_indexed(tmp_path / "m.png").colors == ("#800000", "#008000")
    assert read_indexed(tmp_path / "m.png", by_color=True).labels == ("#008000", "#800000")


def test_soft_edges_are_cut_and_pictures_refused(tmp_path: Path) -> None:
    soft = cv2.GaussianBlur(BOX * np.uint8(255), (0, 0), 0.7)
    Image.fromarray(soft).save(tmp_path / "m.jpg", quality=90)
    found = read_indexed(tmp_path / "m.jpg")
    assert np.array_equal(found.pixels > 0, BOX)
    assert [note.id for note in found.notes] == ["mask-soft"]
    write_gray_png(tmp_path / "picture.png", ramp())
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (9, 9, 3), np.uint8)).save(tmp_path / "colours.png")
    for name in ("picture.png", "colours.png"):
        with pytest.raises(InputError, match="picture"):
            read_indexed(tmp_path / name)


def ellipse(*, thickness: int, start: int = 0, end: int = 360) -> np.ndarray:
    drawn = np.zeros((300, 400), np.uint8)
    cv2.ellipse(drawn, (200, 150), (120, 80), 20, start, end, 1, thickness)
    return drawn > 0


@pytest.mark.parametrize("end", [360, 352, 340])
@pytest.mark.parametrize("thickness", [1, 3, 5])
def test_outlines_are_filled_also_slightly_open_ones(thickness: int, end: int) -> None:
    inside = filled(ellipse(thickness=thickness, end=end))
    assert inside is not None
    whole = ellipse(thickness=-1) | ellipse(thickness=thickness)
    assert np.count_nonzero(inside ^ whole) / np.count_nonzero(whole) < 0.01


@pytest.mark.parametrize(("top", "left"), [(110, 0), (0, 130), (100, 60)])
def test_an_outline_that_leaves_the_image_is_closed_along_its_border(top: int, left: int) -> None:
    whole = ellipse(thickness=-1) | ellipse(thickness=3)
    inside = filled(np.ascontiguousarray(ellipse(thickness=3)[top:, left:]))
    assert inside is not None
    assert np.count_nonzero(inside ^ whole[top:, left:]) < 20


def test_what_is_no_outline_stays() -> None:
    assert filled(ellipse(thickness=-1)) is None
    assert filled(ellipse(thickness=40)) is None  # a wall
    assert filled(ellipse(thickness=3, end=180)) is None  # a curve
    line = np.zeros((90, 200), np.bool_)
    line[60:63] = True
    assert filled(line) is None  # a pleura from side to side
    assert filled(np.zeros((9, 9), np.bool_)) is None
    forced = filled(ellipse(thickness=40), force=True)
    assert forced is not None
    assert forced[150, 200]


def test_masks_find_their_images(tmp_path: Path) -> None:
    for name in ("benign/case (1)", "benign/case (2)", "normal/case (1)", "lone", "plain"):
        files.image(tmp_path, name)
    for name in ("benign/case (1)_mask", "benign/case (1)_mask_1", "benign/case (2)_mask", "normal/case (1)_mask",
                 "gone_mask"):
        write_label_png(tmp_path / f"{name}.png", truth())
    write_label_png(tmp_path / "lone_GT.png", truth())
    plan = recognise([tmp_path])
    found = {image.path.relative_to(tmp_path).with_suffix("").as_posix(): [one.path.stem for one in image.sources]
             for image in plan.images}
    assert found == {"benign/case (1)": ["case (1)_mask", "case (1)_mask_1"], "benign/case (2)": ["case (2)_mask"],
                     "normal/case (1)": ["case (1)_mask"], "lone": ["lone_GT"], "plain": []}
    assert plan.classes == {"benign": 2, "normal": 1, "": 2}
    assert [path.name for path in plan.unpaired] == ["gone_mask.png"]
    assert [doubt.id for doubt in plan.doubts] == ["masks-unpaired"]


@pytest.mark.parametrize(("image", "mask"), [
    ("images/a", "masks/a"), ("imagesTr/a_0000", "labelsTr/a"), ("train/images/a", "train/masks/a"),
    ("images/train/a", "labels/train/a"), ("Set_Training_Input/a", "Set_Training_GT/a_segmentation"),
    ("img/a", "ground_truth/a_mask"), ("a_HC", "a_HC_Annotation"), ("JPEGImages/a", "SegmentationClass/a")])
def test_separate_folders(tmp_path: Path, image: str, mask: str) -> None:
    files.image(tmp_path, image)
    write_label_png(tmp_path / f"{mask}.png", truth())
    assert np.array_equal(read(recognise([tmp_path])).labels, truth())


def test_equal_names_in_two_splits_stay_apart(tmp_path: Path) -> None:
    for split in ("train", "val"):
        files.image(tmp_path / "images" / split)
        write_label_png(tmp_path / "masks" / split / "case.png", truth())
    plan = recognise([tmp_path])
    assert [image.sources[0].path.parent.name for image in plan.images] == ["train", "val"]
    assert plan.doubts == ()


def test_one_folder_a_label_and_one_file_a_frame(tmp_path: Path) -> None:
    files.image(tmp_path / "images")
    for value, name in ((1, "nerve"), (2, "vessel")):
        write_label_png(tmp_path / "masks" / name / "case.png", (truth() == value).astype(np.uint8))
    mask = read(recognise([tmp_path]))
    assert np.array_equal(mask.labels, truth())
    assert mask.names == {1: "nerve", 2: "vessel"}
    cine = tmp_path / "cines"
    Image.fromarray(ramp(ROWS, COLUMNS)).save(_made(cine / "clip.tif"), save_all=True,
                                              append_images=[Image.fromarray(ramp(ROWS, COLUMNS) + np.uint8(3))])
    write_label_png(cine / "masks" / "clip" / "0001.png", truth())
    plan = recognise([cine])
    assert [source.frames for source in plan.labelled[0].sources] == [(1,)]
    assert np.array_equal(read(plan, frame=1).labels, truth())


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_several_masks_together_first_or_apart(tmp_path: Path) -> None:
    files.image(tmp_path)
    for number, value in (("", 1), ("_1", 2)):
        write_label_png(tmp_path / f"case_mask{number}.png", (truth() == value).astype(np.uint8))
    plan = recognise([tmp_path])
    assert np.array_equal(read(plan).labels, truth() > 0)
    assert np.array_equal(read(plan, options=MaskOptions(several="first")).labels, truth() == 1)
    assert np.array_equal(read(plan, options=MaskOptions(several="separate")).labels, truth())


def test_another_size(tmp_path: Path) -> None:
    files.image(tmp_path)
    large = np.kron(truth(), np.ones((3, 3), np.uint8))
    write_label_png(tmp_path / "case_mask.png", large)
    mask = read(recognise([tmp_path]))
    assert np.array_equal(mask.labels, truth())
    assert notes(mask) == ["mask-resampled"]
    write_label_png(tmp_path / "case_mask.png", truth()[:-1])
    with pytest.raises(InputError, match="64 x 47"):
        read(recognise([tmp_path]))
    write_label_png(tmp_path / "case_mask.png", truth().T)
    with pytest.raises(InputError, match="on its side"):
        read(recognise([tmp_path]))


def test_the_survey_says_what_is_doubtful(tmp_path: Path) -> None:
    for name in ("benign/a", "malignant/b"):
        files.image(tmp_path, name)
        write_label_png(tmp_path / f"{name}_mask.png", truth())
    files.image(tmp_path, "normal/c")
    write_label_png(tmp_path / "normal/c_mask.png", truth()[:9, :9])
    seen = survey(recognise([tmp_path]), MaskOptions())
    assert [(label.key, label.images) for label in seen.labels] == [("1", 2), ("2", 2)]
    assert seen.labels[0].share == pytest.approx(240 / (ROWS * COLUMNS))
    assert {doubt.id for doubt in seen.doubts} == {"masks-broken", "masks-twins-differ"}


def test_palettes_that_disagree_are_told(tmp_path: Path) -> None:
    for name, palette in (("a", [0, 0, 0, *RED, *GREEN]), ("b", [0, 0, 0, *GREEN, *RED])):
        files.image(tmp_path, name)
        other = PALETTE.copy()
        other.putpalette(palette)
        other.save(tmp_path / f"{name}_mask.png")
    plan = recognise([tmp_path])
    assert "masks-palettes" in {doubt.id for doubt in survey(plan, MaskOptions()).doubts}
    seen = survey(plan, MaskOptions(by_color=True))
    assert [label.key for label in seen.labels] == ["#008000", "#800000"]
    assert "masks-palettes" not in {doubt.id for doubt in seen.doubts}


def test_real_sets_agree_with_their_curated_masks() -> None:
    for raw, curated, rename in (("breast_us_busi", "breast_us_busi", lambda stem: stem.replace(" (", "-").rstrip(")")),
                                 ("fetal_head_us_hc18", "fetal_head_us_hc18", str),
                                 ("nerve_vessel_us_usgra", "nerve_vessel_us_usgra", str)):
        plan = recognise([shared_data("raw", raw)])
        assert plan.images == plan.labelled
        compared = 0
        for image in plan.images:
            truth_path = shared_data(curated, "masks") / f"{rename(image.path.stem)}.png"
            if not truth_path.exists():
                continue
            mine = survey(replace(plan, images=(image,)), MaskOptions())
            theirs = np.array(Image.open(truth_path))
            shares = {label.key: label.share for label in mine.labels}
            for value in (1, 2):
                assert shares.get(str(value), 0.0) == pytest.approx(float(np.mean(theirs == value)), abs=0.003)
            compared += 1
        assert compared >= 3
