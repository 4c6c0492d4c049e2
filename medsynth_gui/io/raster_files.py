"""Gray and label images: 8-bit values in, PNG with provenance out."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame
from medsynth_gui.core.labels import PALETTE, LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import write_bytes

SOURCE_TYPE = "digitalSourceType"
PROVENANCE = "Provenance"
_XMP_KEYWORD = "XML:com.adobe.xmp"
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">\
<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/{kind}</Iptc4xmpExt:DigitalSourceType>\
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
_SIGNATURE_AND_IHDR = 33
_COLOR_TYPE, _INDEXED = 25, 3


def read_gray(path: Path) -> npt.NDArray[np.uint8]:
    """The first frame of an image file as 8-bit luma (y, x): what every model sees.

    Raises:
        InputError: not an image, damaged, or too large.
    """
    from medsynth_gui.io.raster_source import open_raster

    return open_raster(path)[0].gray(0)


def read_labels(path: Path) -> npt.NDArray[np.uint8]:
    """A label image as values 0..n (y, x): palette indices or gray values.

    A mask of black and white only (0 and 255, or 1-bit) becomes 0 and 1; alpha is ignored.

    Raises:
        InputError: not an image, or its values are colours or above 255.
    """
    from medsynth_gui.io.raster_source import read_stored

    stored, lossy, indexed = read_stored(path)
    values: npt.NDArray[Any] = stored
    if values.ndim == 3:
        if lossy:
            values = values.max(axis=2)
        elif (values != values[..., :1]).any():
            raise InputError("mask-coloured", path=path)
        else:
            values = values[..., 0]
    if values.dtype.kind not in "ui" or values.min() < 0:
        raise InputError("mask-values", path=path)
    if lossy:
        return np.asarray(values >= 128, np.uint8)
    top = int(values.max())
    if not indexed and top in (255, 65535) and bool(np.isin(values, (0, top)).all()):
        return np.asarray(values > 0, np.uint8)
    if top > 255:
        raise InputError("mask-values", path=path)
    return values.astype(np.uint8)


def write_gray_png(path: Path, image: Frame, text: Mapping[str, str] | None = None) -> None:
    """Write a gray PNG; equal arguments give equal bytes.

    Args:
        path: replaced as a whole.
        image: (y, x) uint8 or uint16.
        text: text chunks by keyword; `digitalSourceType` (an IPTC name) is written as XMP.

    Raises:
        StorageError: the file cannot be written.
    """
    if image.ndim != 2 or image.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"a gray image is (y, x) uint8 or uint16, not {image.shape} {image.dtype}")
    write_bytes(path, _with_chunks(_encode(image), _text_chunks(text)))


def write_label_png(path: Path, labels: npt.NDArray[np.uint8], label_set: LabelSet | None = None,
                    text: Mapping[str, str] | None = None) -> None:
    """Write label values (y, x) as an 8-bit palette PNG whose indices are the values.

    Raises:
        StorageError: the file cannot be written.
    """
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise ValueError(f"labels are (y, x) uint8, not {labels.shape} {labels.dtype}")
    palette = _chunk(b"PLTE", _palette(label_set))
    write_bytes(path, _with_chunks(_encode(labels), palette + _text_chunks(text), color_type=_INDEXED))


def provenance_text(provenance: Provenance) -> dict[str, str]:
    """Text chunks that carry a provenance: a JSON record, and the IPTC source type of synthetic pixels."""
    text = {"Software": f"MedSynth Studio {provenance.app_version}",
            PROVENANCE: json.dumps(provenance.record(), sort_keys=True, default=str)}
    if provenance.synthetic:
        trained = provenance.producer != "simulator"
        text[SOURCE_TYPE] = "trainedAlgorithmicMedia" if trained else "algorithmicMedia"
    return text


def read_provenance(text: Mapping[str, object]) -> Provenance | None:
    """The provenance that text chunks carry; None where they say nothing."""
    try:
        return Provenance.from_record(json.loads(str(text[PROVENANCE])))
    except (KeyError, ValueError, TypeError, AttributeError):
        xmp = str(text.get(_XMP_KEYWORD, "") or text.get("xmp", ""))
        return Provenance(synthetic=True, producer="unknown") if "lgorithmicMedia" in xmp else None


def _encode(image: Frame) -> bytes:
    import cv2

    # Run-length strategy at level 1: twice as fast as the default and smaller on speckle.
    done, data = cv2.imencode(".png", np.ascontiguousarray(image),
                              [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY,
                               cv2.IMWRITE_PNG_STRATEGY_RLE])
    if not done:
        raise ValueError(f"an image of {image.shape} cannot be encoded")
    return data.tobytes()


def _with_chunks(png: bytes, chunks: bytes, *, color_type: int | None = None) -> bytes:
    """Put chunks after IHDR; an 8-bit gray image may become an indexed one, its scan lines are the same."""
    head = png[:_SIGNATURE_AND_IHDR]
    if color_type is not None:
        fields = head[16:_COLOR_TYPE] + bytes([color_type]) + head[_COLOR_TYPE + 1:29]
        head = head[:8] + _chunk(b"IHDR", fields)
    return head + chunks + png[_SIGNATURE_AND_IHDR:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _text_chunks(text: Mapping[str, str] | None) -> bytes:
    return b"".join(_chunk(b"iTXt", keyword + b"\0\0\0\0\0" + value) for keyword, value in _encoded(text or {}))


def _encoded(text: Mapping[str, str]) -> Iterator[tuple[bytes, bytes]]:
    for keyword, value in text.items():
        if keyword == SOURCE_TYPE:
            keyword, value = _XMP_KEYWORD, _XMP.format(kind=value)
        yield keyword.encode("latin-1", "replace")[:79], value.encode("utf-8")


def _palette(label_set: LabelSet | None) -> bytes:
    colors = np.zeros((256, 3), np.uint8)
    for value in range(1, 256):
        label = label_set.find(value) if label_set else None
        color = label.color if label else PALETTE[(value - 1) % len(PALETTE)]
        colors[value] = list(bytes.fromhex(color.removeprefix("#")))
    return colors.tobytes()
