"""Sample: one image of a project, with its mask, and everything that is known of where they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review


@dataclass(frozen=True)
class Sample:
    """A row of a project. Image and mask are 8-bit PNG files (y, x) of one size.

    Attributes:
        group: the patient, or what else must stay together in a split; stays on this machine.
        class_name: class of the whole image; empty where nobody said.
        provenance: of the image; None only in projects that another program wrote.
        mask: None where nothing was drawn; an empty mask is a file without labelled pixels.
        label_values: values that the mask contains, ascending.
        split: "train", "val", "test", or empty where the sample may be in none.
        source_set: the set whose rule decides what is held out; the project's name by default.
        image_sha256: digest of the image file; mask_sha256 likewise.
        view: plane or probe; scanner: manufacturer and model; both empty where nothing says.
    """

    id: str
    group: str
    image: Path
    image_sha256: str
    rows: int
    columns: int
    provenance: Provenance | None
    class_name: str = ""
    title: str = ""
    modality: str = "US"
    spacing: PixelSpacing | None = None
    source_set: str = ""
    mask: Path | None = None
    mask_sha256: str = ""
    mask_provenance: Provenance | None = None
    label_values: tuple[int, ...] = ()
    review: Review = field(default_factory=Review)
    split: str = ""
    view: str = ""
    scanner: str = ""

    @property
    def synthetic(self) -> bool:
        """Whether the pixels were invented; a sample without provenance is not known to be."""
        return self.provenance is not None and self.provenance.synthetic
