"""How folders of masks are named: which file is a mask, and what its image may be called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath

_SURE = r"masks?|seg(?:mentation)?s?|gt|ground[_ -]?truths?|annotations?|annot"
_SUFFIX = re.compile(rf"(?P<stem>.+?)[_\-. ]+(?:(?P<sure>{_SURE})|labels?|lesions?|roi|manual)"
                     r"(?:[_\-. ]*\(?(?P<number>\d+)\)?)?", re.IGNORECASE)
_PREFIX = re.compile(rf"(?:{_SURE})[_\-. ]+(?P<stem>.+)", re.IGNORECASE)
_FOLDER = re.compile(rf"(?:.*[_\-. ])?(?:{_SURE}|labels?|(?:left|right)masks?|SegmentationClass(?:PNG|Raw)?"
                     r"|labels?(?:Tr|Ts|Val)|targets?)"
                     r"(?:[_\-. ](?:png|train|val|test|training|validation|\d+))?", re.IGNORECASE)
_IMAGE_FOLDER = re.compile(r"(?:.*[_\-. ])?(?:images?|imgs?|images?(?:Tr|Ts|Val)|JPEGImages|inputs?|data|frames?|raw)",
                           re.IGNORECASE)
# nnU-Net numbers the channels of an image.
_IMAGE = re.compile(r"(?P<stem>.+)(?:_0000|[_\-. ](?:image|img|orig|original))", re.IGNORECASE)
_SPLITS = {"train", "training", "val", "valid", "validation", "test", "testing", "all"}
CLASSES = {"benign", "malignant", "normal", "abnormal", "healthy", "cancer", "cyst", "covid", "covid19", "pneumonia",
           "tuberculosis", "tb", "positive", "negative", "regular", "viral", "bacterial"}


@dataclass(frozen=True)
class MaskName:
    """What the name of a mask says: the stem of its image, its number among several, and whether it says it surely."""

    stem: str
    number: int = 0
    sure: bool = True


def stem_of(path: PurePath) -> str:
    """The name without its suffix, `.nii.gz` being one."""
    return path.name[:-7] if path.name.lower().endswith(".nii.gz") else path.stem


def image_stem(path: PurePath) -> str:
    """The stem by which masks refer to an image."""
    stem = stem_of(path)
    match = _IMAGE.fullmatch(stem)
    return match["stem"] if match else stem


def named_as_mask(stem: str) -> MaskName | None:
    """`case_mask`, `case_mask_1`, `case_GT`, `case_HC_Annotation`, `mask_case`: None for other names."""
    if match := _SUFFIX.fullmatch(stem):
        return MaskName(match["stem"], int((match["number"] or "0")[:6]), bool(match["sure"]))
    if match := _PREFIX.fullmatch(stem):
        return MaskName(match["stem"], sure=False)
    return None


def in_mask_folder(path: Path, root: Path) -> bool:
    """Whether the nearest telling folder between the root and the file is one of masks, not of images."""
    for part in reversed(folders_of(path, root)):
        if _IMAGE_FOLDER.fullmatch(part):
            return False
        if _FOLDER.fullmatch(part):
            return True
    return False


def meaning_folders(path: Path, root: Path) -> tuple[str, ...]:
    """The folders that tell one image of a set from another: neither images nor masks."""
    return tuple(part.casefold() for part in folders_of(path, root)
                 if not _FOLDER.fullmatch(part) and not _IMAGE_FOLDER.fullmatch(part))


def without_splits(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The same without train, val and test."""
    return tuple(part for part in parts if part not in _SPLITS)


def class_of(path: Path, root: Path) -> str:
    """The class that a folder is named after; empty where none is."""
    for part in reversed((root.name, *folders_of(path, root))):
        name = re.sub(r"[\d_\- ]+$", "", part.casefold())
        if name in CLASSES:
            return name
    return ""


def folders_of(path: Path, root: Path) -> tuple[str, ...]:
    """The folders between the root and a file; only its own where it lies elsewhere."""
    try:
        return path.parent.relative_to(root).parts
    except ValueError:
        return path.parent.parts[-1:]
