"""How large an image may be, judged from its header before anything is decoded."""

from __future__ import annotations

from pathlib import Path

from medsynth_gui.core.errors import InputError

# A film mammogram has 30 megapixels; 100 of them in colour still fit a laptop with mask and view.
MOST_PIXELS = 100_000_000
MOST_BYTES_UNPACKED = 2 << 30


def check_size(path: Path | str, rows: int, columns: int) -> None:
    """Refuse an image that has no pixels or too many.

    Raises:
        InputError: with the size and the limit.
    """
    if rows <= 0 or columns <= 0:
        raise InputError("image-empty", path=path, rows=rows, columns=columns)
    if rows * columns > MOST_PIXELS:
        raise InputError("image-too-large", path=path, rows=rows, columns=columns, limit=MOST_PIXELS // 1_000_000)
