"""Transfer syntaxes: one table of which decoder serves which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.image import Frame
from medsynth_gui.io.dicom.header import Header, load_pydicom
from medsynth_gui.io.dicom.layout import PixelLayout
from medsynth_gui.io.limits import quoted

DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"


@dataclass(frozen=True)
class Decoder:
    """What turns the bytes of one frame into its values.

    Attributes:
        package: what pip installs.
        module: what is imported of it.
        function: "module:function" below this package; (data, layout, syntax) -> (y, x[, 3]).
        takes: whether it decodes frames of this layout.
    """

    name: str
    package: str
    module: str
    function: str
    takes: Callable[[PixelLayout], bool] = lambda layout: True

    @property
    def installed(self) -> bool:
        return find_spec(self.module) is not None

    def decode(self, data: bytes, layout: PixelLayout, syntax: str) -> Frame:
        """One frame of stored values; raises whatever the codec raises."""
        module, function = self.function.split(":")
        return cast(Frame, getattr(import_module(f"medsynth_gui.io.dicom.{module}"), function)(data, layout, syntax))


@dataclass(frozen=True)
class TransferSyntax:
    """One row: its UID, its name, and its decoders, of which the first that takes a layout is used."""

    uid: str
    name: str
    decoders: tuple[Decoder, ...] = ()
    encapsulated: bool = True


def _eight_bits(layout: PixelLayout) -> bool:
    return layout.stored <= 8


def _gray_words(layout: PixelLayout) -> bool:
    return layout.stored > 8 and layout.samples == 1 and not layout.signed


def _six_or_seven_bits(layout: PixelLayout) -> bool:
    return layout.stored in (6, 7) and layout.samples == 1 and not layout.signed


_PLAIN = Decoder("pydicom", "pydicom", "pydicom", "codecs:plain")
_INFLATE = Decoder("zlib", "Python", "zlib", "codecs:inflated")
_EXACT = Decoder("simplejpeg", "simplejpeg", "simplejpeg", "codecs:baseline", _eight_bits)
_FFMPEG_JPEG = Decoder("FFmpeg", "av", "av", "jpeg_deep:decode_deep", _gray_words)
_FFMPEG_LS = Decoder("FFmpeg", "av", "av", "jpeg_deep:decode_deep", _six_or_seven_bits)
_GDCM = Decoder("GDCM, in a process of its own", "python-gdcm", "gdcm", "child:decode")
_OPENJPEG = Decoder("OpenJPEG", "pylibjpeg-openjpeg", "openjpeg", "codecs:through_pylibjpeg")
_RLE = Decoder("pylibjpeg-rle", "pylibjpeg-rle", "rle", "codecs:through_pylibjpeg", lambda layout: layout.allocated > 1)
_RLE_BITS = Decoder("own, for one-bit masks", "numpy", "numpy", "codecs:rle_bits", lambda layout: layout.allocated == 1)
_VIDEO = Decoder("FFmpeg", "av", "av", "")

_JPEG = "1.2.840.10008.1.2.4."
TABLE: tuple[TransferSyntax, ...] = (
    TransferSyntax("1.2.840.10008.1.2", "Implicit VR Little Endian", (_PLAIN,), encapsulated=False),
    TransferSyntax(EXPLICIT, "Explicit VR Little Endian", (_PLAIN,), encapsulated=False),
    TransferSyntax("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed Explicit VR Little Endian", (_PLAIN,)),
    TransferSyntax(DEFLATED, "Deflated Explicit VR Little Endian", (_PLAIN,), encapsulated=False),
    TransferSyntax(BIG_ENDIAN, "Explicit VR Big Endian", (_PLAIN,), encapsulated=False),
    TransferSyntax("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression", (_INFLATE,)),
    TransferSyntax(f"{_JPEG}50", "JPEG Baseline", (_EXACT,)),
    TransferSyntax(f"{_JPEG}51", "JPEG Extended, 8 and 12 bits", (_EXACT, _FFMPEG_JPEG)),
    TransferSyntax(f"{_JPEG}57", "JPEG Lossless", (_GDCM,)),
    TransferSyntax(f"{_JPEG}70", "JPEG Lossless, first-order prediction", (_GDCM,)),
    TransferSyntax(f"{_JPEG}80", "JPEG-LS Lossless", (_FFMPEG_LS, _GDCM)),
    TransferSyntax(f"{_JPEG}81", "JPEG-LS Near-Lossless", (_FFMPEG_LS, _GDCM)),
    TransferSyntax(f"{_JPEG}90", "JPEG 2000 Lossless", (_OPENJPEG,)),
    TransferSyntax(f"{_JPEG}91", "JPEG 2000", (_OPENJPEG,)),
    TransferSyntax(f"{_JPEG}201", "High-Throughput JPEG 2000 Lossless", (_OPENJPEG,)),
    TransferSyntax(f"{_JPEG}202", "High-Throughput JPEG 2000 Lossless, RPCL", (_OPENJPEG,)),
    TransferSyntax(f"{_JPEG}203", "High-Throughput JPEG 2000", (_OPENJPEG,)),
    TransferSyntax(RLE, "RLE Lossless", (_RLE_BITS, _RLE)),
    *(TransferSyntax(f"{_JPEG}{number}", name, (_VIDEO,)) for number, name in (
        ("100", "MPEG-2 Main Profile, Main Level"), ("100.1", "MPEG-2 Main Profile, Main Level, fragmentable"),
        ("101", "MPEG-2 Main Profile, High Level"), ("101.1", "MPEG-2 Main Profile, High Level, fragmentable"),
        ("102", "H.264 High Profile 4.1"), ("102.1", "H.264 High Profile 4.1, fragmentable"),
        ("103", "H.264 High Profile 4.1, BD-compatible"),
        ("103.1", "H.264 High Profile 4.1, BD-compatible, fragmentable"),
        ("104", "H.264 High Profile 4.2, 2D"), ("104.1", "H.264 High Profile 4.2, 2D, fragmentable"),
        ("105", "H.264 High Profile 4.2, 3D"), ("105.1", "H.264 High Profile 4.2, 3D, fragmentable"),
        ("106", "H.264 Stereo High Profile 4.2"), ("106.1", "H.264 Stereo High Profile 4.2, fragmentable"),
        ("107", "H.265 Main Profile 5.1"), ("108", "H.265 Main 10 Profile 5.1"))),
    # Known by name; no decoder for them is at hand.
    TransferSyntax(f"{_JPEG}94", "JPIP Referenced"),
    TransferSyntax(f"{_JPEG}95", "JPIP Referenced Deflate"),
    TransferSyntax(f"{_JPEG}110", "JPEG XL Lossless"),
    TransferSyntax(f"{_JPEG}111", "JPEG XL JPEG Recompression"),
    TransferSyntax(f"{_JPEG}112", "JPEG XL"),
)
BY_UID = {row.uid: row for row in TABLE}


def is_video(syntax: str) -> bool:
    """Whether all frames are one stream."""
    row = BY_UID.get(syntax)
    return row is not None and _VIDEO in row.decoders


def syntax_name(syntax: str) -> str:
    """The name of a transfer syntax, with its UID where that is all there is."""
    load_pydicom()
    from pydicom.uid import UID

    name = str(UID(syntax).name)
    if name == syntax and syntax in BY_UID:
        name = BY_UID[syntax].name
    return f"{name} ({syntax})" if name != syntax else syntax or "none"


def decoder_for(header: Header, syntax: str, layout: PixelLayout, *, encapsulated: bool) -> Decoder:
    """The decoder that serves these frames.

    Raises:
        InputError: no decoder is known for them, or it is not installed.
    """
    row = BY_UID.get(syntax)
    known = [decoder for decoder in row.decoders if decoder.takes(layout)] if row else []
    if row is None or not known or row.encapsulated != encapsulated:
        raise InputError("dicom-syntax", path=header.path, syntax=quoted(syntax_name(syntax)))
    for decoder in known:
        if decoder.installed:
            return decoder
    raise InputError("dicom-decoder-missing", path=header.path, syntax=syntax_name(syntax), package=known[0].package)
