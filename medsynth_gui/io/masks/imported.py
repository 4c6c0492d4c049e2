"""ImportedMask and what leads to it: objects under the labels of a file, and where they are read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.geometry import Region

Labels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Part:
    """One object: `mask` (y, x) fills `region` of a frame.

    Attributes:
        label: what the file calls it: a name, a number or a colour `#rrggbb`.
        item: which of several mask files of one image it is from, from 0.
        color: `#rrggbb` where the file gives one.
    """

    label: str
    region: Region
    mask: Mask
    item: int = 0
    color: str = ""


@dataclass(frozen=True, eq=False)
class Drawing:
    """The objects of one frame as their file has them; they may overlap."""

    parts: tuple[Part, ...] = ()
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class MaskOptions:
    """How a person wants masks to be understood.

    Attributes:
        fill: outlines are filled: "auto" (thin closed curves are), "yes" or "no".
        several: of several mask files of one image: their "union", the "first", or "separate" labels.
        overlaps: where labels overlap: further "layers", or the smaller object on "top".
        by_color: a palette file's colours are its labels, not its index values.
    """

    fill: str = "auto"
    several: str = "union"
    overlaps: str = "layers"
    by_color: bool = False


@dataclass(frozen=True)
class Wanted:
    """The frame that a drawing is asked for: its number and size in pixels."""

    frame: int
    rows: int
    columns: int
    options: MaskOptions = field(default_factory=MaskOptions)


@dataclass(frozen=True, eq=False)
class MaskSource:
    """Where the mask of one image is; `read` opens it.

    Attributes:
        format: id of a row of the table of formats.
        path: the file.
        image: what the format calls its image: a path, a name, a stem, or `uid:` and a SOP instance UID.
        frames: those that it speaks of; None for every frame of the image.
        class_name: class of the whole image, where the format knows it.
    """

    format: str
    path: Path
    image: str
    read: Callable[[Wanted], Drawing]
    frames: tuple[int, ...] | None = (0,)
    class_name: str = ""


@dataclass(frozen=True)
class Target:
    """What a label of a file becomes; the value 0 leaves it out."""

    value: int
    name: str


@dataclass(frozen=True, eq=False)
class ImportedMask:
    """A mask in our values.

    Attributes:
        image: the image's path.
        labels: uint8 (y, x).
        names: what the values mean.
        layers: further label images where labels overlap; each has only what the ones before it had no room for.
    """

    image: str
    frame: int
    labels: Labels
    names: Mapping[int, str]
    layers: tuple[Labels, ...] = ()
    notes: tuple[Message, ...] = ()
