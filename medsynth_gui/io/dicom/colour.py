"""Colour: palettes, and baseline JPEG as its markers say."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.header import Header, load_pydicom
from medsynth_gui.io.dicom.layout import PixelLayout
from medsynth_gui.io.limits import quoted


def palette_table(header: Header, layout: PixelLayout) -> npt.NDArray[np.uint8]:
    """The palette as RGB by stored value, (value, 3) in 8 bits.

    Raises:
        InputError: the file has no usable palette.
    """
    load_pydicom()
    from pydicom.pixels.processing import apply_color_lut

    values = np.arange(1 << min(layout.stored, 16), dtype=np.uint8 if layout.allocated <= 8 else np.uint16)
    try:
        table = apply_color_lut(values, header.dataset)
    # A damaged palette raises anything.
    except Exception as error:
        raise InputError("dicom-palette", path=header.path, detail=quoted(error)) from error
    # Sixteen-bit entries carry the colour in their upper byte, but some writers leave it in the lower one.
    if table.dtype.itemsize > 1 and int(table.max()) > 255:
        table = table >> 8
    return np.ascontiguousarray(table[:, :3].astype(np.uint8))


def apply_palette(values: Frame, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(y, x) stored values to (y, x, 3)."""
    return table[np.clip(values.astype(np.int64, copy=False), 0, len(table) - 1)]


def decode_baseline(data: bytes, layout: PixelLayout) -> npt.NDArray[np.uint8]:
    """One 8-bit JPEG frame: (y, x), or (y, x, 3) in RGB.

    Markers of the stream (Adobe, JFIF, components named R, G, B) decide whether it is YCbCr; only where there
    are none does the photometric interpretation.
    """
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        if layout.samples == 1:
            return np.array(image if image.mode == "L" else image.convert("L"))
        unmarked = "adobe_transform" not in image.info and "jfif" not in image.info
        if unmarked and layout.photometric == "RGB":
            # Asks libjpeg for the components as they are.
            image.draft("YCbCr", image.size)
            return np.array(image)
        return np.array(image.convert("RGB"))


def decode_rle_bits(data: bytes, layout: PixelLayout) -> npt.NDArray[np.uint8]:
    """One RLE frame of one-bit values as (y, x) of 0 and 1, which the usual decoders refuse."""
    segments, start = np.frombuffer(data[:8], "<u4")
    if segments != 1:
        raise ValueError(f"{segments} RLE segments for one-bit pixels")
    need, out, position = -(-layout.frame_bits // 8), bytearray(), int(start)
    while len(out) < need and position + 1 < len(data):
        count = data[position]
        if count < 128:
            out += data[position + 1:position + 2 + count]
            position += 2 + count
        else:
            out += data[position + 1:position + 2] * (257 - count if count > 128 else 0)
            position += 2 if count > 128 else 1
    bits = np.unpackbits(np.frombuffer(bytes(out[:need]), np.uint8), bitorder="little")
    return bits[: layout.frame_bits].reshape(layout.rows, layout.columns)
