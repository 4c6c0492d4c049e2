"""How large an image may be, judged from its header before anything is decoded; how much of a file is quoted."""

from __future__ import annotations

import re
from pathlib import Path

from medsynth_gui.core.errors import InputError

# A film mammogram has 30 megapixels; 100 of them in colour still fit a laptop with mask and view.
MOST_PIXELS = 100_000_000
MOST_BYTES_UNPACKED = 2 << 30
MOST_PAGES = 100_000
# What has to be decoded to reach the last frame of an animation, or through the last scan of a JPEG.
_MOST_WORK = 4_000_000_000
_MOST_LETTERS = 160
# Pillow and others name the stream that they read from.
_OBJECT = re.compile(r"\s*<[\w. ]+ object at 0x[0-9A-Fa-f]+>")


def check_size(path: Path | str, rows: int, columns: int) -> None:
    """Refuse an image that has no pixels or too many.

    Raises:
        InputError: with the size and the limit.
    """
    if rows <= 0 or columns <= 0:
        raise InputError("image-empty", path=path, rows=rows, columns=columns)
    if rows * columns > MOST_PIXELS:
        raise InputError("image-too-large", path=path, rows=rows, columns=columns, limit=MOST_PIXELS // 1_000_000)


def check_work(path: Path | str, rows: int, columns: int, passes: int) -> None:
    """Refuse what takes minutes to decode: many full-size frames of a few bytes each, or many scans of one image.

    Raises:
        InputError: with the size and the number of frames or scans.
    """
    if rows * columns * passes > _MOST_WORK:
        raise InputError("image-too-long", path=path, rows=rows, columns=columns, passes=passes)


def quoted(value: object, most: int = _MOST_LETTERS) -> str:
    """What a file or a parser says, fit for a sentence: one line of printable letters, not too many.

    An error without words is named by its type.
    """
    text = _OBJECT.sub("", str(value)[: 8 * most])
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = " ".join(text.split()).rstrip(".") or type(value).__name__
    return text if len(text) <= most else f"{text[:most]}..."
