"""Frames of a DICOM file, decoded one at a time when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.codestream import claimed_size, precision, sound_markers, without_notes
from medsynth_gui.io.dicom.colour import apply_palette, decode_baseline, decode_rle_bits, palette_table
from medsynth_gui.io.dicom.frame_index import FrameIndex, index_encapsulated, index_native, read_spans
from medsynth_gui.io.dicom.header import Header, PixelPlace, element, load_pydicom
from medsynth_gui.io.dicom.jpeg_deep import decode_deep, needs_deep_decoder
from medsynth_gui.io.dicom.layout import PixelLayout, read_layout
from medsynth_gui.io.dicom.values import Rescale, read_rescale
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import quoted

_JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
_JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
_RLE = "1.2.840.10008.1.2.5"
_J2K = ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202",
        "1.2.840.10008.1.2.4.203")
_EXPLICIT = "1.2.840.10008.1.2.1"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_COMPRESSED = ("1.2.840.10008.1.2.4", _RLE)
_GDCM = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")
_NATIVE = ("1.2.840.10008.1.2", _EXPLICIT, _BIG_ENDIAN)


@dataclass(frozen=True)
class _Decoding:
    """What turns the bytes of a frame into its values."""

    header: Header
    place: PixelPlace
    layout: PixelLayout
    index: FrameIndex
    syntax: str
    palette: npt.NDArray[np.uint8] | None
    rescale: tuple[Rescale | None, ...]
    lut: Callable[[Frame], Frame] | None


class DicomFrames:
    """Frames by index; each decode opens the file anew, so any thread may ask."""

    def __init__(self, decoding: _Decoding) -> None:
        self._decoding = decoding
        self._cache = FrameCache()

    def __len__(self) -> int:
        return len(self._decoding.index.frames)

    def frame(self, index: int) -> Frame:
        return self._cache.get_or(index, self._decode)

    @property
    def declared(self) -> int:
        """How many frames the header promises."""
        return self._decoding.index.declared

    def _decode(self, index: int) -> Frame:
        path = self._decoding.header.path
        try:
            return _decode_frame(self._decoding, index)
        except MedSynthError:
            raise
        except FileNotFoundError:
            raise InputError("file-missing", path=path) from None
        except OSError as error:
            raise InputError("dicom-pixels", path=path, frame=index, detail=error) from error
        # Codecs raise anything for damaged pixels, the one in Rust even what is no Exception (PanicException).
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
                raise
            raise InputError("dicom-pixels", path=path, frame=index, detail=quoted(_reason(error))) from error


def _reason(error: BaseException) -> object:
    """pydicom lists what each of its decoders said; the first is the one that was made for the job."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 and "all available plugins" in lines[0] else error


def open_frames(header: Header, place: PixelPlace) -> tuple[DicomFrames, PixelLayout]:
    """Find the frames of a file and check that a decoder exists for them.

    Raises:
        InputError: unknown transfer syntax, absurd attributes, or no whole frame.
    """
    layout = read_layout(header, place.keyword)
    # Pixels that were unpacked while the header kept the name of the compression.
    unpacked = not place.encapsulated and header.syntax.startswith(_COMPRESSED)
    syntax = _EXPLICIT if unpacked else header.syntax
    _check_decoder(header, syntax, place.encapsulated, layout)
    if place.encapsulated:
        index = index_encapsulated(header, place)
    else:
        with place.open(header.path) as file:
            size = file.seek(0, 2) - place.offset
        index = index_native(header, place, layout.frame_bits, size=size)
    if not index.frames:
        raise InputError("dicom-pixels-cut", path=header.path)
    palette = palette_table(header, layout) if layout.photometric == "PALETTE COLOR" else None
    return DicomFrames(_Decoding(header, place, layout, index, syntax, palette,
                                 _rescales(header, layout, len(index.frames)), _lut(header))), layout


def syntax_name(syntax: str) -> str:
    """The name of a transfer syntax, with its UID where that is all there is."""
    load_pydicom()
    from pydicom.uid import UID

    name = str(UID(syntax).name)
    return f"{name} ({syntax})" if name != syntax else syntax or "none"


def _check_decoder(header: Header, syntax: str, encapsulated: bool, layout: PixelLayout) -> None:
    from pydicom.pixels.decoders.base import get_decoder

    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        available = False
    # pydicom lists decoders for lossy JPEG of 12 bits that refuse it, or do not survive it.
    unsafe = syntax == _JPEG_EXTENDED and layout.allocated > 8 and not needs_deep_decoder(syntax, layout)
    if not available or unsafe or (encapsulated and syntax in _NATIVE):
        raise InputError("dicom-syntax", path=header.path, syntax=syntax_name(syntax))


