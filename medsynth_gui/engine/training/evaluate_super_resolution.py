"""Figures of an upscaler on held-out images: decibels over bicubic, inside the field of view."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.engine.device import Runtime
from medsynth_gui.engine.training.data import TrainingData
from medsynth_gui.engine.training.recipe import Recipe
from medsynth_gui.engine.upscaler import Upscaler
from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.metrics.bootstrap import bootstrap
from medsynth_gui.metrics.fidelity import psnr

Gray = npt.NDArray[np.uint8]
# What an image equal to the last bit is given, so that means stay numbers.
_EXACT_DB = 99.0


def evaluate(recipe: Recipe, card: ModelCard, data: TrainingData, runtime: Runtime, folder: Path,
             checkpoint: Callable[[float, float, str], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Area-average each held-out image, enlarge it again, and compare with the image itself."""
    import cv2

    factor = int(card.network["factor"])
    upscaler = Upscaler(card, runtime, factor=factor)
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(data.test):
        checkpoint(number, len(data.test), f"measuring {number + 1} of {len(data.test)}")
        large = read_gray(item.image)
        large = large[:large.shape[0] // factor * factor, :large.shape[1] // factor * factor]
        size = (large.shape[1], large.shape[0])
        small = cv2.resize(large, (size[0] // factor, size[1] // factor), interpolation=cv2.INTER_AREA).astype(np.uint8)
        seen = find_field_of_view(large)
        ours = upscaler.upscale(small)
        back = cv2.resize(ours, small.shape[::-1], interpolation=cv2.INTER_AREA)
        row: dict[str, Any] = {"set": item.set_name, "group": item.group, "ours_db": psnr(ours, large, field=seen),
                               "consistency_db": min(_EXACT_DB, psnr(back.astype(np.uint8), small))}
        for name, how in (("bicubic", cv2.INTER_CUBIC), ("lanczos", cv2.INTER_LANCZOS4)):
            row[f"{name}_db"] = psnr(cv2.resize(small, size, interpolation=how).astype(np.uint8), large, field=seen)
        rows.append(row)
    sets = {name: _summary([row for row in rows if row["set"] == name]) for name in sorted({r["set"] for r in rows})}
    overall = _summary(rows)
    low, high = overall["gain_over_bicubic_db_interval"]
    headline = (f"{overall['gain_over_bicubic_db']:+.2f} dB over bicubic [{low:+.2f}, {high:+.2f}] "
                f"on {len(rows)} held-out images")
    return {"headline": headline, **overall, "sets": sets}, {}


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    gains = np.array([row["ours_db"] - row["bicubic_db"] for row in rows])
    interval = bootstrap(gains, [row["group"] for row in rows])
    means = {name: round(float(np.mean([row[name] for row in rows])), 3)
             for name in ("ours_db", "bicubic_db", "lanczos_db", "consistency_db")}
    return {"images": len(rows), **means, "gain_over_bicubic_db": round(float(gains.mean()), 3),
            "gain_over_bicubic_db_interval": [round(interval.low, 3), round(interval.high, 3)]}
