"""NIfTI against nibabel: values, spacing, time, and which way up slices stand."""

from __future__ import annotations

import gzip
from itertools import permutations, product
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.nifti import open_nifti, read_label_volume
from medsynth_gui.io.readers import open_file

VOLUME = np.arange(5 * 4 * 3, dtype=np.int16).reshape(5, 4, 3) * 7


def _write(path: Path, values: np.ndarray, affine: np.ndarray | None = None, *, kind: Any = nibabel.Nifti1Image,
           slope: tuple[float, float] | None = None, units: tuple[str, str] | None = None,
           pixdim: tuple[float, ...] = ()) -> Path:
    image = kind(values, affine)
    if slope:
        image.header.set_slope_inter(*slope)
    if pixdim:
        image.header.set_zooms(pixdim)
    if units:
        image.header.set_xyzt_units(*units)
    nibabel.save(image, path)
    return path


def _open(path: Path) -> ImageSeries:
    series = open_file(path)[0].series
    assert len(series) == 1
    assert series[0].frame(0).shape[:2] == (series[0].rows, series[0].columns)
    return series[0]


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64, np.int8])
def test_slices_without_orientation_are_as_stored(tmp_path: Path, kind: Any, suffix: str, dtype: Any) -> None:
    series = _open(_write(tmp_path / f"a{suffix}", VOLUME.astype(dtype), kind=kind))
    assert (series.frame_count, series.rows, series.columns) == (3, 4, 5)
    for index in (2, 0, 1):
        assert np.array_equal(series.frame(index), VOLUME[..., index].astype(dtype).T)
    assert series.spacing is None
    assert series.problems == ()


def test_sizes_and_rates_of_32_bits_are_as_they_were_written(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.zeros((8, 6, 1, 3), np.uint8), np.diag((0.3, 0.3, 1.0, 1.0)))
    image.header.set_xyzt_units("mm", "sec")
    image.header.set_zooms((0.3, 0.3, 1, 0.04))
    nibabel.save(image, tmp_path / "cine.nii")
    series = _open(tmp_path / "cine.nii")
    assert series.spacing is not None
    assert (series.spacing.y_mm, series.spacing.x_mm, series.frame_rate_hz) == (0.3, 0.3, 25.0)


