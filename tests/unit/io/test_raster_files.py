"""Gray and label PNGs, and the provenance that they carry."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.raster_files import (
    provenance_text,
    read_gray,
    read_labels,
    write_gray_png,
    write_label_png,
)
from medsynth_gui.io.raster_source import open_raster
from tests.builders import disc, ramp

LABELS = (disc(40, 50, center=(20, 25), radius=12) * 2 + disc(40, 50, center=(20, 25), radius=6)).astype(np.uint8)


def test_gray_comes_back(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "a.png", ramp())
    assert np.array_equal(read_gray(tmp_path / "a.png"), ramp())
    assert np.array_equal(cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED), ramp())


def test_deep_gray_comes_back(tmp_path: Path) -> None:
    deep = ramp().astype(np.uint16) * 257
    write_gray_png(tmp_path / "a.png", deep)
    assert np.array_equal(open_raster(tmp_path / "a.png")[0].frame(0), deep)


def test_labels_are_palette_indices_of_eight_bits(tmp_path: Path) -> None:
    write_label_png(tmp_path / "m.png", LABELS, LabelSet.named("head", "vessel", "nerve"))
    assert (tmp_path / "m.png").read_bytes()[24:26] == b"\x08\x03"
    with Image.open(tmp_path / "m.png") as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), LABELS)
        assert image.getpalette()[3:6] == [0x56, 0xB4, 0xE9]
    assert np.array_equal(read_labels(tmp_path / "m.png"), LABELS)


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    text = provenance_text(Provenance(synthetic=True, producer="simulator", seed=3))
    for name in "ab":
        write_gray_png(tmp_path / name, ramp(), text)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(("producer", "kind"), [("simulator", "algorithmicMedia"),
                                                ("syn-breast-us", "trainedAlgorithmicMedia")])
def test_a_synthetic_image_says_so(tmp_path: Path, producer: str, kind: str) -> None:
    provenance = Provenance(synthetic=True, producer=producer, seed=7, parents=("abc",))
    write_gray_png(tmp_path / "a.png", ramp(), provenance_text(provenance))
    assert f"digitalsourcetype/{kind}<".encode() in (tmp_path / "a.png").read_bytes()
    assert open_raster(tmp_path / "a.png")[0].provenance == provenance


def test_source_type_alone_marks_an_image_as_synthetic(tmp_path: Path) -> None:
    write_gray_png(tmp_path / "a.png", ramp(), {"digitalSourceType": "trainedAlgorithmicMedia"})
    assert open_raster(tmp_path / "a.png")[0].synthetic
    write_gray_png(tmp_path / "b.png", ramp())
    assert not open_raster(tmp_path / "b.png")[0].synthetic


@pytest.mark.parametrize("mode", ["L", "1", "RGB", "RGBA", "LA"])
def test_black_and_white_masks_become_zero_and_one(tmp_path: Path, mode: str) -> None:
    mask = disc(30, 40, center=(15, 20), radius=8)
    Image.fromarray(mask * 255).convert(mode).save(tmp_path / "m.png")
    assert np.array_equal(read_labels(tmp_path / "m.png"), mask)


def test_a_jpeg_mask_is_cut_at_half(tmp_path: Path) -> None:
    mask = disc(64, 64, center=(32, 32), radius=20)
    Image.fromarray(mask * 255).save(tmp_path / "m.jpg", quality=80)
    assert (read_labels(tmp_path / "m.jpg") != mask).mean() < 0.01


def test_gray_values_and_empty_masks_stay(tmp_path: Path) -> None:
    Image.fromarray(LABELS).save(tmp_path / "m.png")
    assert np.array_equal(read_labels(tmp_path / "m.png"), LABELS)
    Image.new("RGB", (5, 4)).save(tmp_path / "empty.png")
    assert np.array_equal(read_labels(tmp_path / "empty.png"), np.zeros((4, 5)))


def test_what_is_no_mask_is_refused(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (9, 9, 3), np.uint8)).save(tmp_path / "c.png")
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "c.png")
    assert caught.value.message.id == "mask-coloured"
    cv2.imwrite(str(tmp_path / "d.png"), ramp().astype(np.uint16) * 200)
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "d.png")
    assert caught.value.message.id == "mask-values"


def test_wrong_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gray image"):
        write_gray_png(tmp_path / "a.png", np.zeros((3, 3, 3), np.uint8))
    with pytest.raises(ValueError, match="labels are"):
        write_label_png(tmp_path / "a.png", np.zeros((3, 3), np.int64))  # type: ignore[arg-type]
