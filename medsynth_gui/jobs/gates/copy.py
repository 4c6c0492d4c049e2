"""Copies: is an image nearly one that the generator was trained on?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.dataset.training_set import image_files
from medsynth_gui.jobs.gates.look import Look
from medsynth_gui.jobs.gates.result import GateResult
from medsynth_gui.metrics.memorisation import NEIGHBOURS_LOOKED_AT, nearest
from medsynth_gui.metrics.pixel_copies import PixelLimits, confirm_in_pixels

if TYPE_CHECKING:
    from medsynth_gui.engine.features import Encoder

Gray = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

# Where a generator brings no calibration: 99th percentile over held-out images of all shipped sets.
LARGEST_SIMILARITY = 0.9
_CHUNK = 8
_SAME = 0.02


@dataclass(frozen=True)
class Known:
    """Codes (n, k) of training images with their ids, and their files where they are at hand."""

    codes: Float
    ids: tuple[str, ...]
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class CopyGate:
    """The largest similarity of the copy code, confirmed in pixels where the training image is at hand.

    Attributes:
        known: one entry for the codes that came with the generator, one for a folder of training images.
        limit: largest similarity of codes that rouses no suspicion.
        pixels: correlations that confirm a copy.
    """

    known: tuple[Known, ...]
    limit: float
    judge_name: str
    pixels: PixelLimits = field(default_factory=PixelLimits)

    def judge(self, look: Look) -> GateResult:
        """A copy by its code alone where no pixels are at hand; else pixels decide, strictly where the code warns."""
        found = self._nearest(look.code_beside(np.concatenate([known.codes for known in self.known if known.ids])))
        value, name, file = found[0]
        looked = [(_correlation(look.drawn, path), like, own) for like, own, path in found[:NEIGHBOURS_LOOKED_AT]
                  if path]
        if file is None or not looked:
            suspect = value > self.limit
            return GateResult("copy", not suspect, value, self.limit, self.judge_name, name,
                              "by its code alone" if suspect else "")
        rows = [(same - limit, same, limit, like, own) for same, like, own in looked
                for limit in (self.pixels.suspect if like > self.limit else self.pixels.alone,)]
        over, same, limit, value, name = max(rows)
        passed = over < 0
        detail = "" if passed and value <= self.limit else f"pixels correlate {same:.2f}, a copy from {limit:.2f} on"
        return GateResult("copy", passed, value, self.limit, self.judge_name, name, detail)

    def _nearest(self, code: Float) -> list[tuple[float, str, Path | None]]:
        """Similarity, id and file of the nearest, most alike first; of equals the one whose pixels are at hand."""
        rows: list[tuple[float, str, Path | None]] = []
        for known in self.known:
            if known.ids:
                values, indices = nearest(code, known.codes, NEIGHBOURS_LOOKED_AT)
                rows += [(float(value), known.ids[index], known.files[index] if known.files else None)
                         for value, index in zip(values[0], indices[0], strict=True)]
        return sorted(rows, key=lambda row: row[0] + (_SAME if row[2] else 0.0), reverse=True)


def _correlation(image: Gray, file: Path) -> float:
    from medsynth_gui.engine.gate_reference import drawn_size
    from medsynth_gui.io.furniture import remove_furniture
    from medsynth_gui.io.raster_files import read_gray

    stored, size = read_gray(file), max(image.shape)
    # As stored too: bright bone at a border may be taken for marks and be painted over.
    return max(confirm_in_pixels(image, drawn_size(known, size)) for known in (remove_furniture(stored), stored))


def known_in(folder: Path, encoder: Encoder, size: int, on_progress: Progress | None = None) -> Known:
    """Codes of the real images of a training set, a project or a plain folder, as they would be drawn at `size`.

    They are kept for the next generator. `on_progress` gets (done, total) and may raise to cancel.
    """
    below = folder / "images"
    files = image_files(below if below.is_dir() else folder)
    state = tuple((name, str(path), path.stat().st_mtime_ns) for name, path in files.items())
    return _described(state, size, encoder.card.weights_sha256, _Held(encoder, on_progress))


@dataclass(frozen=True)
class _Held:
    """What does not count in a cache's key."""

    encoder: Encoder = field(compare=False)
    on_progress: Progress | None = field(default=None, compare=False)


@lru_cache(maxsize=2)
def _described(state: tuple[tuple[str, str, int], ...], size: int, encoder_sha256: str, held: _Held) -> Known:
    from medsynth_gui.engine.gate_reference import drawn_size

    names: list[str] = []
    files: list[Path] = []
    codes: list[Float] = []
    for start in range(0, len(state), _CHUNK):
        if held.on_progress:
            held.on_progress(start, len(state))
        images = [(name, Path(path), image) for name, path, _ in state[start:start + _CHUNK]
                  if (image := _real(Path(path))) is not None]
        names += [name for name, _, _ in images]
        files += [path for _, path, _ in images]
        if images:
            codes.append(held.encoder.codes([drawn_size(image, size) for _, _, image in images]))
    return Known(np.concatenate(codes) if codes else np.zeros((0, 1), np.float32), tuple(names), tuple(files))


def _real(path: Path) -> Gray | None:
    """An image as a generator learns from it; None where it cannot be read, or was synthetic itself."""
    from medsynth_gui.io.furniture import remove_furniture
    from medsynth_gui.io.readers import open_file

    try:
        series = open_file(path)[0].series[0]
        return None if series.synthetic else remove_furniture(series.gray(0))
    except MedSynthError:
        return None
