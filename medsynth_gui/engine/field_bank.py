"""Fields of view: the frame, a fan or a rectangle, in which a generator draws an image of its kind.

A frame belongs to a scanner and its setting, not to a patient. A network that is told where the frame is need not
invent one, and draws nothing outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.io.field_of_view import find_field_of_view
from medsynth_gui.io.tensor_file import read_tensors, write_tensors

Gray = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

NAME = "fields.safetensors"
_SIDE, _MOST, _SAME = 128, 96, 0.97
_LOOKED_AT_PX, _BLOCK_PX = 256, 21
_BLACK, _DARK = 1, 8
_COVERS, _COVERS_LEAST, _ASPECT = 0.99, 0.9, 0.15
_EXTENT_SPREAD = 0.06


def drawn_field(image: Gray, kind: str) -> Mask:
    """Where in an image (y, x) a generator learns to draw.

    Args:
        image: without burned-in marks.
        kind: a key of `KINDS`; everywhere for "".

    Raises:
        InputError: there is no such kind.
    """
    if kind not in KINDS:
        raise InputError("recipe-field", name=kind, known=", ".join(filter(None, KINDS)))
    return KINDS[kind](image)


def _everywhere(image: Gray) -> Mask:
    return np.ones(image.shape, np.bool_)


def _fan(image: Gray) -> Mask:
    """The field of view of a scanner, without black boxes that stood at its rim."""
    return np.asarray(find_field_of_view(image) & ~_black_blocks(image), np.bool_)


def _rectangle(image: Gray) -> Mask:
    """Without the black rows and columns at the rim that a collimator leaves."""
    rows = np.flatnonzero(np.percentile(image, 98, axis=1) > _DARK)
    columns = np.flatnonzero(np.percentile(image, 98, axis=0) > _DARK)
    if not len(rows) or not len(columns):
        return _everywhere(image)
    found = np.zeros(image.shape, np.bool_)
    found[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] = True
    return found


KINDS: dict[str, Callable[[Gray], Mask]] = {"": _everywhere, "fan": _fan, "rectangle": _rectangle}


def _black_blocks(image: Gray) -> Mask:
    """Black regions at the rim, (y, x), in which a square of a twelfth of the image finds room."""
    import cv2

    scale = min(1.0, _LOOKED_AT_PX / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    black = cv2.morphologyEx((small <= _BLACK).astype(np.uint8), cv2.MORPH_OPEN,
                             np.ones((_BLOCK_PX, _BLOCK_PX), np.uint8), borderType=cv2.BORDER_REPLICATE)
    _, parts = cv2.connectedComponents(black, connectivity=4)
    rim = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    found = np.isin(parts, np.setdiff1d(rim, 0)).astype(np.uint8)
    return cv2.resize(found, image.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


@dataclass(frozen=True)
class FieldBank:
    """Fields of view of real images, no two alike.

    Attributes:
        fields: (n, 128, 128), each image stretched to a square.
        aspects: rows by columns of each image, (n,).
        owners: index of the field of each real image, (m,): most have one in common with others.
        extents: top, left, bottom and right of the labelled pixels of each of these images, and how much of the image
            they cover, all 0..1, (m, 5).
    """

    fields: Mask
    aspects: npt.NDArray[np.float32]
    owners: npt.NDArray[np.intp]
    extents: npt.NDArray[np.float32]

    def wished(self, frame: str, mask: Gray, seed: int, index: int = 0) -> Mask:
        """The field of view (y, x) that is wished for a mask (y, x).

        Args:
            frame: "seed" leaves it to `choose`, "whole" is everywhere; else the number of a field of the bank, which
                is stretched to the mask and also holds its labelled pixels.
        """
        import cv2

        if frame == BY_SEED:
            return self.choose(mask, seed, index)
        if frame == WHOLE:
            return np.ones(mask.shape, np.bool_)
        field = cv2.resize(self.fields[int(frame)].astype(np.float32), mask.shape[::-1]) > 0.5
        return np.asarray(field | (mask > 0), np.bool_)

    def choose(self, mask: Gray, seed: int, index: int = 0) -> Mask:
        """A field of view (y, x) for a mask (y, x) of the same size; the same seed and index give the same.

        It is that of a real image of like proportions, the likelier the more its labelled pixels lie where the mask's
        do: lungs are small where the frame is. It holds them; where none does, the image is drawn from side to side.
        """
        import cv2

        everywhere = np.ones(mask.shape, np.bool_)
        like = np.abs(np.log(self.aspects / (mask.shape[0] / mask.shape[1]))) < _ASPECT
        far = ((self.extents - _extent(mask)) ** 2).sum(1) / (2 * _EXTENT_SPREAD**2)
        # The first of exponential waiting times comes to an image as often as its weight says.
        waiting = np.log(np.random.default_rng([seed, index]).exponential(size=len(far))) + far
        order = self.owners[np.argsort(waiting)]
        order = order[like[order]]
        if not len(order):
            return everywhere
        labelled = cv2.resize(mask, (_SIDE, _SIDE), interpolation=cv2.INTER_NEAREST) > 0
        covered = self.fields[:, labelled].mean(1)[order] if labelled.any() else np.ones(len(order))
        best = int(np.argmax(covered >= min(_COVERS, covered.max())))
        if covered[best] < _COVERS_LEAST:
            return everywhere
        field = cv2.resize(self.fields[order[best]].astype(np.float32), mask.shape[::-1]) > 0.5
        return np.asarray(field | (mask > 0), np.bool_)


def _extent(mask: Gray | Mask) -> npt.NDArray[np.float32]:
    """A row of `FieldBank.extents`; zeros where nothing is labelled."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return np.zeros(5, np.float32)
    height, width = mask.shape
    return np.array([rows[0] / height, columns[0] / width, (rows[-1] + 1) / height, (columns[-1] + 1) / width,
                     (mask > 0).mean()], np.float32)


