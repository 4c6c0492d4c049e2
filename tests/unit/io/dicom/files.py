"""DICOM files made for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage, generate_uid

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.reader import open_dicom


def dataset(frames: np.ndarray, *, syntax: str = ExplicitVRLittleEndian, **changes: Any) -> Dataset:
    """An image data set from (frame, y, x[, 3]); a change of None removes the element."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.StudyInstanceUID, made.Modality, made.PatientID = "1.2.3", "US", "P1"
    made.NumberOfFrames, made.Rows, made.Columns = frames.shape[:3]
    made.SamplesPerPixel = 3 if frames.ndim == 4 else 1
    made.PhotometricInterpretation = "RGB" if frames.ndim == 4 else "MONOCHROME2"
    if frames.ndim == 4:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = frames.dtype.itemsize * 8
    made.HighBit, made.PixelRepresentation = made.BitsStored - 1, int(frames.dtype.kind == "i")
    data = frames.tobytes()
    made.PixelData = data + b"\0" * (len(data) % 2)
    made["PixelData"].VR = "OW" if frames.dtype.itemsize > 1 else "OB"
    for keyword, value in changes.items():
        if value is None:
            del made[keyword]
        else:
            setattr(made, keyword, value)
    return made


def encapsulated(made: Dataset, frames: list[bytes], syntax: str, *, offset_table: bool = True) -> Dataset:
    """The data set with these compressed frames."""
    made.file_meta.TransferSyntaxUID = syntax
    made.PixelData = encapsulate(frames, has_bot=offset_table)
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OB", True
    return made


def opened(path: Path, made: Dataset) -> ImageSeries:
    """Write a data set and open it."""
    made.save_as(path, enforce_file_format=True)
    (study,) = open_dicom(path)
    (series,) = study.series
    return series
