"""How large an image may be, judged from its header before anything is decoded; how much of a file is quoted."""

from __future__ import annotations

from pathlib import Path

from medsynth_gui.core.errors import InputError

# A film mammogram has 30 megapixels; 100 of them in colour still fit a laptop with mask and view.
MOST_PIXELS = 100_000_000
MOST_BYTES_UNPACKED = 2 << 30
_MOST_LETTERS = 160


def check_size(path: Path | str, rows: int, columns: int) -> None:
    """Refuse an image that has no pixels or too many.

    Raises:
        InputError: with the size and the limit.
    """
    if rows <= 0 or columns <= 0:
        raise InputError("image-empty", path=path, rows=rows, columns=columns)
    if rows * columns > MOST_PIXELS:
        raise InputError("image-too-large", path=path, rows=rows, columns=columns, limit=MOST_PIXELS // 1_000_000)


def quoted(value: object, most: int = _MOST_LETTERS) -> str:
    """What a file or a parser says, fit for a sentence: one line of printable letters, not too many.

    An error without words is named by its type.
    """
    text = "".join(letter if letter.isprintable() else " " for letter in str(value)[: 8 * most])
    text = " ".join(text.split()).rstrip(".") or type(value).__name__
    return text if len(text) <= most else f"{text[:most]}..."
