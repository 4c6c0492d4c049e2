"""Groups of imported images: what belongs to one patient must stay together in a split."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from medsynth_gui.io.masks.naming import meaning_folders, stem_of
from medsynth_gui.io.masks.recognise import LabelledImage, MaskPlan

# `patient_59_L1` and `p6_push_01` up to the first number: names mostly begin with the patient.
DEFAULT_PATTERN = r"\D*\d+"
GROUPINGS = ("patient", "name", "folder", "image")
_LONGEST_PATTERN = 200


def group_of(image: LabelledImage, plan: MaskPlan, grouping: str, pattern: str = DEFAULT_PATTERN) -> str:
    """The group of an image: its DICOM patient, what the pattern finds in its name, its folder, or itself.

    Where the file does not say, the image stands for itself.
    """
    alone = _place(image.path, plan)
    if grouping == "patient":
        return image.patient or alone
    if grouping == "folder":
        return image.path.parent.name or alone
    if grouping == "name":
        match = re.match(pattern, stem_of(image.path))
        return (match[match.lastindex or 0] or alone) if match else alone
    return alone


def count_groups(plan: MaskPlan, grouping: str, pattern: str = DEFAULT_PATTERN, *,
                 unlabelled: bool = True) -> Counter[str]:
    """The images of each group of a plan, or those of them that have a mask."""
    return Counter(group_of(image, plan, grouping, pattern) for image in (plan.images if unlabelled else plan.labelled))


def suggest_grouping(plan: MaskPlan) -> str:
    """The patient where files say it; the name where it makes sensible groups; else each image."""
    if any(image.patient for image in plan.images):
        return "patient"
    count, groups = len(plan.images), len(count_groups(plan, "name"))
    return "name" if 3 <= groups < count and groups * 12 >= count else "image"


def usable_pattern(text: str) -> bool:
    """Whether a text is a regular expression that finds something."""
    try:
        return bool(text) and len(text) <= _LONGEST_PATTERN and re.compile(text) is not None
    except re.error:
        return False


def _place(path: Path, plan: MaskPlan) -> str:
    """The stem; images of one stem keep the folders that tell one from another: numbers are counted anew in each."""
    stem = stem_of(path)
    return stem if plan.stems[stem] == 1 else "/".join((*meaning_folders(path.absolute(), plan.root), stem))
