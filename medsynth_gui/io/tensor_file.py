"""Tensor files beside a model's weights: named arrays, and facts about them as JSON in the metadata."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import ModelError
from medsynth_gui.io.atomic import write_bytes

Tensors = Mapping[str, npt.NDArray[Any]]


def write_tensors(path: Path, tensors: Tensors, facts: Mapping[str, Any] | None = None) -> None:
    """Write arrays and facts; equal ones give equal bytes."""
    from safetensors.numpy import save

    kept = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    write_bytes(path, save(kept, None if facts is None else {"json": json.dumps(facts, sort_keys=True)}))


@contextmanager
def read_tensors(path: Path, problem: str) -> Iterator[tuple[Tensors, dict[str, Any]]]:
    """Arrays by name, and the facts ({} where it has none), while they are made use of.

    Raises:
        ModelError: `problem`, where the file cannot be read or is not what the body of the with-statement expects.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stream:
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
            facts = json.loads((stream.metadata() or {}).get("json", "{}"))
        yield tensors, facts
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        detail = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(problem, path=path, detail=detail) from error