def _rescales(header: Header, layout: PixelLayout, frames: int) -> tuple[Rescale | None, ...]:
    """One for all frames, or one for each where per-frame groups say so."""
    per_frame = len(header.get("PerFrameFunctionalGroupsSequence") or ())
    return tuple(read_rescale(header, layout, frame) for frame in range(frames if 1 < per_frame <= frames else 1))


def _decode_frame(decoding: _Decoding, index: int) -> Frame:
    layout = decoding.layout
    data = read_spans(decoding.header.path, decoding.place, decoding.index.frames[index])
    if decoding.place.encapsulated:
        _check_claim(decoding, data)
        values = _from_code_stream(decoding, data)
    else:
        values = _from_native(decoding, data, index)
    if values.shape[:2] != (layout.rows, layout.columns):
        raise ValueError(f"it decodes to {values.shape[0]} x {values.shape[1]} pixels")
    if decoding.palette is not None:
        return apply_palette(values, decoding.palette)
    if rescale := decoding.rescale[index if len(decoding.rescale) > 1 else 0]:
        return rescale.apply(values)
    return decoding.lut(values) if decoding.lut else values


def _check_claim(decoding: _Decoding, data: bytes) -> None:
    """Refuse a code stream of another size than the header's before a codec allocates for it."""
    claim, layout = claimed_size(data), decoding.layout
    if decoding.syntax in _GDCM and (
            not 2 <= precision(data, 0) <= layout.allocated or not sound_markers(data)):
        # GDCM ends the process on such a stream.
        raise ValueError("its frame header is damaged")
    if claim is not None and claim != (layout.rows, layout.columns, layout.samples):
        raise ValueError(f"the header says {layout.rows} x {layout.columns} x {layout.samples}, "
                         f"the compressed frame {claim[0]} x {claim[1]} x {claim[2]}")


def _from_code_stream(decoding: _Decoding, data: bytes) -> Frame:
    layout = decoding.layout
    if decoding.syntax in (_JPEG_BASELINE, _JPEG_EXTENDED) and layout.allocated == 8 and not layout.signed:
        return decode_baseline(data, layout)
    if needs_deep_decoder(decoding.syntax, layout):
        return decode_deep(data, decoding.syntax, layout)
    if decoding.syntax == _RLE and layout.allocated == 1:
        return decode_rle_bits(data, layout)
    if decoding.syntax in _GDCM[:2] and layout.samples == 1:
        # GDCM takes a strange JFIF version for an error that ends the process.
        data = without_notes(data)
    from pydicom.encaps import encapsulate

    return _through_pydicom(decoding, encapsulate([data], has_bot=False), decoding.syntax)


def _from_native(decoding: _Decoding, data: bytes, index: int) -> Frame:
    layout = decoding.layout
    if layout.allocated == 1:
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        first = index * layout.frame_bits % 8
        return bits[first:first + layout.frame_bits].reshape(layout.rows, layout.columns)
    missing = layout.frame_bits // 8 - len(data)
    # Only the last frame may lack a few bytes: see `index_native`.
    return _through_pydicom(decoding, data + bytes(max(missing, 0)), decoding.syntax)


def _through_pydicom(decoding: _Decoding, data: bytes, syntax: str) -> Frame:
    from pydicom.pixels.decoders.base import get_decoder

    # By name: GDCM, which would come first, ends the process on some damaged streams.
    plugin = "pylibjpeg" if syntax == _RLE or syntax in _J2K else ""
    values, done = get_decoder(syntax).as_array(data, index=0, raw=False, decoding_plugin=plugin,
                                                **decoding.layout.options())
    if str(done["photometric_interpretation"]).startswith("YBR") and decoding.layout.samples == 3 \
            and not str(done["photometric_interpretation"]).startswith(("YBR_ICT", "YBR_RCT")):
        raise ValueError(f"no conversion from {done['photometric_interpretation']} to RGB")
    return values


def _lut(header: Header) -> Callable[[Frame], Frame] | None:
    """The modality table, if the file has a whole one."""
    items = header.get("ModalityLUTSequence")
    if not items or element(items[0], "LUTDescriptor") is None or element(items[0], "LUTData") is None:
        return None
    from pydicom.pixels.processing import apply_modality_lut

    return lambda values: np.asarray(apply_modality_lut(values, header.dataset))
