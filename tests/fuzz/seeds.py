"""Good files to break: the DICOM files of the real data where they are, and small made ones of every kind."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import av
import numpy as np
import tifffile
from PIL import Image

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.writer import write_series
from tests.builders import ramp

RAW = Path(os.environ.get("MEDSYNTH_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "raw"
MOST_BYTES = 1 << 20


def seed_files(folder: Path) -> list[Path]:
    """Files to break, always in the same order; made ones are written into `folder`."""
    return [*_made(folder), *real_dicom()]


def real_dicom() -> list[Path]:
    """DICOM files of the real data that are small enough to be read thousands of times."""
    def fits(path: Path) -> bool:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return False
        with path.open("rb") as file:
            head = file.read(132)
        return head[128:] == b"DICM" or path.suffix in (".dcm", "")

    return sorted(path for path in RAW.glob("dicom_*/**/*") if fits(path))


def _made(folder: Path) -> list[Path]:
    gray = ramp()
    color = np.stack((gray, gray[::-1], gray[:, ::-1]), axis=2)
    for suffix in ("png", "jpg", "tif", "bmp", "gif", "webp", "jp2"):
        Image.fromarray(color).save(folder / f"color.{suffix}")
    Image.fromarray(gray).save(folder / "gray.pgm")
    Image.fromarray(gray).save(folder / "gray.png")
    Image.fromarray(gray).quantize(9).save(folder / "palette.png")
    Image.fromarray(color).convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(gray.astype(np.uint16) * 99).save(folder / "deep.png")
    stack = np.stack([gray, gray[::-1], 255 - gray])
    tifffile.imwrite(folder / "stack.tif", stack, photometric="minisblack", compression="zlib")
    tifffile.imwrite(folder / "tiles.tif", np.tile(gray, (2, 2)).astype(np.float32), tile=(32, 32))
    frames = [Image.fromarray(page) for page in stack]
    frames[0].save(folder / "cine.gif", save_all=True, append_images=frames[1:], duration=40)
    frames[0].save(folder / "cine.png", save_all=True, append_images=frames[1:])
    (folder / "cine.nii").write_bytes(_nifti(stack))
    (folder / "cine.nii.gz").write_bytes(gzip.compress(_nifti(stack), mtime=0))
    series = ImageSeries.from_array(stack, spacing=PixelSpacing(0.1, 0.1, "simulator"), frame_rate_hz=20)
    write_series(folder / "cine.dcm", series, seed=1)
    for suffix, codec, pixels in (("mp4", "mpeg4", "yuv420p"), ("avi", "mjpeg", "yuvj420p"),
                                  ("mov", "mpeg4", "yuv420p"), ("mkv", "ffv1", "yuv444p")):
        _clip(folder / f"cine.{suffix}", codec, pixels, color)
    return sorted(path for path in folder.iterdir() if path.is_file())


def _nifti(stack: np.ndarray) -> bytes:
    head = bytearray(352)
    head[:4] = (348).to_bytes(4, "little")
    head[40:56] = np.array([4, stack.shape[2], stack.shape[1], 1, len(stack), 1, 1, 1], "<i2").tobytes()
    head[70:74] = np.array([2, 8], "<i2").tobytes()
    head[76:112] = np.array([1, 0.2, 0.2, 1, 0.05, 0, 0, 0, 352], "<f4").tobytes()
    head[123] = 2 | 8
    head[344:348] = b"n+1\0"
    return bytes(head) + stack.tobytes()


def _clip(path: Path, codec: str, pixels: str, color: np.ndarray) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=20)
        stream.width, stream.height, stream.pix_fmt = color.shape[1], color.shape[0], pixels
        for number in range(8):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(color, number, 1)), format="rgb24")
            container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode())
