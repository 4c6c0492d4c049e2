"""Second readings and their adjudication, in a project."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.consensus import Consensus
from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.project import Project
from medsynth_gui.dataset.project_folder import now
from medsynth_gui.dataset.reading import FIRST, FORMER, Reading
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.io.raster_files import read_labels

Labels = npt.NDArray[np.uint8]
ADJUDICATED = "adjudication"


def waits_for(sample: Sample, reader: str, read_by: frozenset[str]) -> bool:
    """A sample wants a second reader, and this one has not read it.

    Args:
        read_by: whose readings of it there are.
    """
    return sample.review.state is ReviewState.NEEDS_REVIEW and reader not in read_by | {first_reader(sample)}


def first_reader(sample: Sample) -> str:
    """Whose the mask of the project is; a name that stands for it where nobody said."""
    return sample.review.reader or FIRST


def read_again(project: Project, identity: str, reader: str, mask: Labels, *, class_name: str = "",
               provenance: Provenance | None = None) -> Reading:
    """Keep what a further reader said. The mask of the project stays, and becomes the reading of its reader.

    Args:
        class_name: empty where the reader did not say.

    Raises:
        UsageError: the reader has no name, or read it first.
        ProjectError, StorageError: the project refuses.
    """
    sample = project.sample(identity)
    if not reader:
        raise UsageError("reader-unnamed")
    known = project.readings.of(sample.id)
    # Its initials still tell who read first after somebody else has adjudicated.
    first = known[0].reader if known else first_reader(sample)
    if reader == first:
        raise UsageError("reader-same", reader=reader)
    if not known:
        project.readings.put(Reading(sample.id, first, None, "", sample.class_name, sample.review,
                                     sample.mask_provenance), _mask_of(sample), project.labels)
    said = Review(ReviewState.NEEDS_REVIEW, reader, now())
    return project.readings.put(Reading(sample.id, reader, None, "", class_name, said,
                                        provenance or Provenance(synthetic=False, producer="hand")),
                                mask, project.labels)


def adjudicate(project: Project, identity: str, mask: Labels, how: Consensus | None, *, reader: str,
               class_name: str | None = None) -> Sample:
    """Make a mask that was found from the readings of a sample its mask; what it had before can be taken back.

    Args:
        how: how the mask was found; None: drawn by hand with the readings in view.
        reader: who decides.
    """
    sample, readings = project.sample(identity), project.readings.of(identity)
    if sample.mask_provenance is None or sample.mask_provenance.producer != ADJUDICATED:
        project.readings.put(Reading(sample.id, FORMER, None, "", sample.class_name, sample.review,
                                     sample.mask_provenance),
                             _mask_of(sample) if sample.mask else None, project.labels)
    made = Provenance(synthetic=False, producer=ADJUDICATED,
                      parameters={"reader": reader, "decision": how.value if how else "edited",
                                  "readers": [one.reader for one in readings]},
                      parents=tuple(one.mask_sha256 for one in readings))
    return project.decide(identity, Review(ReviewState.APPROVED, reader, now()), mask=mask, provenance=made,
                          class_name=class_name)


def adjudicated(sample: Sample) -> bool:
    """Its mask was found from several readings."""
    return sample.mask_provenance is not None and sample.mask_provenance.producer == ADJUDICATED


def take_back(project: Project, identity: str) -> Sample | None:
    """Undo the adjudication of a sample, today or years later; None where there is none."""
    former = project.readings.former(identity)
    if former is None or not adjudicated(project.sample(identity)):
        return None
    mask = read_labels(former.mask) if former.mask else None
    if mask is None:
        sample = project.sample(identity)
        mask = np.zeros((sample.rows, sample.columns), np.uint8)
    sample = project.decide(identity, replace(former.review), mask=mask, provenance=former.provenance,
                            class_name=former.class_name)
    project.readings.remove(identity, FORMER)
    return sample


def _mask_of(sample: Sample) -> Labels:
    return read_labels(sample.mask) if sample.mask else np.zeros((sample.rows, sample.columns), np.uint8)
