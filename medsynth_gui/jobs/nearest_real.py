"""Which of the real images at hand is most like a synthetic one?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.dataset.training_set import image_files
from medsynth_gui.io.raster_files import read_gray
from medsynth_gui.jobs.catalogue import Compute
from medsynth_gui.jobs.features import describe
from medsynth_gui.jobs.job import JobContext, Lane

Gray = npt.NDArray[np.uint8]
_CHUNK = 16
_codes: dict[tuple[str, int, int, str], npt.NDArray[np.float32]] = {}


@dataclass(frozen=True)
class NearestReal:
    """The most alike real image.

    Attributes:
        image: uint8 (y, x); name: of its file.
        similarity: cosine of the copy-detection codes, 1 for the same image.
        compared: how many images were looked at.
    """

    image: Gray
    name: str
    similarity: float
    compared: int


@dataclass(frozen=True, eq=False)
class FindNearestReal:
    """Compare one image (y, x) with image files by the copy-detection codes of the shipped encoder.

    The codes of files stay in memory; files that cannot be read are left out.

    Attributes:
        folder: a training set, or a folder of images, instead of `files`.
    """

    image: Gray
    files: tuple[Path, ...] = ()
    folder: Path | None = None
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-nearest-real")

    def run(self, ctx: JobContext) -> NearestReal:
        """Raises:
            InputError: no file can be read.
            ModelError: the encoder is not there.
        """
        ctx.checkpoint(0)
        described = describe([self.image], self.compute)
        found = self._known(described.encoder_sha256, ctx)
        if not found:
            raise InputError("no-real-images")
        files = list(found)
        alike = np.stack([found[file] for file in files]) @ described.codes[0]
        best = int(alike.argmax())
        return NearestReal(read_gray(files[best]), files[best].name, float(alike[best]), len(files))

    def _files(self) -> tuple[Path, ...]:
        if self.folder is None:
            return self.files
        below = self.folder / "images"
        return tuple(image_files(below if below.is_dir() else self.folder).values())

    def _known(self, encoder: str, ctx: JobContext) -> dict[Path, npt.NDArray[np.float32]]:
        """Codes of the files, those that were not seen before computed now."""
        keys = {file: key for file in self._files() if (key := _key(file, encoder)) is not None}
        missing = [file for file, key in keys.items() if key not in _codes]
        for start in range(0, len(missing), _CHUNK):
            ctx.checkpoint(len(keys) - len(missing) + start, len(keys))
            chunk = {file: image for file in missing[start:start + _CHUNK] if (image := _read(file)) is not None}
            if chunk:
                codes = describe(list(chunk.values()), self.compute).codes
                _codes.update(zip((keys[file] for file in chunk), codes, strict=True))
        return {file: _codes[key] for file, key in keys.items() if key in _codes}


def _key(file: Path, encoder: str) -> tuple[str, int, int, str] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return str(file), state.st_mtime_ns, state.st_size, encoder


def _read(file: Path) -> Gray | None:
    try:
        return read_gray(file)
    except MedSynthError:
        return None
