"""SynthesisFolder: what a synthesis keeps on the disk, so that it goes on after a crash where it was."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, UsageError
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import write_json, write_text
from medsynth_gui.io.json_lines import append_line, cut_broken_end, read_lines
from medsynth_gui.io.raster_files import SOURCE_TYPE, provenance_text, write_gray_png, write_label_png
from medsynth_gui.jobs.gates import GateResult
from medsynth_gui.jobs.synthesize import SyntheticImage

REQUEST, MANIFEST, GENERATOR, REASONS = "request.json", "manifest.jsonl", "generator.json", "reasons.csv"
REJECTED = "rejected"
DONE = "done"
# A run may go on for longer than it was first asked to: image i does not depend on how many there are.
_MAY_GROW = "count"


@dataclass(frozen=True)
class Manifest(Sequence[Mapping[str, Any]]):
    """The lines of a manifest, read when they are asked for: thousands of them stay on the disk."""

    path: Path
    length: int

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        return read_lines(self.path)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]


class SynthesisFolder:
    """`request.json` (what was asked), `generator.json` (by whom), and a line per image in `manifest.jsonl` or
    `rejected/manifest.jsonl`.

    An image lies whole on the disk before its line does. Nothing here depends on when or how fast it was written.

    Attributes:
        first: number of the first image that is not there.
        counts: lines by place ("" or "rejected").

    Raises:
        UsageError: the folder was begun with another request, or holds other files.
        InputError: it is damaged.
        StorageError: it cannot be written.
    """

    def __init__(self, root: Path, request: Mapping[str, Any], generator: Mapping[str, Any]) -> None:
        self.root, plain = root, json.loads(json.dumps(request, default=str))
        known = read_request(root)
        if known is None and root.is_dir() and (others := sorted(path.name for path in root.iterdir())):
            raise UsageError("folder-in-use", path=root, names=", ".join(others[:3]))
        if known is not None:
            _refuse_other(root, known, plain)
        if known != plain:
            write_json(root / REQUEST, plain)
        write_json(root / GENERATOR, generator)
        self.generator_sha256 = hashlib.sha256((root / GENERATOR).read_bytes()).hexdigest()
        self.counts: Counter[str] = Counter()
        self.first = 0
        for place in ("", REJECTED):
            self._take_up(place)

    def manifest(self, place: str = "") -> Manifest:
        """The lines of accepted or of rejected images."""
        return Manifest(self.root / place / MANIFEST, self.counts[place])

    def add(self, made: SyntheticImage, verdicts: Sequence[GateResult], labels: LabelSet, *, rejected: bool,
            problems: Sequence[str] = (), modality: str = "", name: str = "", elsewhere: str = "",
            further: Mapping[str, Any] | None = None) -> None:
        """Write image and mask, then their line.

        Args:
            problems: what was unusual about the mask, in words.
            modality: also write the image as DICOM of this modality; empty for PNG alone.
            name: of the image; seed and index by default.
            elsewhere: what it is called where it lies already, so that only its line is written.
            further: more for its line.
        """
        place = REJECTED if rejected else ""
        provenance = _without_threads(made.provenance)
        name = name or f"synthetic-{provenance.seed}-{made.index:05d}"
        text = provenance_text(provenance)
        files = {"sample": elsewhere} if elsewhere else {"image": f"images/{name}.png", "mask": f"masks/{name}.png"}
        if not elsewhere:
            write_gray_png(self.root / place / files["image"], made.image, text)
            write_label_png(self.root / place / files["mask"], made.mask, labels)
        if modality and not rejected:
            files["dicom"] = f"dicom/{name}.dcm"
            _write_dicom(self.root / files["dicom"], made, provenance, name, modality)
        record = {"id": name, "index": made.index, **files, "class": made.class_name or "", "synthetic": True,
                  "labels": {str(value): name for value, name in sorted(made.names.items())},
                  "sha256": hashlib.sha256(made.image.tobytes()).hexdigest(),
                  "mask_sha256": provenance.parameters.get("mask_sha256", ""),
                  SOURCE_TYPE: text[SOURCE_TYPE], "generator": GENERATOR, "generator_sha256": self.generator_sha256,
                  "provenance": provenance.record(), **(further or {})}
        if problems:
            record["mask_problems"] = list(problems)
        if verdicts:
            record["gates"] = [verdict.record(rejected=rejected) for verdict in verdicts]
        append_line(self.root / place / MANIFEST, record)
        self.counts[place] += 1
        self.first = made.index + 1

    def write_tables(self) -> None:
        """index.csv makes the folder a training set, every image a group of its own; reasons.csv says why others
        were turned down."""
        rows = ([one["id"], one["id"], one["class"], 1] for one in self.manifest())
        write_text(self.root / "index.csv", _csv(["id", "group", "class", "synthetic"], rows))
        if self.counts[REJECTED]:
            write_text(self.root / REJECTED / REASONS, _csv(
                ["id", "gate", "value", "limit", "neighbour", "reason"],
                ([one["id"], *(gate.get(name, "") for name in ("gate", "value", "limit", "neighbour", "reason"))]
                 for one in self.manifest(REJECTED) for gate in one["gates"] if gate["passed"] is False)))

    def rejected_by(self) -> dict[str, int]:
        """How many images each gate turned down, the most first; one image may count several times."""
        counts = Counter(gate["gate"] for one in self.manifest(REJECTED) for gate in one["gates"]
                         if gate["passed"] is False)
        return dict(counts.most_common())

    def _take_up(self, place: str) -> None:
        path = self.root / place / MANIFEST
        cut_broken_end(path)
        try:
            for one in read_lines(path):
                self.counts[place] += 1
                self.first = max(self.first, int(one["index"]) + 1)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("synthesis-damaged", path=path, detail=error) from error


def read_request(root: Path) -> dict[str, Any] | None:
    """What the synthesis in a folder was asked; None where there is none.

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
        raise InputError("synthesis-damaged", path=root, detail=error) from error


def _refuse_other(root: Path, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    differs = [name for name in wanted if known.get(name) != wanted[name]
               and not (name == _MAY_GROW and int(known.get(name) or 0) <= wanted[name])]
    if differs:
        raise UsageError("synthesis-other-request", path=root, what=", ".join(differs))


def _without_threads(provenance: Provenance) -> Provenance:
    """How many threads were free changes from run to run, and no pixel with it."""
    kept = {name: value for name, value in provenance.parameters.items() if name != "threads"}
    return Provenance(**{**vars(provenance), "parameters": kept})


def _write_dicom(path: Path, made: SyntheticImage, provenance: Provenance, name: str, modality: str) -> None:
    from medsynth_gui.io.dicom.writer import write_series

    series = ImageSeries.from_array(made.image, title=name, modality=modality, provenance=provenance)
    write_series(path, series, patient_id=f"SYN-{provenance.model_sha256[:8]}-{provenance.seed}-{made.index:05d}",
                 description=f"{provenance.producer} {made.class_name or ''}".strip(),
                 seed=f"{provenance.model_sha256}/{provenance.seed}/{made.index}/"
                      f"{hashlib.sha256(made.image.tobytes()).hexdigest()}")


def _csv(header: Sequence[str], rows: Iterator[Sequence[Any]]) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return table.getvalue()
