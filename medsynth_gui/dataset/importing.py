"""Importing: what a path offers to a project, and where each image says that it comes from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from medsynth_gui.core.errors import InputError, Message, ProjectError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.study import Study
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.dataset.training_set import TrainingRow, image_files, is_training_set, read_training_set


@dataclass(frozen=True)
class Added:
    """What became of a candidate: its sample, those of further mask layers, and what a person should know."""

    sample: Sample
    layers: tuple[Sample, ...] = ()
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An image that may be added. `add` reads it now and adds it; it raises MedSynthError with the reason if not."""

    name: str
    add: Callable[[Project], Added]


def has_pairs(folder: Path) -> bool:
    """Whether a folder keeps its images in images/, as training sets and the output of our commands do."""
    return (folder / "images").is_dir()


def says_more(folder: Path) -> bool:
    """Whether such a folder also tells groups or provenance, which only `from_pairs` reads."""
    return has_pairs(folder) and ((folder / "index.csv").is_file() or (folder / "manifest.jsonl").is_file())


def from_pairs(folder: Path, *, class_name: str = "") -> list[Candidate]:
    """Images with their masks, from images/, masks/ and, where there are, index.csv and manifest.jsonl.

    Without an index every image is a group of its own.

    Raises:
        InputError: the index or the manifest cannot be used.
    """
    if is_training_set(folder):
        training_set = read_training_set(folder)
        name, rows = training_set.name, training_set.rows
    else:
        masks = image_files(folder / "masks")
        name = folder.resolve().name
        rows = tuple(TrainingRow(stem, stem, path, masks.get(stem))
                     for stem, path in image_files(folder / "images").items())
    told, generator = _manifest(folder / "manifest.jsonl"), _generator(folder / "generator.json")

    def add(project: Project, row: TrainingRow) -> Added:
        project.note_generator(*generator)
        return Added(_add_row(project, row, name, told.get(row.id), class_name))

    def candidate(row: TrainingRow) -> Candidate:
        return Candidate(str(row.image), lambda project: add(project, row))

    return [candidate(row) for row in rows]


def _add_row(project: Project, row: TrainingRow, set_name: str, told: Provenance | None, class_name: str) -> Sample:
    """Add an image under the provenance of the manifest, else that of the file."""
    from medsynth_gui.io.raster_files import read_labels
    from medsynth_gui.io.readers import open_file

    series = open_file(row.image)[0].series[0]
    provenance = told or series.provenance
    if row.synthetic and not provenance.synthetic:
        raise ProjectError("sample-no-provenance", sample=row.id)
    side = row.pixel_size_mm
    spacing = PixelSpacing(side, side, "index") if side else series.spacing
    mask = read_labels(row.mask) if row.mask else None
    # The mask of a synthetic image is what it was made from: it has the same origin.
    return project.add_image(series.gray(0), provenance, id=row.id, group=row.group, title=row.id,
                             class_name=row.class_name or class_name, spacing=spacing,
                             source_set="" if provenance.synthetic else set_name, mask=mask,
                             mask_provenance=provenance if provenance.synthetic else FROM_FILE,
                             view=_view(row, provenance), scanner=row.extra.get("scanner", ""))


def _view(row: TrainingRow, provenance: Provenance) -> str:
    """Plane or probe, as a column of the index or the simulator names it."""
    named = (row.extra.get(name, "") for name in ("view", "plane", "probe"))
    return next(filter(None, named), str(provenance.parameters.get("probe", "")))


FROM_FILE = Provenance(synthetic=False, producer="file")


def _manifest(path: Path) -> Mapping[str, Provenance]:
    """Provenance by id of the image; a record of a cine names the ids of its frames."""
    if not path.is_file():
        return {}
    found: dict[str, Provenance] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            provenance = Provenance.from_record(record["provenance"])
            found.update(dict.fromkeys(map(str, record.get("ids") or [record["id"]]), provenance))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("manifest-unreadable", path=path, detail=error) from error
    return found


def _generator(path: Path) -> tuple[str, dict[str, list[str]]]:
    """The weights that made the images of a folder, and on whom they were trained; nothing where it does not say."""
    if not path.is_file():
        return "", {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        trained = told["groups"]["trained"].items()
        return str(told["sha256"]), {str(name): list(map(str, groups)) for name, groups in trained}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("manifest-unreadable", path=path, detail=error) from error


def from_studies(studies: Iterable[Study], *, class_name: str = "", every: int = 1,
                 group: str = "") -> Iterator[Candidate]:
    """Frames of opened series.

    Args:
        every: one frame in so many of a cine.
        group: of all; by default the patient, else the examination, else the file.
    """
    for study in studies:
        for series in study.series:
            stem = Path(series.path).stem or series.title
            examination = "" if study.uid.startswith(("folder:", "file:")) else study.uid
            belongs = group or study.patient or examination or stem
            for frame in range(0, series.frame_count, every):
                name = f"{series.path or series.title} [{frame}]" if series.frame_count > 1 else series.path
                yield Candidate(name, lambda project, series=series, frame=frame, group=belongs:  # type: ignore[misc]
                                Added(project.add_frame(series, frame, group=group, class_name=class_name)))
