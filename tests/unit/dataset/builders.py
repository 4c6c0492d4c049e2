"""Projects and training sets for the tests of this package."""

from __future__ import annotations

from pathlib import Path

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.split import Part, part_of
from medsynth_gui.io.raster_files import write_gray_png, write_label_png
from tests.builders import disc, ramp

SCANNED = Provenance(synthetic=False, producer="scanner")
SIMULATED = Provenance(synthetic=True, producer="simulator", seed=3, parameters={"phantom": "breast-lesion"})
GENERATED = Provenance(synthetic=True, producer="syn-test", model_sha256="ab" * 32, seed=3,
                       parameters={"guidance": 1.5, "mask": "Smith John.png"})


def group_in(part: Part, set_name: str = "p", *, start: int = 0) -> str:
    """A group that the rule puts into this part of a set."""
    return next(name for name in map(str, range(start, 10_000)) if part_of(set_name, name) is part)


def small_project(folder: Path, *, samples: int = 3) -> Project:
    """A project `p` with scanned images of 48 x 64 pixels, each with a disc drawn on it."""
    project = Project.create(folder, name="p", labels=LabelSet.named("lesion", "cyst"))
    for number in range(samples):
        image = ramp()
        image[0, 0] = number
        project.add_image(image, SCANNED, id=f"scan-{number}", group=f"Patient {number}", class_name="benign",
                          mask=disc(48, 64, center=(20, 20 + number), radius=6))
    return project


def write_set(folder: Path, index: str, *names: str, masks: bool = True) -> Path:
    """A training set folder with these images."""
    for name in names:
        write_gray_png(folder / "images" / f"{name}.png", ramp())
        if masks:
            write_label_png(folder / "masks" / f"{name}.png", disc(48, 64, center=(20, 20), radius=6))
    (folder / "index.csv").write_text(index, encoding="utf-8")
    return folder
