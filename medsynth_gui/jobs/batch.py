"""BatchReport: what a job over many files did, and what it left out and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from medsynth_gui.core.errors import InputError, MedSynthError, Message, is_out_of_memory
from medsynth_gui.core.study import OpenFailure

T = TypeVar("T")


@dataclass(frozen=True)
class BatchReport:
    """One record per finished piece of work, and one failure per piece that was left out.

    Attributes:
        ran: the hardware that was used, the model, the seconds: whatever holds for all.
    """

    done: Sequence[Mapping[str, Any]]
    failed: tuple[OpenFailure, ...] = ()
    ran: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """1 if anything was left out."""
        return 1 if self.failed else 0

    def record(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**self.ran, "done": [dict(one) for one in self.done],
                "failed": [{"path": one.path, "id": one.message.id, "message": one.message.english()}
                           for one in self.failed]}


def each(items: Iterable[T], work: Callable[[T], Iterable[Mapping[str, Any]]],
         name: Callable[[T], str]) -> tuple[tuple[Mapping[str, Any], ...], tuple[OpenFailure, ...]]:
    """Do the work for every item; one that fails is named and the rest goes on."""
    done: list[Mapping[str, Any]] = []
    failed: list[OpenFailure] = []
    for item in items:
        try:
            done += work(item)
        except MedSynthError as error:
            failed.append(OpenFailure(name(item), error.message))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            failed.append(OpenFailure(name(item), Message("out-of-memory", {"what": name(item)})))
    return tuple(done), tuple(failed)


def output_stems(paths: Iterable[tuple[Path, Path]]) -> dict[Path, Path]:
    """Where each source goes below the output folder, without suffix.

    Args:
        paths: (source file, folder that it was found under).

    Returns:
        source -> its stem; sources with equal stems keep their folder relative to where they were
        found, and a number where even that is equal.
    """
    pairs = list(paths)
    count: dict[str, int] = {}
    for source, _ in pairs:
        count[source.stem] = count.get(source.stem, 0) + 1
    stems: dict[Path, Path] = {}
    used: set[Path] = set()
    for source, root in pairs:
        stem = Path(source.stem)
        if count[source.stem] > 1:
            stem = _relative(source, root)
            number, first = 2, stem
            while stem in used:
                stem, number = first.with_name(f"{first.name}-{number}"), number + 1
        used.add(stem)
        stems[source] = stem
    return stems


def _relative(source: Path, root: Path) -> Path:
    try:
        return source.relative_to(root).with_suffix("")
    except ValueError:
        return Path(source.parent.name) / source.stem


def need_paths(paths: tuple[Path, ...]) -> None:
    """Refuse a request without any input.

    Raises:
        InputError: there is none.
    """
    if not paths:
        raise InputError("nothing-to-open")
