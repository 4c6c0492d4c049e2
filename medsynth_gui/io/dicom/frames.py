"""Frames of a DICOM file, decoded one at a time when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, MedSynthError
from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.codecs import one_bit
from medsynth_gui.io.dicom.codestream import claimed_size, precision, without_notes
from medsynth_gui.io.dicom.colour import apply_palette, palette_table
from medsynth_gui.io.dicom.colour_decision import Choice, ColourDecision, decide_colour, unhalved
from medsynth_gui.io.dicom.frame_index import FrameIndex, declared_frames, index_encapsulated, index_native, read_spans
from medsynth_gui.io.dicom.header import Header, PixelPlace, element
from medsynth_gui.io.dicom.layout import PixelLayout, read_layout
from medsynth_gui.io.dicom.syntaxes import EXPLICIT, RLE, Decoder, decoder_for
from medsynth_gui.io.dicom.values import Rescale, read_rescale
from medsynth_gui.io.frame_cache import FrameCache
from medsynth_gui.io.limits import quoted

_COMPRESSED = ("1.2.840.10008.1.2.4", RLE)
_LOSSLESS_JPEG = ("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")


@dataclass(frozen=True)
class _Decoding:
    """What turns the bytes of a frame into its values."""

    header: Header
    place: PixelPlace
    layout: PixelLayout
    index: FrameIndex
    syntax: str
    decoder: Decoder
    palette: npt.NDArray[np.uint8] | None
    rescale: tuple[Rescale | None, ...]
    lut: Callable[[Frame], Frame] | None


class DicomFrames:
    """Frames by index; each decode opens the file anew, so any thread may ask."""

    def __init__(self, decoding: _Decoding, choice: Choice = "auto") -> None:
        self.colour: ColourDecision | None = _decide(decoding, choice)
        self._tagged = decoding
        photometric = self.colour.photometric if self.colour else decoding.layout.photometric
        self._decoding = replace(decoding, layout=replace(decoding.layout, photometric=photometric))
        self._cache = FrameCache()

    def __len__(self) -> int:
        return len(self._decoding.index.frames)

    def frame(self, index: int) -> Frame:
        return self._cache.get_or(index, self._decode)

    def kept(self, index: int) -> Frame | None:
        """The frame if it is in memory."""
        return self._cache.get(index)

    def with_colour(self, choice: Choice) -> DicomFrames:
        """The same frames with their samples read in another way."""
        return DicomFrames(self._tagged, choice)

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
            raise InputError("dicom-pixels", path=path, frame=index, detail=quoted(error)) from error
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
    layout = unhalved(read_layout(header, place), place, declared_frames(header))
    # Pixels that were unpacked while the header kept the name of the compression.
    unpacked = not place.encapsulated and header.syntax.startswith(_COMPRESSED)
    syntax = EXPLICIT if unpacked else header.syntax
    decoder = decoder_for(header, syntax, layout, encapsulated=place.encapsulated)
    if place.encapsulated:
        index = index_encapsulated(header, place)
    else:
        with place.open(header.path) as file:
            size = file.seek(0, 2) - place.offset
        index = index_native(header, place, layout.frame_bits, size=size)
    if not index.frames:
        raise InputError("dicom-pixels-cut", path=header.path)
    palette = palette_table(header, layout) if layout.photometric == "PALETTE COLOR" else None
    return DicomFrames(_Decoding(header, place, layout, index, syntax, decoder, palette,
                                 _rescales(header, layout, len(index.frames)), _lut(header))), layout


def _rescales(header: Header, layout: PixelLayout, frames: int) -> tuple[Rescale | None, ...]:
    """One for all frames, or one for each where per-frame groups say so."""
    per_frame = len(header.get("PerFrameFunctionalGroupsSequence") or ())
    return tuple(read_rescale(header, layout, frame) for frame in range(frames if 1 < per_frame <= frames else 1))


def _decide(decoding: _Decoding, choice: Choice) -> ColourDecision | None:
    if decoding.layout.samples != 3:
        return None
    stream = b""
    if decoding.place.encapsulated:
        stream = read_spans(decoding.header.path, decoding.place, decoding.index.frames[0])
    as_stored = replace(decoding, layout=replace(decoding.layout, photometric="RGB"))
    return decide_colour(decoding.layout, stream, lambda: _decode_frame(as_stored, 0), choice=choice)


def _decode_frame(decoding: _Decoding, index: int) -> Frame:
    layout = decoding.layout
    data = read_spans(decoding.header.path, decoding.place, decoding.index.frames[index])
    if decoding.place.encapsulated:
        data = _checked(decoding, data)
    if layout.allocated == 1 and not decoding.place.encapsulated:
        # Frames of one-bit pixels need not begin on a byte.
        values: Frame = one_bit(data, layout, index * layout.frame_bits % 8)
    else:
        values = decoding.decoder.decode(data, layout, decoding.syntax)
    if values.shape[:2] != (layout.rows, layout.columns):
        raise ValueError(f"it decodes to {values.shape[0]} x {values.shape[1]} pixels")
    if decoding.palette is not None:
        return apply_palette(values, decoding.palette)
    if rescale := decoding.rescale[index if len(decoding.rescale) > 1 else 0]:
        return rescale.apply(values)
    return decoding.lut(values) if decoding.lut else values


def _checked(decoding: _Decoding, data: bytes) -> bytes:
    """Refuse a code stream of another size than the header's before a codec allocates for it."""
    claim, layout = claimed_size(data), decoding.layout
    if decoding.syntax in _LOSSLESS_JPEG:
        if not 2 <= precision(data, 0) <= layout.allocated:
            raise ValueError("its frame header is damaged")
        # A strange JFIF version ends GDCM, which needs none.
        data = without_notes(data) if layout.samples == 1 else data
    if claim is not None and claim != (layout.rows, layout.columns, layout.samples):
        raise ValueError(f"the header says {layout.rows} x {layout.columns} x {layout.samples}, "
                         f"the compressed frame {claim[0]} x {claim[1]} x {claim[2]}")
    return data


def _lut(header: Header) -> Callable[[Frame], Frame] | None:
    """The modality table, if the file has a whole one."""
    items = header.get("ModalityLUTSequence")
    if not items or element(items[0], "LUTDescriptor") is None or element(items[0], "LUTData") is None:
        return None
    from pydicom.pixels.processing import apply_modality_lut

    return lambda values: np.asarray(apply_modality_lut(values, header.dataset))
