"""Series to DICOM: ultrasound with region calibration, marked as synthetic where it is."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import StorageError
from medsynth_gui.core.image import ImageSeries, UltrasoundRegion
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import atomic_write
from medsynth_gui.io.dicom.header import load_pydicom
from medsynth_gui.io.dicom.tags import PRIVATE_CREATOR, PRIVATE_GROUP

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

# SOP classes by (ultrasound, several frames, colour).
_CLASSES = {(True, False): "1.2.840.10008.5.1.4.1.1.6.1", (True, True): "1.2.840.10008.5.1.4.1.1.3.1"}
_CAPTURES = {(False, False): "1.2.840.10008.5.1.4.1.1.7", (False, True): "1.2.840.10008.5.1.4.1.1.7",
             (True, False): "1.2.840.10008.5.1.4.1.1.7.2", (True, True): "1.2.840.10008.5.1.4.1.1.7.4"}
_IMPLEMENTATION = "2.25.196532740018542073305418374922847160021"
_TISSUE, _TWO_DIMENSIONAL, _CENTIMETRE = 1, 1, 3
_MOST_BASIC_OFFSET = 2**32 - 2


@dataclass(frozen=True)
class _Uids:
    """UIDs below 2.25; equal seeds give equal ones."""

    seed: str

    def make(self, role: str) -> UID:
        from pydicom.uid import UID

        number = int.from_bytes(hashlib.sha256(f"{self.seed}/{role}".encode()).digest()[:16], "big")
        return UID(f"2.25.{number}")


def write_series(path: Path, series: ImageSeries, *, patient_id: str = "", description: str = "",
                 seed: str | int | None = None, compress: bool = True,
                 frames: Sequence[int] | None = None, shows_source: bool = False) -> None:
    """Write a series as one DICOM file, 8 bits a sample, as it is shown.

    Ultrasound becomes Ultrasound (Multi-frame) Image Storage with a Sequence of Ultrasound Regions, everything else
    Secondary Capture. Synthetic pixels are marked: Synthetic Data, DERIVED, a SYN- patient, the synthesizing
    equipment, and our provenance record.

    Args:
        path: replaced as a whole.
        patient_id: of a synthetic series it gets the prefix SYN- where it lacks one.
        description: series description.
        seed: makes the UIDs, and so the file, the same every time; None makes new ones.
        compress: RLE Lossless, else explicit little endian.
        frames: which frames; None for all.
        shows_source: synthetic pixels follow an image that may have burned-in text: nothing denies that.

    Raises:
        InputError: a frame cannot be decoded.
        StorageError: the file cannot be written.
    """
    load_pydicom()
    chosen = tuple(range(series.frame_count) if frames is None else frames)
    if not chosen:
        raise ValueError("a DICOM file has at least one frame")
    uids = _Uids(secrets.token_hex(16) if seed is None else str(seed))
    dataset = _dataset(series, len(chosen), uids, patient_id, description)
    if series.synthetic and not shows_source:
        dataset.BurnedInAnnotation = "NO"
    dataset.file_meta = _file_meta(dataset, compress)
    _put_pixels(dataset, _shown(series, chosen), len(chosen), compress)
    with atomic_write(path) as temporary:
        try:
            dataset.save_as(temporary, enforce_file_format=True)
        except ValueError as error:
            raise StorageError("not-writable", path=path, detail=error) from error


def _shown(series: ImageSeries, frames: Sequence[int]) -> Iterator[npt.NDArray[np.uint8]]:
    """Frames as (y, x) or (y, x, 3) in 8 bits."""
    from medsynth_gui.core.frame_reading import read_ahead
    from medsynth_gui.core.windowing import apply_window

    def shown(index: int) -> npt.NDArray[np.uint8]:
        if series.channels == 1:
            return series.gray(index)
        return apply_window(series.frame(index), series.default_window(index))

    yield from (frame for _, frame in read_ahead(series, frames, shown))


def _dataset(series: ImageSeries, frames: int, uids: _Uids, patient_id: str, description: str) -> Dataset:
    from pydicom import Dataset

    ultrasound, color = series.modality == "US", series.channels == 3
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = (_CLASSES[ultrasound, frames > 1] if ultrasound else _CAPTURES[frames > 1, color])
    dataset.SOPInstanceUID, dataset.StudyInstanceUID = uids.make("instance"), uids.make("study")
    dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = uids.make("series"), uids.make("reference")
    dataset.Modality = series.modality
    dataset.PatientName = dataset.PatientID = _patient(series, patient_id, uids)
    for empty in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID",
                  "AccessionNumber", "Laterality", "PatientOrientation"):
        setattr(dataset, empty, "")
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    dataset.Manufacturer = "MedSynth Studio"
    dataset.SoftwareVersions = series.provenance.app_version
    dataset.ImageType = ["DERIVED", "SECONDARY"]
    dataset.SeriesDescription = (("SYNTHETIC " if series.synthetic else "") + (description or series.title))[:64]
    if not ultrasound:
        dataset.ConversionType = "SYN" if series.synthetic else "WSD"
    _put_cine(dataset, series, frames)
    _put_calibration(dataset, series, ultrasound)
    _put_provenance(dataset, series.provenance)
    _put_image(dataset, series, color)
    return dataset


def _patient(series: ImageSeries, patient_id: str, uids: _Uids) -> str:
    if not series.synthetic:
        return patient_id[:64]
    wanted = patient_id or uids.make("patient").split(".")[-1][:12]
    return wanted[:64] if wanted.startswith("SYN-") else f"SYN-{wanted}"[:64]


def _put_image(dataset: Dataset, series: ImageSeries, color: bool) -> None:
    dataset.Rows, dataset.Columns = series.rows, series.columns
    dataset.SamplesPerPixel = 3 if color else 1
    dataset.PhotometricInterpretation = "RGB" if color else "MONOCHROME2"
    if color:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.LossyImageCompression = "00"


def _put_cine(dataset: Dataset, series: ImageSeries, frames: int) -> None:
    if frames == 1 and series.modality == "US":
        return
    dataset.NumberOfFrames = frames
    if frames > 1:
        rate = series.frame_rate_hz or 25.0
        dataset.FrameTime = f"{1000.0 / rate:.10g}"
        dataset.CineRate = max(1, round(rate))
        dataset.FrameIncrementPointer = 0x00181063


def _put_calibration(dataset: Dataset, series: ImageSeries, ultrasound: bool) -> None:
    spacing = series.spacing
    if spacing is None and not series.regions:
        return
    if not ultrasound:
        if spacing is not None:
            dataset.PixelSpacing = [f"{spacing.y_mm:.10g}", f"{spacing.x_mm:.10g}"]
        return
    whole = UltrasoundRegion(0, 0, series.rows, series.columns, "tissue", spacing)
    items = [_region_item(region) for region in series.regions or (whole,) if region.spacing]
    if items:
        dataset.SequenceOfUltrasoundRegions = items


def _region_item(region: UltrasoundRegion) -> Dataset:
    from pydicom import Dataset

    assert region.spacing is not None
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = _TWO_DIMENSIONAL, _TISSUE, 0
    if region.data_type == "colour flow":
        item.RegionDataType = 2
    item.RegionLocationMinX0, item.RegionLocationMinY0 = region.x0, region.y0
    # The file counts the last row and column in.
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = region.x1 - 1, region.y1 - 1
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = _CENTIMETRE
    item.PhysicalDeltaX, item.PhysicalDeltaY = region.spacing.x_mm / 10, region.spacing.y_mm / 10
    return item


def _put_provenance(dataset: Dataset, provenance: Provenance) -> None:
    """Our record in a private block, and for synthetic pixels what the standard has for them."""
    from pydicom import Dataset

    block = dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR, create=True)
    block.add_new(0x01, "UT", json.dumps(provenance.record(), sort_keys=True, default=str))
    if not provenance.synthetic:
        return
    dataset.SyntheticData = "YES"
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "109100", "DCM"
    purpose.CodeMeaning = "Synthesizing Equipment"
    equipment = Dataset()
    equipment.Manufacturer = "MedSynth Studio"
    equipment.ManufacturerModelName = provenance.producer[:64]
    equipment.SoftwareVersions = provenance.app_version
    equipment.PurposeOfReferenceCodeSequence = [purpose]
    dataset.ContributingEquipmentSequence = [equipment]


def _file_meta(dataset: Dataset, compress: bool) -> Any:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = RLELossless if compress else ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    meta.ImplementationVersionName = "MEDSYNTH"
    return meta


def _put_pixels(dataset: Dataset, shown: Iterator[npt.NDArray[np.uint8]], frames: int, compress: bool) -> None:
    if compress:
        _put_encapsulated(dataset, [_rle(frame) for frame in shown])
        return
    data = b"".join(np.ascontiguousarray(frame).tobytes() for frame in shown)
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB"


def _rle(frame: npt.NDArray[np.uint8]) -> bytes:
    """One frame as RLE segments, one a colour."""
    from pydicom.pixels.encoders.base import get_encoder
    from pydicom.uid import RLELossless

    color = frame.ndim == 3
    # By name: GDCM, which would come first, ends the process on some sizes.
    encoded: bytes = get_encoder(RLELossless).encode(
        np.ascontiguousarray(frame), rows=frame.shape[0], columns=frame.shape[1], samples_per_pixel=3 if color else 1,
        bits_allocated=8, bits_stored=8, pixel_representation=0, number_of_frames=1,
        photometric_interpretation="RGB" if color else "MONOCHROME2", planar_configuration=0,
        encoding_plugin="pylibjpeg")
    return encoded


def _put_encapsulated(dataset: Dataset, frames: list[bytes]) -> None:
    from pydicom.encaps import encapsulate, encapsulate_extended

    if sum(len(frame) + 8 for frame in frames) < _MOST_BASIC_OFFSET:
        dataset.PixelData = encapsulate(frames, has_bot=True)
    else:
        dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = \
            encapsulate_extended(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
