"""DICOM files to studies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError, MedSynthError, Message
from medsynth_gui.core.image import FrameSource, ImageSeries, SeriesPlace
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.core.scanner import Scanner
from medsynth_gui.core.study import Study
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.io.dicom.calibration import read_frame_rate, read_regions, read_spacing
from medsynth_gui.io.dicom.frames import DicomFrames, open_frames
from medsynth_gui.io.dicom.header import Header, PixelPlace, as_list, element, read_header
from medsynth_gui.io.dicom.overlays import overlay_facts, read_overlays
from medsynth_gui.io.dicom.syntaxes import is_video, syntax_name
from medsynth_gui.io.dicom.tags import PRIVATE_CREATOR, PRIVATE_GROUP
from medsynth_gui.io.dicom.values import number, read_windows
from medsynth_gui.io.limits import quoted

_DIRECTORY = "1.2.840.10008.1.3.10"
_NOTED = ("Manufacturer", "ManufacturerModelName", "SOPClassUID", "ImageType", "StudyDate", "BodyPartExamined",
          "ViewPosition", "TransducerType", "Laterality", "BurnedInAnnotation", "PixelSpacingCalibrationType",
          "EstimatedRadiographicMagnificationFactor")


@dataclass(frozen=True)
class _Pixels:
    source: FrameSource
    rows: int
    columns: int
    channels: int
    bits: int
    photometric: str
    windows: tuple[WindowLevel, ...]
    problems: tuple[Message, ...]
    frame_rate_hz: float | None = None
    colour: str = ""


def open_dicom(path: Path) -> list[Study]:
    """Open a DICOM file; a DICOMDIR opens what it refers to.

    Raises:
        InputError: damaged, without an image, or with pixels that cannot be decoded.
    """
    header = read_header(path)
    if _sop_class(header) == _DIRECTORY or "DirectoryRecordSequence" in header.dataset:
        from medsynth_gui.io.dicom.directory import open_directory

        return open_directory(header)
    if header.pixels is None:
        raise _no_image(header)
    try:
        series = _series(header, header.pixels)
    except MedSynthError:
        raise
    # pydicom converts elements on access and raises anything where one is damaged.
    except Exception as error:
        raise InputError("dicom-damaged", path=path, detail=quoted(error)) from error
    patient = header.text("PatientName") or header.text("PatientID")
    title = " ".join(filter(None, (header.text("StudyDescription"), header.text("StudyDate")))) or path.name
    return [Study(uid=header.text("StudyInstanceUID") or f"file:{path}", patient=patient, title=title,
                  series=(series,))]


def _series(header: Header, place: PixelPlace) -> ImageSeries:
    pixels = _video(header, place) if is_video(header.syntax) else _still_or_cine(header, place)
    regions = read_regions(header)
    spacing, doubts = read_spacing(header, regions)
    modality = header.text("Modality") or "OT"
    if spacing is None and modality in ("US", "IVUS") and not doubts:
        doubts = [Message("spacing-unknown", {"path": header.path})]
    details = [("transfer syntax", syntax_name(header.syntax)), ("patient id", header.text("PatientID"))]
    details += [("colour", pixels.colour), ("overlays", overlay_facts(read_overlays(header)))]
    details += [(keyword, header.text(keyword)) for keyword in _NOTED]
    return ImageSeries(
        source=pixels.source, rows=pixels.rows, columns=pixels.columns, channels=pixels.channels,
        title=header.path.name, modality=modality, photometric=pixels.photometric, bits=pixels.bits,
        invert=pixels.photometric == "MONOCHROME1", spacing=spacing, regions=regions, windows=pixels.windows,
        frame_rate_hz=read_frame_rate(header, len(pixels.source)) or pixels.frame_rate_hz,
        provenance=_provenance(header), problems=(*pixels.problems, *doubts), path=str(header.path),
        scanner=Scanner(header.text("Manufacturer"), header.text("ManufacturerModelName"),
                        ", ".join(quoted(value, 64) for value in as_list(header.get("SoftwareVersions")))),
        place=SeriesPlace(header.text("SeriesInstanceUID"), int(number(header.get("SeriesNumber")) or 0),
                          int(number(header.get("InstanceNumber")) or 0), header.text("SeriesDescription")),
        details=tuple((name, value) for name, value in details if value))


def _still_or_cine(header: Header, place: PixelPlace) -> _Pixels:
    source, layout = open_frames(header, place)
    color = layout.samples == 3 or layout.photometric == "PALETTE COLOR"
    bits = 8 if layout.photometric == "PALETTE COLOR" else layout.stored
    return _Pixels(source, layout.rows, layout.columns, 3 if color else 1, bits, layout.photometric,
                   read_windows(header, layout), tuple(_frame_problems(header, source)),
                   colour=source.colour.text if source.colour else "")


def _frame_problems(header: Header, source: DicomFrames) -> Iterator[Message]:
    if source.declared != len(source):
        yield Message("frames-differ", {"path": header.path, "declared": source.declared, "found": len(source)})
    if source.colour and (problem := source.colour.problem(header.path)):
        yield problem


def _video(header: Header, place: PixelPlace) -> _Pixels:
    """MPEG-2, H.264 and H.265 streams that are wrapped in DICOM."""
    from medsynth_gui.io.dicom.frame_index import index_encapsulated, read_spans
    from medsynth_gui.io.video import open_stream

    index = index_encapsulated(header, place)
    data = read_spans(header.path, place, [span for frame in index.frames for span in frame])
    if not data:
        raise InputError("dicom-pixels-cut", path=header.path)
    clip = open_stream(header.path, data)
    return _Pixels(clip.source, clip.rows, clip.columns, clip.channels, 8, header.text("PhotometricInterpretation"),
                   (), (), clip.frame_rate_hz)


def _sop_class(header: Header) -> str:
    meta: Any = getattr(header.dataset, "file_meta", {})
    return header.text("SOPClassUID") or quoted(element(meta, "MediaStorageSOPClassUID", "none"), 64)


def _no_image(header: Header) -> InputError:
    from pydicom.uid import UID

    sop_class = _sop_class(header)
    kind = str(UID(sop_class).name) if sop_class != "none" else header.text("Modality") or "of an unnamed kind"
    # The header of an image without its pixels is a cut file, not another kind of object.
    cut = "Rows" in header.dataset and "BitsAllocated" in header.dataset
    return InputError("dicom-pixels-cut" if cut else "dicom-no-image", path=header.path, kind=kind)


def _provenance(header: Header) -> Provenance:
    """What our own writer put down, else whether the file says that it is synthetic."""
    synthetic = header.text("SyntheticData").upper() == "YES"
    try:
        record = header.dataset.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)[0x01].value
        return Provenance.from_record(json.loads(record))
    # No block, or one that is damaged.
    except Exception:
        return Provenance(synthetic=synthetic, producer="unknown" if synthetic else "scanner")
