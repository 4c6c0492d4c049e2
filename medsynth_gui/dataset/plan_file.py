"""Plan files: the target table as TOML that a person can read and change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.field_of_view import BY_SEED, WHOLE
from medsynth_gui.core.toml_text import toml_text
from medsynth_gui.dataset.plan import EMPTY, FACETS, SIZES, Cell, Plan, SizeBounds, Stratum
from medsynth_gui.dataset.split import Part
from medsynth_gui.io.atomic import write_text

_FORMAT = 1
_HEAD = """\
# Target table: `target` images of each kind are wanted; `real` and `synthetic` ones are there already.
# A facet that a row leaves out stands for all. sizes: below the first share of labelled pixels an image is small,
# from the second on large; empty has none.
"""
_COUNTS = ("real", "synthetic", "target")
_KEYS = {"format", "part", "facets", "sizes", "unplaced", "frame", "frame_model", "cells"}


def plan_record(plan: Plan) -> dict[str, Any]:
    """The plan, JSON-ready."""
    return {"format": _FORMAT, "part": plan.part, "facets": list(plan.facets),
            "sizes": [plan.bounds.small, plan.bounds.large], "unplaced": plan.unplaced,
            **({} if plan.frame == BY_SEED else {"frame": plan.frame}),
            **({"frame_model": plan.frame_model} if plan.frame_model else {}),
            "cells": [cell_record(cell) for cell in plan.cells]}


def plan_text(plan: Plan) -> str:
    """The plan as TOML."""
    record = plan_record(plan)
    cells = record.pop("cells")
    return _HEAD + toml_text(record) + "".join("\n[[cells]]\n" + toml_text(cell) for cell in cells)


def cell_record(cell: Cell) -> dict[str, Any]:
    """Facets that are set, counts, target; JSON-ready."""
    stratum = cell.stratum
    facets = zip(FACETS, (stratum.class_name, stratum.view, stratum.scanner, stratum.size), strict=True)
    return {**{name: value for name, value in facets if value},
            "real": cell.real, "synthetic": cell.synthetic, "target": cell.target}


def write_plan(path: Path, plan: Plan) -> None:
    """Write a plan file.

    Raises:
        StorageError: the disk refuses.
    """
    write_text(path, plan_text(plan))


def read_plan(path: Path) -> Plan:
    """Read a plan file; counts that it leaves out are 0.

    Raises:
        InputError: it is missing, no TOML, or says something that a plan cannot.
        UsageError: a target or a bound is out of its range.
    """
    try:
        return plan_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError("file-missing", path=path) from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError("plan-unreadable", path=path, detail=error) from error


def plan_of(raw: Mapping[str, Any]) -> Plan:
    """The plan of a record, as `plan_record` makes it.

    Raises:
        ValueError, TypeError, AttributeError: it is none; the words say why.
        UsageError: a target or a bound is out of its range.
    """
    if int(raw.get("format", _FORMAT)) > _FORMAT:
        raise ValueError("a newer version of the program wrote it")
    if unknown := sorted(set(raw) - _KEYS):
        raise ValueError(f"it has {', '.join(unknown)}, which means nothing")
    cells = tuple(_cell(number, entry) for number, entry in enumerate(raw.get("cells", ()), 1))
    if not cells:
        raise ValueError("it has no [[cells]]")
    strata = [cell.stratum for cell in cells]
    if twice := next((one for number, one in enumerate(strata) if one in strata[:number]), None):
        raise ValueError(f"it names {twice.key} twice")
    bounds = SizeBounds(*map(float, raw["sizes"])) if "sizes" in raw else SizeBounds()
    used = [name for place, name in enumerate(FACETS) if any(_values(cell)[place] for cell in cells)]
    facets = tuple(name for name in FACETS if name in raw.get("facets", used) or name in used)
    plan = Plan(cells, bounds, facets, str(raw.get("part", Part.TRAIN.value)), int(raw.get("unplaced", 0)),
                _frame(raw.get("frame", BY_SEED)), str(raw.get("frame_model", "")))
    return plan.with_targets({cell.stratum: cell.target for cell in cells})


def _frame(raw: object) -> str:
    """A frame as a person may write it, the number as one or in quotes; ValueError where it is none."""
    frame = str(raw)
    if frame not in (BY_SEED, WHOLE) and not (frame.isdecimal() and isinstance(raw, (int, str))):
        raise ValueError(f"its frame is {frame!r}, which is none of {BY_SEED}, {WHOLE} or a number")
    return frame


def _values(cell: Cell) -> tuple[str, str, str, str]:
    stratum = cell.stratum
    return stratum.class_name, stratum.view, stratum.scanner, stratum.size


def _cell(number: int, entry: Mapping[str, Any]) -> Cell:
    """One entry of `cells`; ValueError says what is wrong with it."""
    if unknown := sorted(set(entry) - {*FACETS, *_COUNTS}):
        raise ValueError(f"cell {number} has {', '.join(unknown)}, which means nothing")
    size = str(entry.get("size", ""))
    if size not in ("", EMPTY, *SIZES):
        raise ValueError(f"cell {number} has the size {size!r}, which is none of {', '.join((EMPTY, *SIZES))}")
    counts = [entry.get(name, 0) for name in _COUNTS]
    for name, count in zip(_COUNTS, counts, strict=True):
        if type(count) is not int:
            raise ValueError(f"cell {number} has {count!r} as {name}, which is not a whole number")
        if count < 0 and name != "target":
            raise ValueError(f"cell {number} has {count} as {name}")
    return Cell(Stratum(*(str(entry.get(name, "")) for name in FACETS)), *counts)
