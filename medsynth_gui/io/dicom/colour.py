"""Colour: palettes, and baseline JPEG as RGB."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.colour_decision import libjpeg_model
from medsynth_gui.io.dicom.header import Header, load_pydicom
from medsynth_gui.io.dicom.jpeg_exact import decode_exact
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

    The photometric interpretation of `layout` holds (RGB: the components are shown as they are); whether it can be
    believed has been decided before, see `colour_decision`.
    """
    if layout.samples == 1:
        return decode_exact(data, gray=True)
    model = "RGB" if layout.photometric == "RGB" else "YBR"
    if libjpeg_model(data) == model:
        return decode_exact(data, gray=False)
    return components_as_they_are(data) if model == "RGB" else ybr_to_rgb(decode_exact(data, gray=False))


def components_as_they_are(data: bytes) -> npt.NDArray[np.uint8]:
    """The components (y, x, 3) of a JPEG that libjpeg takes for YCbCr, not converted."""
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        image.draft("YCbCr", image.size)
        return np.array(image)


def ybr_to_rgb(values: Frame) -> npt.NDArray[np.uint8]:
    """Full-range YCbCr (y, x, 3) to RGB."""
    load_pydicom()
    from pydicom.pixels.processing import convert_color_space

    return convert_color_space(np.asarray(values, np.uint8), "YBR_FULL", "RGB")
