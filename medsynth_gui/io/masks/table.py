"""The table of mask formats, and who reads which document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.io.masks import coco, labelme, mias, via, yolo
from medsynth_gui.io.masks.documents import read_json, read_text
from medsynth_gui.io.masks.imported import MaskSource

Found = list[MaskSource] | None


@dataclass(frozen=True)
class MaskFormat:
    """One row. `suffix` and `find` are those of formats that are a document: text or JSON by content."""

    title: str
    suffix: str = ""
    find: Callable[[Any, Path], Found] | None = None


# Where an image has masks in several formats, the first row counts.
FORMATS: dict[str, MaskFormat] = {
    "image": MaskFormat("mask images"),
    "nifti": MaskFormat("NIfTI label volumes"),
    "dicom-seg": MaskFormat("DICOM SEG"),
    "dicom-overlay": MaskFormat("DICOM overlays"),
    "coco": MaskFormat("COCO", ".json", coco.find),
    "labelme": MaskFormat("labelme", ".json", labelme.find),
    "via": MaskFormat("VGG Image Annotator", ".json", via.find),
    "via-table": MaskFormat("VGG Image Annotator", ".csv", via.find_table),
    "yolo": MaskFormat("YOLO segmentation", ".txt", yolo.find),
    "mias": MaskFormat("mini-MIAS list", ".txt", mias.find),
}
_MOST_TEXT = 1 << 28


def find_in_document(path: Path) -> list[MaskSource]:
    """The images that a document of annotations speaks of; none where it is another document.

    Raises:
        InputError: it is damaged.
    """
    suffix = path.suffix.lower()
    content = read_json(path) if suffix == ".json" else read_text(path, most_bytes=_MOST_TEXT, errors="replace")
    for row in FORMATS.values():
        if row.suffix == suffix and row.find is not None and (found := row.find(content, path)) is not None:
            return found
    return []
