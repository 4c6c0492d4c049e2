"""JPEG kinds that the usual DICOM decoders refuse: lossy JPEG of 12 bits, JPEG-LS of 6 or 7."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.codestream import precision
from medsynth_gui.io.dicom.layout import PixelLayout

_CODECS = {"1.2.840.10008.1.2.4.51": "mjpeg", "1.2.840.10008.1.2.4.80": "jpegls", "1.2.840.10008.1.2.4.81": "jpegls"}


def decode_deep(data: bytes, layout: PixelLayout, syntax: str) -> Frame:
    """One frame (y, x) of stored values.

    Raises:
        ValueError: FFmpeg gives no gray picture.
    """
    import av

    context: Any = av.CodecContext.create(_CODECS[syntax], "r")
    frames = context.decode(av.Packet(data)) or context.decode(None)
    if not frames or not frames[0].format.name.startswith("gray"):
        raise ValueError("FFmpeg finds no gray picture in it")
    values: npt.NDArray[Any] = frames[0].to_ndarray()
    # FFmpeg moves the significant bits to the top of the sample.
    shift = values.dtype.itemsize * 8 - precision(data, layout.stored)
    return np.asarray(values >> max(shift, 0), np.uint16 if layout.allocated == 16 else np.uint8)
