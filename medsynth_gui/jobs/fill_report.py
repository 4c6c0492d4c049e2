"""FillReport: what a fill was asked, made, rejected and why, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.plan import Stratum
from medsynth_gui.jobs.gates.result import gate_title

# Attempts before a row without any accepted image is given up.
FIRST_PATIENCE = 12
# Rejected images that the report names one by one.
_LISTED = 200


@dataclass(frozen=True)
class CellProgress:
    """One row of a fill.

    Attributes:
        wanted: accepted images that are asked for.
        rejected: images by the gate that stopped them first.
        problem: why no more is made; None while something may come.
    """

    stratum: Stratum
    wanted: int
    accepted: int = 0
    made: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    problem: Message | None = None

    @property
    def open(self) -> bool:
        return self.accepted < self.wanted and self.problem is None

    def after(self, rejected_by: str, patience: int) -> CellProgress:
        """After one more image, which a gate rejected or (empty) which was accepted."""
        rejected = Counter(self.rejected)
        if rejected_by:
            rejected[rejected_by] += 1
        made, accepted = self.made + 1, self.accepted + (not rejected_by)
        hopeless = accepted < self.wanted and (made >= FIRST_PATIENCE + patience * self.wanted
                                               or (made >= FIRST_PATIENCE and not accepted))
        problem = self.problem
        if hopeless and rejected:
            problem = Message("plan-hopeless", {"accepted": accepted, "made": made,
                                                "wanted": self.wanted, "gate": _name(rejected.most_common(1)[0][0])})
        return CellProgress(self.stratum, self.wanted, accepted, made, dict(rejected), problem)

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        stratum = self.stratum
        return {"stratum": stratum.key, "class": stratum.class_name, "view": stratum.view, "scanner": stratum.scanner,
                "size": stratum.size, "asked": self.wanted, "accepted": self.accepted, "made": self.made,
                "rejected": dict(self.rejected), "reason": self.problem.english() if self.problem else ""}


@dataclass(frozen=True)
class FillProgress:
    """How far a fill is.

    Attributes:
        image: the last one made, (y, x) uint8; None before the first.
        accepted_last: whether it was accepted.
        seconds, attempts: of this run alone.
        asked: images that will be there when it is done: rows that cannot be filled do not count.
    """

    cells: tuple[CellProgress, ...]
    image: Any = None
    accepted_last: bool = False
    seconds: float = 0.0
    attempts: int = 0
    asked: int = 0

    @property
    def accepted(self) -> int:
        """Images that were accepted so far, by earlier runs too."""
        return sum(cell.accepted for cell in self.cells)

    @property
    def left_s(self) -> float | None:
        """Seconds until every row is filled, as fast as so far."""
        return attempts_left(self.cells) * self.seconds / self.attempts if self.attempts else None


def acceptance(cells: tuple[CellProgress, ...]) -> float:
    """Expected share of images that are accepted: what was seen, and four of five before anything was."""
    return (sum(cell.accepted for cell in cells) + 4) / (sum(cell.made for cell in cells) + 5)


def attempts_left(cells: tuple[CellProgress, ...]) -> float:
    """Images that must still be made, by the acceptance of each row."""
    return sum((cell.wanted - cell.accepted) / acceptance((cell,)) for cell in cells if cell.open)


@dataclass(frozen=True)
class FillReport:
    """What became of a fill.

    Attributes:
        state: "done", "stopped" (it can go on) or "cancelled".
        root: where its state and the rejected images lie; place: where the accepted ones are.
        warnings: gates that could not judge, and the like.
    """

    state: str
    cells: tuple[CellProgress, ...]
    model: str
    seed: int
    root: Path
    place: Path
    ran: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Message, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 if a row could not be filled."""
        return 1 if any(cell.problem for cell in self.cells) else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        total = {name: sum(getattr(cell, name) for cell in self.cells) for name in ("accepted", "made")}
        return {"state": self.state, "model": self.model, "seed": self.seed, "out": str(self.place), **self.ran,
                "asked": sum(cell.wanted for cell in self.cells), **total,
                "rejected": total["made"] - total["accepted"], "cells": [cell.record() for cell in self.cells],
                "warnings": [warning.english() for warning in self.warnings],
                "failed": [{"path": cell.stratum.key, "id": cell.problem.id, "message": cell.problem.english()}
                           for cell in self.cells if cell.problem]}

    @property
    def _frame(self) -> str:
        frame = str(self.ran.get("frame", ""))
        return f", frame {frame}" if frame else ""

    def text(self, rejected: Iterable[Mapping[str, Any]] = ()) -> str:
        """Markdown for people.

        Args:
            rejected: the manifest's lines of rejected images.
        """
        told = self.record()
        lines = ["# Fill of a plan", "",
                 f"{told['accepted']} of {told['asked']} images accepted, {told['rejected']} of {told['made']} "
                 f"rejected; {self.model}, seed {self.seed}{self._frame}; {self.state}.", "",
                 "| kind | asked | accepted | made | rejected by |", "|---|---:|---:|---:|---|"]
        for cell in self.cells:
            why = ", ".join(f"{_name(gate)} {count}" for gate, count in cell.rejected.items()) or "–"
            lines.append(f"| {cell.stratum.key} | {cell.wanted} | {cell.accepted} | {cell.made} | {why} |")
        reasons = [f"- {cell.stratum.key}: {cell.problem.english()}" for cell in self.cells if cell.problem]
        warnings = [f"- {warning.english()}" for warning in self.warnings]
        for head, found in (("Not filled:", reasons), ("Warnings:", warnings)):
            lines += ["", head, "", *found] if found else []
        return "\n".join([*lines, *_rejected_lines(tuple(rejected))]) + "\n"


def _name(gate: str) -> str:
    """What a gate stops, as the window calls it."""
    title = gate_title(gate)
    return title.english().lower() if title else gate


def _rejected_lines(images: tuple[Mapping[str, Any], ...]) -> list[str]:
    """A line per rejected image: why, and the training image that is most like it."""
    if not images:
        return []
    lines = ["", "Rejected images:", "", "| image | kind | why | most alike training image |", "|---|---|---|---|"]
    for one in images[:_LISTED]:
        gates = one.get("gates", ())
        why = " ".join(Message(f"gate-{gate['gate']}-failed", gate).sentence() for gate in gates
                       if gate["passed"] is False)
        near = next((f"{gate['neighbour']} ({gate['value']:.2f})" for gate in gates
                     if gate.get("neighbour") and gate["value"] is not None), "–")
        lines.append(f"| {one['id']} | {one.get('stratum', '')} | {why} | {near} |")
    if len(images) > _LISTED:
        lines += ["", f"and {len(images) - _LISTED} more: rejected/manifest.jsonl"]
    return lines
