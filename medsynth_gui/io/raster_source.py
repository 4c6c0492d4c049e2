"""Raster images to series: the header is judged first, a page is decoded when it is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import MOST_PAGES, check_size, check_work, quoted
from medsynth_gui.io.raster_files import read_provenance

if TYPE_CHECKING:
    from PIL import Image

_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "PPM", "GIF", "WEBP", "JPEG2000")
_BITS = {"1": 1, "I": 32, "F": 32}
_ORIENTATION = 0x0112
_ANIMATED = ("GIF", "WEBP", "PNG")
_SCAN = b"\xff\xda"


@dataclass(frozen=True)
class Page:
    """What a header says of one page."""

    rows: int
    columns: int
    channels: int
    bits: int
    photometric: str


class RasterFrames:
    """The pages of one size of an image file; each call opens the file anew, so any thread may ask."""

    def __init__(self, path: Path, pages: tuple[int, ...], layout: Page) -> None:
        self._path, self._pages, self._layout = path, pages, layout
        self._cache = FrameCache()

    def __len__(self) -> int:
        return len(self._pages)

    def frame(self, index: int) -> Frame:
        return self._cache.get_or(index, self._decode)

    def kept(self, index: int) -> Frame | None:
        """The frame if it is in memory."""
        return self._cache.get(index)

    def _decode(self, index: int) -> Frame:
        with open_pillow(self._path) as image:
            image.seek(self._pages[index])
            if _describe(image) != self._layout:
                raise InputError("file-changed", path=self._path)
            return _pixels(image, self._path)


def open_raster(path: Path) -> tuple[ImageSeries, ...]:
    """Read the header of an image file; pages of different size become series of their own.

    Raises:
        InputError: not an image, damaged, without pixels or too large.
    """
    from medsynth_gui.io import raster_deep

    if (series := raster_deep.open_deep(path)) is not None:
        return series
    with open_pillow(path) as image:
        # Only these formats hold pages; a phone's JPEG may hold a depth map beside the picture.
        pages = min(getattr(image, "n_frames", 1), MOST_PAGES) if image.format in ("TIFF", *_ANIMATED) else 1
        if image.format in _ANIMATED:
            check_size(path, image.height, image.width)
            check_work(path, image.height, image.width, pages)
            if image.format == "GIF" and pages > 1:
                return _open_gif(path)
        groups = _groups(image, pages)
        image.seek(0)
        text = {str(key): value for key, value in image.info.items()}
        provenance = read_provenance(text) or Provenance(synthetic=False, producer="file")
        details = (("format", str(image.format)), ("mode", image.mode))
        duration = image.info.get("duration", 0) if pages > 1 else 0
    rate = 1000.0 / duration if isinstance(duration, (int, float)) and duration > 0 else None
    for layout in groups:
        check_size(path, layout.rows, layout.columns)
    return tuple(
        ImageSeries(source=RasterFrames(path, tuple(numbers), layout), rows=layout.rows, columns=layout.columns,
                    channels=layout.channels, bits=layout.bits, photometric=layout.photometric, provenance=provenance,
                    title=path.name if len(groups) == 1 else f"{path.name} ({position + 1})", path=str(path),
                    frame_rate_hz=rate, details=details, windows=_binary_window(layout))
        for position, (layout, numbers) in enumerate(groups.items()))


def _groups(image: Image.Image, pages: int) -> dict[Page, list[int]]:
    """Pages by what they are; those of an animation are all alike, and each of them costs a decode to reach."""
    if image.format in _ANIMATED:
        return {_describe(image): list(range(pages))}
    groups: dict[Page, list[int]] = {}
    for page in range(pages):
        image.seek(page)
        groups.setdefault(_describe(image), []).append(page)
    return groups


def _open_gif(path: Path) -> tuple[ImageSeries, ...]:
    """An animation: Pillow would compose it from the first frame for every one that is asked for."""
    from medsynth_gui.io.video import open_stream

    return (open_stream(path, None),)


def read_stored(path: Path) -> tuple[Frame, bool, bool]:
    """The stored values of the first page without alpha, as labels need them.

    Returns:
        Values (y, x) or (y, x, 3); whether the format is lossy; whether the values are palette indices.
    """
    from medsynth_gui.io import raster_deep

    if (series := raster_deep.open_deep(path)) is not None:
        return series[0].frame(0), False, False
    with open_pillow(path) as image:
        check_size(path, image.height, image.width)
        lossy, indexed = image.format in ("JPEG", "MPO", "WEBP", "JPEG2000"), image.mode == "P"
        if image.mode in ("LA", "La", "RGBA", "RGBa", "PA"):
            image = image.convert("L" if image.mode in ("LA", "La") else "RGB")
        if image.mode == "1":
            return np.array(image, np.uint8), lossy, indexed
        return np.array(image) if indexed or image.mode == "L" else _pixels(image, path), lossy, indexed


@contextmanager
def open_pillow(path: Path) -> Iterator[Image.Image]:
    """Open an image file; whatever the parser trips over becomes a sentence."""
    pillow = _pillow()
    try:
        with pillow.open(path, formats=_FORMATS) as image:
            yield image
    except MedSynthError:
        raise
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except pillow.UnidentifiedImageError:
        raise InputError("image-damaged", path=path, detail="its header cannot be read") from None
    # The parser raises anything (struct.error, SyntaxError, zlib.error, ...) for a damaged file.
    except Exception as error:
        raise InputError("image-damaged", path=path, detail=quoted(error)) from error


@cache
def _pillow() -> Any:
    from PIL import Image, ImageFile

    # `check_size` judges every header before a pixel is decoded, and says what to do.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.filterwarnings("ignore", module=r"PIL(\..*)?")
    Image.init()
    return Image


def _describe(image: Image.Image) -> Page:
    rows, columns = image.height, image.width
    if _orientation(image) >= 5:
        rows, columns = columns, rows
    color = _is_color(image)
    photometric = {"P": "PALETTE COLOR", "CMYK": "CMYK"}.get(image.mode, "RGB") if color else "MONOCHROME2"
    bits = 16 if image.mode.startswith("I;16") else _BITS.get(image.mode, 8)
    return Page(rows, columns, 3 if color else 1, bits, photometric)


def _binary_window(layout: Page) -> tuple[WindowLevel, ...]:
    return (WindowLevel.from_range(0, 255),) if layout.bits == 1 else ()


def _orientation(image: Image.Image) -> int:
    """EXIF orientation that is still to be applied (Pillow turns TIFF itself); 1 where there is none."""
    if image.format == "TIFF" or (image.format == "PNG" and not _png_has_exif(image)):
        return 1
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    # A damaged EXIF block must not cost the picture.
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _png_has_exif(image: Image.Image) -> bool:
    """Whether to ask at all: Pillow decodes a whole PNG to look for EXIF behind its pixels."""
    path = getattr(image, "filename", "")
    if not path or "exif" in image.info or "Raw profile type exif" in image.info:
        return True
    with open(path, "rb") as file:
        file.seek(8)
        while len(head := file.read(8)) == 8 and head[4:] != b"IEND":
            if head[4:] == b"eXIf":
                return True
            file.seek(int.from_bytes(head[:4], "big") + 4, 1)
    return False


def _is_color(image: Image.Image) -> bool:
    if getattr(image, "is_animated", False) and image.format in ("GIF", "WEBP", "PNG"):
        return True
    if image.mode == "P":
        palette = np.asarray(image.getpalette("RGB") or [0], np.uint8)
        return palette.size % 3 == 0 and bool((palette.reshape(-1, 3) != palette.reshape(-1, 3)[:, :1]).any())
    return image.mode not in ("1", "L", "LA", "La", "I", "F") and not image.mode.startswith("I;16")


def _pixels(image: Image.Image, path: Path) -> Frame:
    """(y, x) or (y, x, 3) in RGB order; alpha is composited over black, the orientation applied."""
    from PIL import Image, ImageOps

    check_size(path, image.height, image.width)
    if image.format == "JPEG" and image.info.get("progressive"):
        check_work(path, image.height, image.width, path.read_bytes().count(_SCAN))
    color, turn = _is_color(image), _orientation(image)
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or (image.mode == "P" and "transparency" in image.info):
        layered = image.convert("RGBA")
        if layered.getchannel("A").getextrema() != (0, 0):
            layered = Image.alpha_composite(Image.new("RGBA", layered.size, (0, 0, 0, 255)), layered)
        flat = layered.convert("RGB" if color else "L")
    elif color:
        flat = image if image.mode == "RGB" else image.convert("RGB")
    else:
        flat = image.convert("L") if image.mode in ("1", "P") else image
    if turn > 1:
        flat.getexif()[_ORIENTATION] = turn
        flat = ImageOps.exif_transpose(flat)
    pixels = np.array(flat)
    return pixels.astype(pixels.dtype.newbyteorder("=")) if not pixels.dtype.isnative else pixels
