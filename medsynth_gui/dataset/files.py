"""Files of a project: names, digests, and PNGs that are whole or not there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance

Mutex = AbstractContextManager[Any]
_NAME_LENGTH = 80


def sha256_of(path: Path) -> str:
    """Digest of a file's bytes.

    Raises:
        InputError: it is missing or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except OSError as error:
        raise InputError("file-unreadable", path=path, detail=error.strerror or error) from error


def plain_name(text: str) -> str:
    """Letters, digits, _ and -: a name that every file system accepts."""
    return re.sub(r"[^\w-]+", "-", text, flags=re.ASCII).strip("-")[:_NAME_LENGTH] or "image"


def free_name(plain: str, taken: Callable[[str], bool]) -> str:
    """The name itself, numbered if it is taken."""
    name, number = plain, 2
    while taken(name):
        name, number = f"{plain}-{number}", number + 1
    return name


def size_text(shape: Sequence[int]) -> str:
    """Columns x rows, as people say it."""
    return f"{shape[1]} x {shape[0]}" if len(shape) == 2 else " x ".join(map(str, shape))


def remove(*paths: Path | None) -> None:
    """Remove files that no row names any more; one that another program holds stays for `clean`."""
    for path in paths:
        if path is not None:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def write_image(path: Path, image: npt.NDArray[np.uint8], provenance: Provenance) -> str:
    """Write uint8 (y, x), marked if it is synthetic, and return the digest of the file.

    Raises:
        InputError: the array is no 8-bit gray image.
    """
    from medsynth_gui.io.raster_files import provenance_text, write_gray_png

    if image.ndim != 2 or image.dtype != np.uint8:
        raise InputError("image-not-gray", shape=f"{size_text(image.shape)} {image.dtype}")
    write_gray_png(path, image, provenance_text(provenance) if provenance.synthetic else None)
    return sha256_of(path)


def write_mask(folder: Path, identity: str, mask: npt.NDArray[np.uint8], labels: LabelSet) -> tuple[Path, str]:
    """Write label values (y, x) under a name that their bytes decide; return the path and the file's digest."""
    from medsynth_gui.io.raster_files import write_label_png

    values = np.ascontiguousarray(mask, np.uint8)
    content = hashlib.sha256(repr(values.shape).encode() + values.tobytes() + repr(labels).encode()).hexdigest()
    path = folder / f"{identity}.{content[:8]}.png"
    write_label_png(path, values, labels)
    return path, sha256_of(path)
