"""JPEG of 8 bits through libjpeg-turbo, equal to GDCM's values to the bit, and the GIL released meanwhile."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt


def decode_exact(data: bytes, *, gray: bool) -> npt.NDArray[np.uint8]:
    """(y, x), or (y, x, 3) in RGB: converted where the markers say YCbCr, as they are where they say RGB.

    Raises:
        ValueError, OSError: the stream is damaged.
    """
    import simplejpeg

    try:
        pixels: npt.NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colorspace="GRAY" if gray else "RGB", fastdct=False, fastupsample=False)
    except ValueError:
        # Any oddity ends it; Pillow bears what harms no pixel, such as bytes before a marker.
        from PIL import Image

        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            return np.array(image.convert("L" if gray else "RGB"))
    return pixels[..., 0] if gray else pixels
