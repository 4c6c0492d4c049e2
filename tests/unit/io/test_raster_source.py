"""Image files of every mode and depth, and bad ones."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.raster_source import open_raster
from tests.builders import ramp

GRAY = ramp()
COLOR = np.stack((GRAY, GRAY[::-1], GRAY[:, ::-1]), axis=2)


def _only(path: Path) -> np.ndarray:
    series = open_raster(path)
    assert len(series) == 1
    frame = series[0].frame(0)
    assert frame.shape == (series[0].rows, series[0].columns, 3)[: 2 + (series[0].channels == 3)]
    assert not frame.flags.writeable
    return np.asarray(frame)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "pgm", "gif", "webp"])
def test_gray(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(GRAY).save(tmp_path / f"a.{suffix}", **({"lossless": True} if suffix == "webp" else {}))
    frame = _only(tmp_path / f"a.{suffix}")
    assert np.array_equal(frame if frame.ndim == 2 else frame[..., 0], GRAY)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "ppm"])
def test_color(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(COLOR).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(_only(tmp_path / f"a.{suffix}"), COLOR)


def test_palettes(tmp_path: Path) -> None:
    Image.fromarray(COLOR).quantize(64).save(tmp_path / "c.png")
    assert np.array_equal(_only(tmp_path / "c.png"), np.asarray(Image.fromarray(COLOR).quantize(64).convert("RGB")))
    gray = Image.fromarray(255 - GRAY)
    gray.putpalette([255 - v // 3 for v in range(768)])
    gray.save(tmp_path / "g.png")
    assert np.array_equal(_only(tmp_path / "g.png"), GRAY)


def test_alpha_lies_over_black_unless_all_is_transparent(tmp_path: Path) -> None:
    alpha = np.full(GRAY.shape, 255, np.uint8)
    alpha[:, :10] = 0
    Image.fromarray(np.dstack((COLOR, alpha))).save(tmp_path / "a.png")
    frame = _only(tmp_path / "a.png")
    assert not frame[:, :10].any()
    assert np.array_equal(frame[:, 10:], COLOR[:, 10:])
    Image.fromarray(np.dstack((COLOR, alpha * 0))).save(tmp_path / "b.png")
    assert np.array_equal(_only(tmp_path / "b.png"), COLOR)


def test_one_bit(tmp_path: Path) -> None:
    Image.fromarray(GRAY > 99).save(tmp_path / "a.png")
    assert np.array_equal(_only(tmp_path / "a.png"), (GRAY > 99) * 255)
    assert open_raster(tmp_path / "a.png")[0].bits == 1


def test_cmyk(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 6), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    assert _only(tmp_path / "a.tif")[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_stands_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(GRAY)
    image.save(tmp_path / "a.png", exif=exif)
    turned = {1: GRAY, 2: GRAY[:, ::-1], 3: GRAY[::-1, ::-1], 4: GRAY[::-1], 5: GRAY.T, 6: np.rot90(GRAY, -1),
              7: GRAY[::-1, ::-1].T, 8: np.rot90(GRAY)}
    assert np.array_equal(_only(tmp_path / "a.png"), turned[orientation])


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits(tmp_path: Path, suffix: str) -> None:
    deep = GRAY.astype(np.uint16) * 251
    cv2.imwrite(str(tmp_path / f"g.{suffix}"), deep)
    assert np.array_equal(_only(tmp_path / f"g.{suffix}"), deep)
    color = COLOR.astype(np.uint16) * 251
    cv2.imwrite(str(tmp_path / f"c.{suffix}"), color[..., ::-1])
    assert np.array_equal(_only(tmp_path / f"c.{suffix}"), color)
    luma = np.asarray(Image.fromarray(COLOR).convert("L")) * (251 / 257)
    assert np.abs(open_raster(tmp_path / f"c.{suffix}")[0].gray(0) - luma).max() <= 2


def test_pgm_keeps_its_values_whatever_its_maximum(tmp_path: Path) -> None:
    deep = (GRAY.astype(np.uint16) * 16).astype(">u2")
    (tmp_path / "a.pgm").write_bytes(b"P5\n# made by hand\n64 48\n4095\n" + deep.tobytes())
    assert np.array_equal(_only(tmp_path / "a.pgm"), GRAY.astype(np.uint16) * 16)
    assert open_raster(tmp_path / "a.pgm")[0].bits == 12
    (tmp_path / "b.pgm").write_bytes(b"P2 3 1 7 0 3 7")
    assert _only(tmp_path / "b.pgm").tolist() == [[0, 3, 7]]
    assert open_raster(tmp_path / "b.pgm")[0].gray(0).tolist() == [[0, 109, 255]]


def test_floats_with_holes_are_shown(tmp_path: Path) -> None:
    values = GRAY.astype(np.float32) / 255
    values[0, 0], values[1, 1] = np.nan, np.inf
    tifffile.imwrite(tmp_path / "a.tif", values)
    series = open_raster(tmp_path / "a.tif")[0]
    assert series.frame(0).dtype == np.float32
    assert series.gray(0)[0, 0] == 0
    assert series.gray(0).max() == 255


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_pages_are_frames(tmp_path: Path, compression: str | None) -> None:
    stack = np.stack([GRAY, GRAY[::-1], 255 - GRAY])
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack", compression=compression)
    series = open_raster(tmp_path / "a.tif")[0]
    assert series.frame_count == 3
    assert np.array_equal(series.frame(2), stack[2])
    assert np.array_equal(series.frame(0), stack[0])


def test_pages_of_other_size_are_series_of_their_own(tmp_path: Path) -> None:
    pages = [Image.fromarray(GRAY), Image.fromarray(GRAY[:20]), Image.fromarray(255 - GRAY)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    whole, part = open_raster(tmp_path / "a.tif")
    assert (whole.frame_count, part.frame_count) == (2, 1)
    assert np.array_equal(whole.frame(1), 255 - GRAY)
    assert np.array_equal(part.frame(0), GRAY[:20])


def test_an_animation_has_a_rate(tmp_path: Path) -> None:
    frames = [Image.fromarray(GRAY // (i + 1)) for i in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=50)
    series = open_raster(tmp_path / "a.gif")[0]
    assert (series.frame_count, series.frame_rate_hz) == (4, 20.0)
    for number in (3, 0, 2):
        assert np.array_equal(series.frame(number)[..., 0], GRAY // (number + 1))


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    """An animation of a huge screen; a JPEG of thousands of scans; a TIFF whose next page is its first."""
    frame = b"\x21\xf9\x04\0\0\0\0\0\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    screen = (9000).to_bytes(2, "little") * 2
    (tmp_path / "a.gif").write_bytes(b"GIF89a" + screen + b"\xf0\0\0" + bytes(6) + frame * 2000 + b"\x3b")
    Image.new("L", (8000, 8000)).save(tmp_path / "a.jpg", progressive=True)
    data = (tmp_path / "a.jpg").read_bytes()
    at = data.rindex(b"\xff\xda")
    (tmp_path / "a.jpg").write_bytes(data[:at] + data[at:-2] * 500 + data[-2:])
    for name in ("a.gif", "a.jpg"):
        with pytest.raises(InputError) as caught:
            open_raster(tmp_path / name)[0].frame(0)
        assert caught.value.message.id == "image-too-long"
    tifffile.imwrite(tmp_path / "a.tif", COLOR.astype(np.uint16), photometric="rgb")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        start = file.pages.first.offset
    data = (tmp_path / "a.tif").read_bytes()
    end = start + 2 + 12 * int.from_bytes(data[start:start + 2], "little")
    (tmp_path / "a.tif").write_bytes(data[:end] + start.to_bytes(4, "little") + data[end + 4:])
    assert open_raster(tmp_path / "a.tif")[0].frame_count == 1


@pytest.mark.parametrize(("dtype", "options"), [
    (np.uint8, {"tile": (16, 16), "compression": "zlib"}), (np.uint16, {"tile": (16, 16)}),
    (np.uint16, {"compression": "zlib", "predictor": True}), (np.float32, {"tile": (16, 16), "compression": "zlib"}),
    (np.int16, {"bigtiff": True}), (np.uint16, {"byteorder": ">"}), (np.float64, {})])
def test_stacks_of_any_kind(tmp_path: Path, dtype: type, options: dict[str, object]) -> None:
    stack = (np.stack([GRAY, GRAY[::-1], 255 - GRAY]).astype(np.float64) * 100 - 9000 * (dtype == np.int16)) \
        if dtype != np.uint8 else np.stack([GRAY, GRAY[::-1], 255 - GRAY])
    tifffile.imwrite(tmp_path / "a.tif", stack.astype(dtype), photometric="minisblack", **options)
    series = open_raster(tmp_path / "a.tif")[0]
    assert series.frame_count == 3
    for number in (2, 0, 1):
        assert np.array_equal(series.frame(number), stack[number].astype(dtype))


def test_a_jpeg_of_four_inks_as_printers_and_adobe_store_it(tmp_path: Path) -> None:
    """Adobe writes the inks inverted; where its marker was lost they are still taken for such."""
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    assert np.allclose(_only(tmp_path / "a.jpg")[0, 0], (255, 0, 0), atol=3)
    data = (tmp_path / "a.jpg").read_bytes()
    at = data.find(b"\xff\xee")
    plain = data[:at] + data[at + 2 + int.from_bytes(data[at + 2:at + 4], "big"):] if at >= 0 else data
    (tmp_path / "b.jpg").write_bytes(plain)
    assert np.allclose(_only(tmp_path / "b.jpg")[0, 0], (255, 0, 0), atol=3)


def _png(rows: int, columns: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", data) + chunk(b"IEND", b""))


@pytest.mark.parametrize(("rows", "columns"), [(20_000, 20_000), (1 << 30, 1 << 30)])
def test_a_huge_image_is_refused_before_it_is_decoded(tmp_path: Path, rows: int, columns: int) -> None:
    (tmp_path / "a.png").write_bytes(_png(rows, columns, zlib.compress(b"")))
    with pytest.raises(InputError) as caught:
        open_raster(tmp_path / "a.png")
    assert caught.value.message.id == "image-too-large"


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif", "pgm", "gif"])
def test_a_cut_image_is_told(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 80), np.uint8)
    Image.fromarray(noise).save(tmp_path / f"a.{suffix}")
    data = (tmp_path / f"a.{suffix}").read_bytes()
    for length in (3, 20, len(data) // 2):
        (tmp_path / f"b.{suffix}").write_bytes(data[:length])
        with pytest.raises(InputError) as caught:
            open_raster(tmp_path / f"b.{suffix}")[0].frame(0)
        assert caught.value.message.id.startswith("image-")


def test_a_file_that_changed_or_went_away_is_told(tmp_path: Path) -> None:
    Image.fromarray(GRAY).save(tmp_path / "a.png")
    first, second = open_raster(tmp_path / "a.png")[0], open_raster(tmp_path / "a.png")[0]
    Image.fromarray(GRAY[:5]).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="changed"):
        first.frame(0)
    (tmp_path / "a.png").unlink()
    with pytest.raises(InputError, match="does not exist"):
        second.frame(0)
