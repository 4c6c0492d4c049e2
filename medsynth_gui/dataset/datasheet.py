"""Datasheet: what a dataset is, in a page that goes with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from medsynth_gui import __version__
from medsynth_gui.core.labels import LabelSet

_PARTS = ("train", "val", "test")


def datasheet(name: str, format: str, labels: LabelSet, rows: Iterable[Mapping[str, Any]]) -> str:
    """Markdown from the rows of a manifest.

    Args:
        rows: with at least split, class, group, synthetic, mask and provenance.
    """
    table = tuple(rows)
    made = Counter(row["provenance"]["producer"] for row in table if row["synthetic"])
    lines = [
        f"# {name}", "",
        f"{len(table)} images ({sum(row['synthetic'] for row in table)} synthetic, "
        f"{sum(row['mask'] is not None for row in table)} with a mask) of "
        f"{len({row['group'] for row in table})} groups; format {format}, "
        f"written by MedSynth Studio {__version__}.", "",
        "For research and for training models. Not for diagnosis.", "",
        "## Labels", "", *[f"- {label.value}: {label.name}" for label in labels], "- 0: none", "",
        "## Parts", "", "| class | kind | " + " | ".join(_PARTS) + " |", "|---|---|" + "---:|" * len(_PARTS),
        *_part_lines(table), "",
        "A group is a patient, or images that are nearly alike; no group is in two parts. Groups and file names are "
        "pseudonyms: the key stays in the project. Text that a scanner burned into the pixels was not removed: look "
        "at the images before you pass them on.", "",
        "## Synthetic images", ""]
    lines += [f"- {count} by {producer}" for producer, count in sorted(made.items())] or ["There are none."]
    if made:
        lines += ["", "Their names end in `_synthetic`, their PNG metadata and manifest.jsonl say how they were made, "
                      "and they are for training alone: the generator has seen every group that is not held out."]
    return "\n".join(lines) + "\n"


def _part_lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    counts = Counter((row["class"], row["synthetic"], row["split"]) for row in rows)
    kinds = sorted({(class_name, synthetic) for class_name, synthetic, _ in counts})
    return [f"| {class_name or 'not given'} | {'synthetic' if synthetic else 'real'} | "
            + " | ".join(str(counts[class_name, synthetic, part]) for part in _PARTS) + " |"
            for class_name, synthetic in kinds]
