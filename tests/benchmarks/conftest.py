"""The table of figures: every row beside its floor, measured in turn in the same run."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

REPORT = Path(__file__).resolve().parents[2] / "build" / "benchmarks.json"


class Table:
    """Rows of figures in milliseconds: medians, and the 95th percentile of ours."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, name: str, ours: list[float], floor: list[float], floor_name: str) -> float:
        """Add a row; returns how many times the floor ours takes."""
        mine, least = statistics.median(ours), statistics.median(floor)
        self.rows.append({"name": name, "ours_ms": round(mine, 3), "ours_p95_ms": round(percentile(ours, 95), 3),
                          "floor_ms": round(least, 3), "ratio": round(mine / least, 2), "floor": floor_name,
                          "count": len(ours)})
        return mine / least

    def note(self, name: str, words: str) -> None:
        """Add a figure that has no floor."""
        self.rows.append({"name": name, "words": words})

    def text(self) -> str:
        lines = [f"{'':38}{'ours ms':>10}{'p95':>10}{'floor ms':>10}{'ratio':>8}  floor"]
        lines += [f"{row['name']:38}  {row['words']}" if "words" in row else
                  f"{row['name']:38}{row['ours_ms']:>10}{row['ours_p95_ms']:>10}{row['floor_ms']:>10}{row['ratio']:>8}"
                  f"  {row['floor']} (n = {row['count']})" for row in self.rows]
        return "\n".join(lines)


def percentile(values: list[float], share: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


def milliseconds(work: Callable[[], object]) -> float:
    """What this thread works for: waiting for a busy machine, or for the next tick of the display, is not counted."""
    start = time.thread_time()
    work()
    return (time.thread_time() - start) * 1e3


@pytest.fixture(scope="session")
def table() -> Iterator[Table]:
    collected = Table()
    yield collected
    if collected.rows:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(collected.rows, indent=1), encoding="utf-8")
        print(f"\n\n{collected.text()}\n\nwritten to {REPORT.parent.name}/{REPORT.name}")