def test_big_endian_and_scale(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(VOLUME, None, header=nibabel.Nifti1Header(endianness=">"))
    image.header.set_slope_inter(0.5, -3)
    image.header["cal_min"], image.header["cal_max"] = -3, 100
    nibabel.save(image, tmp_path / "a.nii")
    series = _open(tmp_path / "a.nii")
    expected = nibabel.load(tmp_path / "a.nii").get_fdata()
    assert np.allclose(series.frame(1), expected[..., 1].T)
    assert (series.windows[0].low, series.windows[0].high) == (-3, 100)


def test_a_cine_has_a_rate_and_spacing(tmp_path: Path) -> None:
    cine = np.random.default_rng(0).integers(0, 255, (6, 5, 1, 9), np.uint8)
    series = _open(_write(tmp_path / "a.nii.gz", cine, units=("mm", "msec"), pixdim=(0.2, 0.3, 1, 40)))
    assert (series.frame_count, series.frame_rate_hz) == (9, pytest.approx(25))
    assert series.spacing is not None
    assert (series.spacing.y_mm, series.spacing.x_mm) == pytest.approx((0.3, 0.2))
    assert series.spacing.source == "NIfTI pixdim"
    assert np.array_equal(series.frame(8), cine[..., 0, 8].T)
    volumes = _open(_write(tmp_path / "b.nii", np.zeros((6, 5, 4, 3), np.uint8), units=("micron", "sec"),
                           pixdim=(200, 300, 100, 2)))
    assert (volumes.frame_count, volumes.frame_rate_hz) == (12, None)
    assert [problem.id for problem in volumes.problems] == ["nifti-volumes"]
    assert volumes.spacing is not None and volumes.spacing.x_mm == pytest.approx(0.2)


def test_colours(tmp_path: Path) -> None:
    values = np.random.default_rng(0).integers(0, 255, (5, 4, 3, 3), np.uint8)
    rgb = np.ascontiguousarray(values).view([("R", "u1"), ("G", "u1"), ("B", "u1")])[..., 0]
    series = _open(_write(tmp_path / "a.nii", rgb))
    assert (series.channels, series.photometric) == (3, "RGB")
    assert np.array_equal(series.frame(1), values[:, :, 1].swapaxes(0, 1))


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3))[::3])
@pytest.mark.parametrize("form", ["sform", "qform"])
def test_an_oriented_slice_stands_upright(tmp_path: Path, axes: tuple[int, ...], signs: tuple[int, ...],
                                          form: str) -> None:
    """The picture's own corner and edges, in patient coordinates, say which way up it is."""
    affine = np.zeros((4, 4))
    for voxel, (world, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[world, voxel] = sign * (voxel + 1)
    affine[:, 3] = 10, 20, 30, 1
    image = nibabel.Nifti1Image(VOLUME, affine)
    image.set_sform(affine, 1 if form == "sform" else 0)
    image.set_qform(affine, 0 if form == "sform" else 1)
    nibabel.save(image, tmp_path / "a.nii")
    series = _open(tmp_path / "a.nii")
    frame = series.frame(1)

    def patient(y: int, x: int) -> np.ndarray:
        voxel = np.argwhere(frame[y, x] == VOLUME)[0]
        return (affine @ (*voxel, 1))[:3]

    down, right = patient(1, 0) - patient(0, 0), patient(0, 1) - patient(0, 0)
    plane = {int(np.abs(down).argmax()), int(np.abs(right).argmax())}
    assert right[min(plane)] < 0  # to the patient's left; in sagittal planes to the back
    assert down[max(plane)] < 0  # to the feet; in axial planes to the back
    assert series.spacing is not None
    assert (series.spacing.y_mm, series.spacing.x_mm) == pytest.approx((np.abs(down).max(), np.abs(right).max()))


def test_labels_lie_on_their_image(tmp_path: Path) -> None:
    affine = np.array([[0, 0, 2.0, 5], [1.5, 0, 0, 6], [0, 3, 0, 7], [0, 0, 0, 1]])
    image = _open(_write(tmp_path / "image.nii.gz", VOLUME, affine))
    labels = read_label_volume(_write(tmp_path / "label.nii.gz", (VOLUME % 4).astype(np.float64), affine))
    assert labels.dtype == np.uint8
    assert all(np.array_equal(labels[index], image.frame(index) % 4) for index in range(image.frame_count))
    black_and_white = _write(tmp_path / "b.nii", (VOLUME > 99).astype(np.uint8) * 255)
    assert np.array_equal(np.unique(read_label_volume(black_and_white)), (0, 1))
    for name, wrong in (("c", VOLUME * -1), ("d", VOLUME + 0.5), ("e", np.full((3, 3, 3), np.nan))):
        with pytest.raises(InputError) as caught:
            read_label_volume(_write(tmp_path / f"{name}.nii", wrong))
        assert caught.value.message.id == "mask-values"


def _patched(path: Path, offset: int, values: np.ndarray) -> Path:
    data = bytearray(path.read_bytes())
    data[offset:offset + values.nbytes] = values.tobytes()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("offset", "values", "identity"), [
    (40, np.array([3, -5, 4, 3], "<i2"), "nifti-damaged"), (40, np.array([9], "<i2"), "nifti-damaged"),
    (40, np.array([7, 9, 9] + 5 * [32767], "<i2"), "nifti-damaged"),
    (40, np.array([3, 32767, 32767, 1], "<i2"), "image-too-large"), (70, np.array([32], "<i2"), "nifti-type"),
    (108, np.array([np.nan], "<f4"), "nifti-damaged"), (108, np.array([1e9], "<f4"), "image-truncated"),
    (0, np.array([7], "<i4"), "nifti-damaged")])
def test_an_absurd_header_is_told(tmp_path: Path, offset: int, values: np.ndarray, identity: str) -> None:
    path = _patched(_write(tmp_path / "a.nii", VOLUME), offset, values)
    with pytest.raises(InputError) as caught:
        open_nifti(path)
    assert caught.value.message.id == identity


def test_cut_and_packed_wrongly_is_told(tmp_path: Path) -> None:
    whole = _write(tmp_path / "a.nii", VOLUME).read_bytes()
    (tmp_path / "b.nii").write_bytes(whole[:-50])
    assert (_open(tmp_path / "b.nii").frame_count, _open(tmp_path / "b.nii").problems[0].id) == (1, "frames-differ")
    packed = gzip.compress(whole)
    bomb = bytearray(whole)
    bomb[40:50] = np.array([4, 9000, 9000, 90, 1], "<i2").tobytes()
    for name, data, identity in (("c", packed[:-30], "image-truncated"), ("e", gzip.compress(bomb),
                                 "unpacked-too-large"), ("d", packed[:200] + b"\xff" * 60, "image-")):
        (tmp_path / f"{name}.nii.gz").write_bytes(data)
        with pytest.raises(InputError) as caught:
            open_file(tmp_path / f"{name}.nii.gz")[0].series[0].frame(2)
        assert caught.value.message.id.startswith(identity)
    with pytest.raises(InputError, match="number"):
        open_nifti(_write(tmp_path / "n.nii", np.full((4, 4), np.nan, np.float32)))


def test_other_packed_files_are_no_images(tmp_path: Path) -> None:
    (tmp_path / "table.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 100))
    _write(tmp_path / "a.nii.gz", VOLUME)
    from medsynth_gui.io.readers import find_files

    assert [path.name for path in find_files([tmp_path])[0]] == ["a.nii.gz"]
