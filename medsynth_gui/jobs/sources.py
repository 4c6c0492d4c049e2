"""What jobs over files share: opening the inputs, and naming the outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame, ImageSeries
from medsynth_gui.core.study import OpenFailure
from medsynth_gui.io.readers import open_path, open_paths
from medsynth_gui.jobs.batch import need_paths, output_stems
from medsynth_gui.jobs.job import JobContext


@dataclass(frozen=True)
class Sources:
    """The opened inputs of a batch, each with the stem of its output, and what could not be opened."""

    series: tuple[ImageSeries, ...]
    stems: tuple[Path, ...]
    failures: tuple[OpenFailure, ...]

    def __iter__(self) -> Iterator[tuple[ImageSeries, Path]]:
        return zip(self.series, self.stems, strict=True)

    @property
    def frame_count(self) -> int:
        return sum(series.frame_count for series in self.series)

    @cached_property
    def _files(self) -> frozenset[tuple[int, int]]:
        return frozenset(_identity(Path(series.path)) for series in self.series if Path(series.path).exists())

    def keep(self, path: Path) -> None:
        """Refuse to write a result in place of one of the inputs.

        Raises:
            InputError: the path is an input.
        """
        if path.exists() and _identity(path) in self._files:
            raise InputError("output-is-source", path=path)


def open_sources(paths: tuple[Path, ...], ctx: JobContext, *, out: Path) -> Sources:
    """Open files and folders for a batch.

    Args:
        out: where results go; what an earlier run left there, inside a folder of the inputs, is no input.

    Raises:
        InputError: no path was given.
    """
    need_paths(paths)
    ctx.checkpoint(0, None, "opening")
    studies, failures = open_paths(paths)
    made = _made_before(paths, out)
    series = tuple(series for study in studies for series in study.series if not made(series.path))
    failures = [failure for failure in failures if not made(failure.path)]
    roots = [path if path.is_dir() else path.parent for path in paths]
    found = [(Path(one.path), _root_of(Path(one.path), roots)) for one in series]
    named = output_stems(dict.fromkeys(found))
    stems, repeats = [], dict[Path, int]()
    for source, _ in found:
        repeats[source] = repeats.get(source, 0) + 1
        stem = named[source]
        stems.append(stem if repeats[source] == 1 else stem.with_name(f"{stem.name}-{repeats[source]}"))
    return Sources(series, tuple(stems), tuple(failures))


class _Stills:
    """Stills of one size as the frames of a cine."""

    def __init__(self, stills: tuple[ImageSeries, ...]) -> None:
        self._stills = stills

    def __len__(self) -> int:
        return len(self._stills)

    def frame(self, index: int) -> Frame:
        return self._stills[index].frame(0)


def open_cine(path: Path) -> ImageSeries:
    """A cine file, or a folder of stills of one size in the order of their names.

    Raises:
        InputError: it cannot be opened, or there are fewer than two frames.
    """
    found = [series for study in open_path(path) for series in study.series]
    longest = max(found, key=lambda series: series.frame_count)
    if path.is_dir() and longest.frame_count == 1:
        alike = tuple(one for one in found if (one.rows, one.columns, one.channels)
                      == (longest.rows, longest.columns, longest.channels))
        longest = replace(longest, source=_Stills(alike), title=path.name, path=str(path))
    if longest.frame_count < 2:
        raise InputError("cine-needed", path=path)
    return longest


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _made_before(paths: tuple[Path, ...], out: Path) -> Callable[[str], bool]:
    """Whether a file lies in an output folder that is itself inside one of the given folders."""
    inside = any(path.resolve() in out.resolve().parents for path in paths) and out.is_dir()
    return lambda path: inside and Path(path).resolve().is_relative_to(out.resolve())


def _root_of(source: Path, roots: list[Path]) -> Path:
    """The longest of the given folders that holds the source."""
    holding = [root for root in roots if source.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=source.parent)
