"""World: what an encoder says of the images that it was trained and measured with, so that other kinds are known."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.io.atomic import write_bytes

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
        from safetensors.numpy import save

        facts = {"sets": self.sets.tolist(), "groups": self.groups.tolist(), "held_out": self.held_out.tolist()}
        write_bytes(folder / WORLD_FILE, save({"described": self.described.astype(np.float16)},
                                              {"json": json.dumps(facts, sort_keys=True)}))

    @classmethod
    def load(cls, folder: Path) -> World:
        """The world of an encoder's folder.

        Raises:
            ModelError: it is missing or damaged.
        """
        from safetensors import SafetensorError, safe_open

        path = folder / WORLD_FILE
        try:
            with safe_open(path, framework="numpy") as stream:
                facts: dict[str, Any] = json.loads((stream.metadata() or {})["json"])
                described = stream.get_tensor("described").astype(np.float32)
            return cls(described, np.array(facts["sets"], np.str_), np.array(facts["groups"], np.str_),
                       np.array(facts["held_out"], np.bool_))
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise ModelError("likeness-unreadable", path=path, detail=str(error).splitlines()[0]) from error
