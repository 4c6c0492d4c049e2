"""Inspection: whether the files of a project are those that its rows name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.dataset.files import sha256_of
from medsynth_gui.dataset.reading import FOLDER, Reading
from medsynth_gui.dataset.sample import Sample


@dataclass(frozen=True)
class Inspection:
    """What `Project.check` found: problems, and files that no row names."""

    samples: int
    problems: tuple[Message, ...]
    orphans: tuple[Path, ...]

    @property
    def sound(self) -> bool:
        return not self.problems


def inspect(folder: Path, samples: Iterable[Sample], readings: Iterable[Reading] = ()) -> Inspection:
    """Read every file of the samples and of their readings, and compare digests."""
    rows, read = tuple(samples), tuple(readings)
    problems: list[Message] = []
    for sample in rows:
        if sample.provenance is None:
            problems.append(Message("sample-no-provenance", {"sample": sample.id}))
        problems += file_problems(sample)
    found = (_compared(one.sample, one.mask, one.mask_sha256) for one in read if one.mask is not None)
    problems += (problem for problem in found if problem)
    return Inspection(len(rows), tuple(problems), orphans(folder, rows, read))


def orphans(folder: Path, samples: Iterable[Sample], readings: Iterable[Reading] = ()) -> tuple[Path, ...]:
    """Files in images/, masks/ and readings/ that no sample and no reading names."""
    named = {path for sample in samples for path in (sample.image, sample.mask)} | {one.mask for one in readings}
    return tuple(path for part in ("images", "masks", FOLDER) if (folder / part).is_dir()
                 for path in sorted((folder / part).iterdir()) if path.is_file() and path not in named)


def file_problems(sample: Sample) -> tuple[Message, ...]:
    """What is wrong with the files of a sample: missing, not readable, or not those it was stored with."""
    pairs = ((sample.image, sample.image_sha256), (sample.mask, sample.mask_sha256))
    found = (_compared(sample.id, path, digest) for path, digest in pairs if path is not None)
    return tuple(problem for problem in found if problem)


def _compared(identity: str, path: Path, digest: str) -> Message | None:
    try:
        if sha256_of(path) == digest:
            return None
    except InputError as error:
        return error.message
    return Message("sample-file-altered", {"sample": identity, "path": path})
