"""DICOM segmentations: binary, fractional and label-map objects, found by the instances that they refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.io.dicom.header import as_list
from medsynth_gui.io.limits import quoted
from medsynth_gui.io.masks.documents import whole
from medsynth_gui.io.masks.imported import Drawing, MaskSource, Part, Wanted
from medsynth_gui.io.masks.sketch import fitted, parts_of

STORAGE = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")


@dataclass(frozen=True)
class _Plane:
    """One frame of the object: a segment (None in a label map) on a frame of an instance."""

    number: int
    segment: int | None
    instance: str
    frame: int


@dataclass(frozen=True, eq=False)
class _Segmentation:
    path: Path
    series: ImageSeries
    kind: str
    full: float
    names: dict[int, str]
    notes: tuple[Message, ...]


def find(path: Path) -> list[MaskSource]:
    """The instances that a segmentation refers to, each with its frames.

    Raises:
        InputError: it cannot be read, or does not say which images it belongs to.
    """
    from medsynth_gui.io.dicom.header import read_header
    from medsynth_gui.io.dicom.reader import open_dicom

    dataset = read_header(path).dataset
    series = open_dicom(path)[0].series[0]
    try:
        planes = tuple(_planes(dataset, len(series.source)))
        names = {whole(item.SegmentNumber): str(item.get("SegmentLabel", "") or f"segment {item.SegmentNumber}")
                 for item in dataset.get("SegmentSequence", ())}
        kind = str(dataset.get("SegmentationType", "BINARY"))
        full = float(dataset.get("MaximumFractionalValue", 255) or 255)
    # pydicom converts elements on access and raises anything where one is damaged.
    except Exception as error:
        raise InputError("dicom-damaged", path=path, detail=quoted(error)) from error
    if not planes:
        raise InputError("mask-no-reference", path=path)
    notes = (Message("mask-fraction", {"path": path}),) if kind == "FRACTIONAL" else ()
    made = _Segmentation(path, series, kind, full, names, notes)
    by_instance: dict[str, list[_Plane]] = {}
    for plane in planes:
        by_instance.setdefault(plane.instance, []).append(plane)
    return [MaskSource("dicom-seg", path, f"uid:{instance}", partial(_read, made, tuple(found)),
                       frames=tuple(sorted({plane.frame for plane in found})))
            for instance, found in by_instance.items()]


def _planes(dataset: Any, count: int) -> Iterator[_Plane]:
    """By what each frame derives from; else frame by frame, where one instance has as many."""
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence", ()))[:count]
    shared: Any = next(iter(dataset.get("SharedFunctionalGroupsSequence", ())), None)
    referred = [str(item.ReferencedSOPInstanceUID) for series in dataset.get("ReferencedSeriesSequence", ())
                for item in series.get("ReferencedInstanceSequence", ())]
    seen: dict[int | None, int] = {}
    for number, group in enumerate(groups):
        segment = _segment(group) or _segment(shared)
        sources = [image for item in group.get("DerivationImageSequence", ())
                   for image in item.get("SourceImageSequence", ())]
        turn = seen[segment] = seen.get(segment, -1) + 1
        if sources:
            for image in sources:
                yield from _referred(number, segment, image)
        elif len(referred) == 1:
            yield _Plane(number, segment, referred[0], turn)


def _referred(number: int, segment: int | None, image: Any) -> Iterator[_Plane]:
    for frame in as_list(image.get("ReferencedFrameNumber")) or [1]:
        yield _Plane(number, segment, str(image.ReferencedSOPInstanceUID), max(0, whole(frame, 1) - 1))


def _segment(group: Any) -> int | None:
    items = group.get("SegmentIdentificationSequence", ()) if group else ()
    return whole(items[0].ReferencedSegmentNumber) if items else None


def _read(made: _Segmentation, planes: tuple[_Plane, ...], wanted: Wanted) -> Drawing:
    parts: list[Part] = []
    notes: list[Message] = list(made.notes)
    for plane in planes:
        if plane.frame != wanted.frame:
            continue
        values: npt.NDArray[Any] = made.series.frame(plane.number)
        labels: tuple[str, ...]
        if plane.segment is not None and made.kind != "LABELMAP":
            threshold = made.full / 2 if made.kind == "FRACTIONAL" else 0.5
            numbers = (values >= threshold).astype(np.uint8)
            labels = (made.names.get(plane.segment, f"segment {plane.segment}"),)
        else:
            used = [int(value) for value in np.unique(values) if value][:255]
            numbers = (np.searchsorted(used, values) + 1).astype(np.uint8) * np.isin(values, used)
            labels = tuple(made.names.get(value, f"segment {value}") for value in used)
        pixels, told = fitted(made.path, np.ascontiguousarray(numbers, np.uint8), wanted)
        parts += parts_of(pixels, labels, wanted.frame)
        notes += told
    return Drawing(tuple(parts), tuple(notes))
