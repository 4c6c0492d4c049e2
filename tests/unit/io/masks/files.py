"""Mask files of every format, made from one label image."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from medsynth_gui.io.masks.compose import read_mask
from medsynth_gui.io.masks.imported import ImportedMask, MaskOptions, Target, Wanted
from medsynth_gui.io.masks.recognise import MaskPlan, recognise
from medsynth_gui.io.raster_files import write_gray_png
from tests.builders import disc, ramp

Labels = npt.NDArray[np.uint8]
ROWS, COLUMNS = 48, 64
BOX = [[10, 8], [30, 8], [30, 20], [10, 20]]  # x, y: columns 10..29 of rows 8..19


def truth() -> Labels:
    """A box of label 1 and a disc of label 2 that do not touch."""
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[8:20, 10:30] = 1
    labels[disc(ROWS, COLUMNS, center=(34, 46), radius=9) > 0] = 2
    return labels


def image(folder: Path, name: str = "case") -> Path:
    path = folder / f"{name}.png"
    write_gray_png(path, ramp(ROWS, COLUMNS))
    return path


def runs(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Uncompressed run lengths down the columns, beginning with background."""
    flat = np.concatenate([[False], mask.T.ravel(), [not mask.T.ravel()[-1]]])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(np.concatenate([[0], edges])).tolist()


def coco(path: Path, annotations: list[dict[str, Any]], *, size: tuple[int, int] = (ROWS, COLUMNS)) -> Path:
    document = {"images": [{"id": 7, "file_name": "case.png", "height": size[0], "width": size[1]}],
                "categories": [{"id": 1, "name": "nerve"}, {"id": 2, "name": "vessel"}],
                "annotations": [{"id": number, "image_id": 7, **one} for number, one in enumerate(annotations)]}
    return text(path, json.dumps(document))


def labelme(path: Path, *shapes: dict[str, Any], **more: Any) -> Path:
    return text(path, json.dumps({"version": "5.5.0", "imagePath": "case.png", "imageHeight": ROWS,
                                  "imageWidth": COLUMNS, "shapes": list(shapes), **more}))


def png_text(mask: npt.NDArray[np.bool_]) -> str:
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def text(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def read(plan: MaskPlan, *, frame: int = 0, options: MaskOptions | None = None, size: tuple[int, int] = (ROWS, COLUMNS),
         **names: int) -> ImportedMask:
    """The mask of the one image of a plan; labels get the given values, others their number or 1, 2, ..."""
    made: dict[str, Target] = {key: Target(value, key) for key, value in names.items()}

    def target(key: str) -> Target:
        return made.setdefault(key, Target(int(key) if key.isdecimal() else len(made) + 1, key))

    (labelled,) = plan.labelled
    mask = read_mask(labelled.sources, str(labelled.path), Wanted(frame, *size, options or MaskOptions()), target)
    assert mask is not None
    return mask


def read_folder(folder: Path, **names: int) -> ImportedMask:
    return read(recognise([folder]), **names)


def notes(mask: ImportedMask) -> list[str]:
    return [note.id for note in mask.notes]


def segmentation(path: Path, frames: list[tuple[int, int, npt.NDArray[np.bool_]]], *, instance: str,
                 kind: str = "BINARY", names: tuple[str, ...] = ("nerve", "vessel"), refer: bool = True) -> Path:
    """A DICOM SEG of (segment, frame of the source from 1, pixels)."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.pixels import pack_bits
    from pydicom.sequence import Sequence
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    def item(**values: Any) -> Dataset:
        made = Dataset()
        for keyword, value in values.items():
            setattr(made, keyword, Sequence(value) if isinstance(value, list) and value and isinstance(
                value[0], Dataset) else value)
        return made

    def group(segment: int, frame: int) -> Dataset:
        source = item(ReferencedSOPInstanceUID=instance, ReferencedFrameNumber=frame)
        held = {"DerivationImageSequence": [item(SourceImageSequence=[source])]} if refer else {}
        return item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=segment)], **held)

    stack = np.stack([mask for _, _, mask in frames]).astype(np.uint8)
    dataset = item(
        SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4", SOPInstanceUID=generate_uid(), Modality="SEG",
        StudyInstanceUID="1.2.3", Rows=stack.shape[1], Columns=stack.shape[2], NumberOfFrames=len(stack),
        SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", PixelRepresentation=0, SegmentationType=kind,
        BitsAllocated=1 if kind == "BINARY" else 8, BitsStored=1 if kind == "BINARY" else 8,
        HighBit=0 if kind == "BINARY" else 7, MaximumFractionalValue=200,
        SegmentSequence=[item(SegmentNumber=number, SegmentLabel=name) for number, name in enumerate(names, 1)],
        PerFrameFunctionalGroupsSequence=[group(segment, frame) for segment, frame, _ in frames])
    dataset.PixelData = pack_bits(stack) if kind == "BINARY" else (stack * 180).tobytes()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)
    return path
