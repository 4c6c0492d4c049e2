"""The decoders that run in this process: one frame of bytes to stored values (y, x[, 3])."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.colour import decode_baseline
from medsynth_gui.io.dicom.layout import PixelLayout

_EXPLICIT = "1.2.840.10008.1.2.1"
_PARTIAL = "YBR_PARTIAL_422"


def baseline(data: bytes, layout: PixelLayout, syntax: str) -> Frame:
    """JPEG of 8 bits, exact to the bit."""
    values = decode_baseline(data, layout)
    return values.view(np.int8) if layout.signed else values


def plain(data: bytes, layout: PixelLayout, syntax: str) -> Frame:
    """Uncompressed pixels in the byte order of the syntax; what is missing at the end is 0."""
    data += bytes(max(0, -(-layout.frame_bits // 8) - len(data)))
    if layout.allocated == 1:
        return one_bit(data, layout, 0)
    from pydicom.uid import UID

    native = syntax if syntax in (_EXPLICIT, "1.2.840.10008.1.2", "1.2.840.10008.1.2.2") else _EXPLICIT
    if layout.photometric != _PARTIAL:
        return _through(UID(native), data, layout.options())
    # pydicom does not know the retired kind; its bytes lie as those of the full one.
    options = {**layout.options(), "photometric_interpretation": "YBR_FULL_422"}
    return partial_to_rgb(_through(UID(native), data, options, raw=True))


def inflated(data: bytes, layout: PixelLayout, syntax: str) -> Frame:
    """A deflated frame; never unpacks more than the header says."""
    need = -(-layout.frame_bits // 8)
    return plain(zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, need), layout, _EXPLICIT)


def one_bit(data: bytes, layout: PixelLayout, first: int) -> npt.NDArray[np.uint8]:
    """Packed bits to 0 and 1; `first` is the bit at which the frame begins."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return bits[first:first + layout.frame_bits].reshape(layout.rows, layout.columns)


def through_pylibjpeg(data: bytes, layout: PixelLayout, syntax: str) -> Frame:
    """JPEG 2000 and RLE. The plugin is named: GDCM, which would come first, ends the process on damaged streams."""
    return through_pydicom(data, layout.options(), syntax, "pylibjpeg")


def through_pydicom(data: bytes, options: dict[str, Any], syntax: str, plugin: str) -> Frame:
    """One code stream through a plugin of pydicom."""
    from pydicom.encaps import encapsulate

    return _through(syntax, encapsulate([data], has_bot=False), options, plugin=plugin)


def _through(syntax: str, data: bytes, options: dict[str, Any], *, plugin: str = "", raw: bool = False) -> Frame:
    from pydicom.pixels.decoders.base import get_decoder

    values, done = get_decoder(syntax).as_array(data, index=0, raw=raw, decoding_plugin=plugin, **options)
    found = str(done["photometric_interpretation"])
    if not raw and options["samples_per_pixel"] == 3 and found.startswith(("YBR_FULL", "YBR_PARTIAL")):
        raise ValueError(f"no conversion from {found} to RGB")
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))


def partial_to_rgb(ybr: Frame) -> npt.NDArray[np.uint8]:
    """Y of 16..235 and chroma of 16..240 (ITU-R BT.601, DICOM PS3.3 C.7.6.3.1.2) to RGB of 0..255."""
    y, cb, cr = np.moveaxis(ybr.astype(np.float32), 2, 0)
    y, cb, cr = (y - 16) * np.float32(255 / 219), (cb - 128) * np.float32(255 / 224), (cr - 128) * np.float32(255 / 224)
    rgb = np.stack([y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb], axis=2)
    return np.asarray(np.clip(rgb, 0, 255).round(), np.uint8)


def rle_bits(data: bytes, layout: PixelLayout, syntax: str) -> npt.NDArray[np.uint8]:
    """RLE of one-bit values as 0 and 1, which the usual decoders refuse."""
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
    return one_bit(bytes(out[:need]), layout, 0)
