"""Pictures of what a generator draws while it learns: columns with heads, and a badge on every synthetic tile."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.training.segmentation import contact_sheet

Gray = npt.NDArray[np.uint8]
_HEAD_PX, _BADGE_PX, _FONT = 18, 13, 0.36


def headed_sheet(rows: Sequence[Sequence[Gray]], heads: Sequence[str], *, synthetic: Collection[int],
                 columns: int) -> Gray:
    """Rows of tiles (y, x) of one size, `columns` of them side by side, under what each column of tiles shows.

    Args:
        heads: one for each tile of a row.
        synthetic: numbers of the tiles of a row that a model drew; each of them says so.
    """
    rows = [[_badged(tile) if number in synthetic else tile for number, tile in enumerate(row)] for row in rows]
    head = np.hstack([_head(words, rows[0][number].shape[1]) for number, words in enumerate(heads)])
    return np.vstack([np.hstack([head] * columns), contact_sheet([np.hstack(row) for row in rows], columns=columns)])


def _head(words: str, width: int) -> Gray:
    import cv2

    field: Gray = np.full((_HEAD_PX, width), 40, np.uint8)
    cv2.putText(field, words, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, _FONT, (235,), 1, cv2.LINE_AA)
    return field


def _badged(tile: Gray) -> Gray:
    """The tile with the word in its lower left corner, light on dark."""
    import cv2

    badged, words = tile.copy(), "SYNTHETIC"
    (width, _), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, _FONT, 1)
    badged[-_BADGE_PX:, :width + 6] = 0
    cv2.putText(badged, words, (3, tile.shape[0] - 3), cv2.FONT_HERSHEY_SIMPLEX, _FONT, (255,), 1, cv2.LINE_AA)
    return badged
