"""What tests are built from: paths of real data, small images and masks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

_CHECKOUT = Path(__file__).resolve().parents[1]


def shared_data(*parts: str) -> Path:
    """A path below the folder of real data; skips the test where there is none."""
    root = Path(os.environ.get("MEDSYNTH_DATA", _CHECKOUT.parent / "shared" / "data"))
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"real data not found ({'/'.join(parts) or 'data'}); set MEDSYNTH_DATA to the folder that holds it")
    return path


def ramp(rows: int = 48, columns: int = 64) -> npt.NDArray[np.uint8]:
    """A gray image (y, x) in which every row and column differs."""
    y, x = np.mgrid[0:rows, 0:columns]
    return ((y * 3 + x * 2) % 256).astype(np.uint8)


def disc(rows: int, columns: int, *, center: tuple[float, float], radius: float) -> npt.NDArray[np.uint8]:
    """A label image (y, x) with value 1 inside a circle."""
    y, x = np.mgrid[0:rows, 0:columns]
    return ((y - center[0]) ** 2 + (x - center[1]) ** 2 <= radius**2).astype(np.uint8)
