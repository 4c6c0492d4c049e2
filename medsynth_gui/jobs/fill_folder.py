"""FillFolder: what a fill keeps on the disk, so that it goes on after a crash where it was."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.io.atomic import storing, write_json, write_text
from medsynth_gui.io.raster_files import provenance_text, write_gray_png, write_label_png
from medsynth_gui.jobs.fill_report import FillReport
from medsynth_gui.jobs.synthesize import SyntheticImage

REQUEST, MANIFEST, REPORT, READABLE = "fill.json", "manifest.jsonl", "report.json", "report.md"
REJECTED = "rejected"


class FillFolder:
    """`fill.json` (what was asked), a line per image in `manifest.jsonl` or `rejected/manifest.jsonl`, the report.

    An image lies whole on the disk before its line does; a line that a crash cut short is dropped.

    Attributes:
        request: what was asked, as it was begun with.
        records: lines of accepted and rejected images, in the order they were made in.

    Raises:
        UsageError: the folder was begun with another request, or holds other files.
        InputError: it is damaged.
    """

    def __init__(self, root: Path, request: Mapping[str, Any]) -> None:
        self.root = root
        known = read_request(root)
        if known is None and root.is_dir() and (others := sorted(path.name for path in root.iterdir())):
            raise UsageError("folder-in-use", path=root, names=", ".join(others[:3]))
        if known is not None:
            # `first` counts what was there when the fill began.
            differs = [name for name in request if name != "first" and known.get(name) != _plain(request[name])]
            if differs:
                raise UsageError("fill-other", path=root, what=", ".join(differs))
        self.request: dict[str, Any] = known or dict(_plain(request))
        if known is None:
            write_json(root / REQUEST, self.request)
        self.accepted = _lines(root / MANIFEST)
        self.rejected = _lines(root / REJECTED / MANIFEST)

    @property
    def records(self) -> list[dict[str, Any]]:
        """All lines by row and attempt."""
        return sorted([*self.accepted, *self.rejected], key=lambda one: (str(one["stratum"]), int(one["attempt"])))

    def write_pair(self, made: SyntheticImage, name: str, labels: LabelSet, *, rejected: bool) -> dict[str, str]:
        """Write image and mask; their paths within the folder that the manifest lies in."""
        below = self.root / REJECTED if rejected else self.root
        image, mask = f"images/{name}.png", f"masks/{name}.png"
        write_gray_png(below / image, made.image, provenance_text(made.provenance))
        write_label_png(below / mask, made.mask, labels)
        return {"image": image, "mask": mask}

    def add(self, record: dict[str, Any], *, rejected: bool) -> None:
        """Append the line of an image, on the disk when this returns."""
        path = self.root / REJECTED / MANIFEST if rejected else self.root / MANIFEST
        with storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                start = stream.tell()
                try:
                    stream.write((json.dumps(record, default=str) + "\n").encode())
                    stream.flush()
                    os.fsync(stream.fileno())
                except OSError:
                    with suppress(OSError):
                        os.truncate(path, start)
                    raise
        (self.rejected if rejected else self.accepted).append(record)

    def finish(self, report: FillReport, *, index: bool) -> None:
        """Write the report; with `index` the folder is a training set of its own."""
        if index:
            write_text(self.root / "index.csv", _index(self.accepted))
        write_text(self.root / READABLE, report.text())
        write_json(self.root / REPORT, report.record())


def read_request(root: Path) -> dict[str, Any] | None:
    """What the fill in a folder was asked; None where there is none.

    Raises:
        InputError: it cannot be read.
    """
    path = root / REQUEST
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError(f"{REQUEST} holds no request")
        return found
    except (OSError, ValueError) as error:
        raise InputError("fill-damaged", path=root, detail=error) from error


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines of a manifest; what follows them is cut off, so that the next line begins at a line's start."""
    if not path.is_file():
        return []
    try:
        data = path.read_bytes()
        whole = data[:data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            with storing(path):
                os.truncate(path, len(whole))
        found = [json.loads(line) for line in whole.splitlines()]
        for one in found:
            one["stratum"], one["attempt"]
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("fill-damaged", path=path, detail=error) from error


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _index(records: Sequence[Mapping[str, Any]]) -> str:
    """index.csv: every image is a group of its own."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["id", "group", "class", "view", "scanner", "synthetic"])
    writer.writerows([one["id"], one["id"], one["class"], one["view"], one["scanner"], 1] for one in records)
    return table.getvalue()
