"""World: what an encoder says of the images that it was trained and measured with, so that other kinds are known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.io.tensor_file import read_tensors, write_tensors

WORLD_FILE = "world.safetensors"


@dataclass(frozen=True, eq=False)
class World:
    """Descriptions of images, without their pixels.

    Attributes:
        described: features (n, d).
        sets: the set of each image.
        groups: its group.
        held_out: whether no training may see it, (n,).
    """

    described: npt.NDArray[np.float32]
    sets: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]
    held_out: npt.NDArray[np.bool_]

    def of(self, sets: Collection[str], *, held_out: bool = False, others: bool = False) -> npt.NDArray[np.intp]:
        """Indices of the images of some sets, or of all others."""
        return np.flatnonzero((np.isin(self.sets, list(sets)) != others) & (self.held_out == held_out))

    def save(self, folder: Path) -> None:
        """Write it beside the encoder's weights; equal ones give equal bytes."""
        facts = {"sets": self.sets.tolist(), "groups": self.groups.tolist(), "held_out": self.held_out.tolist()}
        write_tensors(folder / WORLD_FILE, {"described": self.described.astype(np.float16)}, facts)

    @classmethod
    def load(cls, folder: Path) -> World:
        """The world of an encoder's folder.

        Raises:
            ModelError: it is missing or damaged.
        """
        with read_tensors(folder / WORLD_FILE, "likeness-unreadable") as (tensors, facts):
            return cls(tensors["described"].astype(np.float32), np.array(facts["sets"], np.str_),
                       np.array(facts["groups"], np.str_), np.array(facts["held_out"], np.bool_))