def collect(images: Iterable[tuple[Mask, Gray | Mask]]) -> FieldBank | None:
    """A bank of the fields of view of images, each with its label values, (y, x) both.

    It keeps at most 96 fields; one that nearly equals an earlier one is that one.
    """
    import cv2

    kept: list[Mask] = []
    aspects: list[float] = []
    owners: list[int] = []
    extents: list[npt.NDArray[np.float32]] = []
    for field, mask in images:
        small = np.asarray(cv2.resize(field.astype(np.float32), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) > 0.5)
        aspect = field.shape[0] / field.shape[1]
        same = next((place for place, (known, other) in enumerate(zip(kept, aspects, strict=True))
                     if abs(np.log(aspect / other)) < _ASPECT / 3
                     and (small & known).sum() > _SAME * (small | known).sum()), None)
        if same is None:
            if len(kept) == _MOST:
                continue
            same = len(kept)
            kept.append(small)
            aspects.append(aspect)
        owners.append(same)
        extents.append(_extent(mask))
    return FieldBank(np.stack(kept), np.array(aspects, np.float32), np.array(owners, np.intp),
                     np.stack(extents)) if kept else None


def write_fields(folder: Path, bank: FieldBank) -> None:
    """Write the bank beside the weights; equal banks give equal bytes."""
    write_tensors(folder / NAME, {"fields": np.packbits(bank.fields, axis=-1), "aspects": bank.aspects,
                                  "owners": bank.owners.astype(np.int32), "extents": bank.extents})


def read_fields(folder: Path) -> FieldBank | None:
    """The bank of a model folder; None where it has none.

    Raises:
        ModelError: it cannot be read.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    with read_tensors(path, "gates-unreadable") as (tensors, _):
        fields = np.unpackbits(tensors["fields"], axis=-1, count=_SIDE).astype(np.bool_)
        aspects = tensors["aspects"].astype(np.float32)
        owners = tensors.get("owners", np.arange(len(aspects))).astype(np.intp)
        extents = tensors.get("extents", np.zeros((len(owners), 5))).astype(np.float32)
        return FieldBank(fields.reshape(-1, _SIDE, _SIDE), aspects, owners, extents)
