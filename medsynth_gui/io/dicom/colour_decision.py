"""Whether three-sample pixels are RGB or YCbCr: what the stream says, what the values say, what the tag says."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from medsynth_gui.core.errors import Message
from medsynth_gui.core.image import Frame, FrameSource
from medsynth_gui.io.dicom.header import PixelPlace
from medsynth_gui.io.dicom.layout import PixelLayout

Model = Literal["RGB", "YBR"]
Choice = Literal["auto", "tag", "RGB", "YBR"]
CHOICES: tuple[Choice, ...] = ("auto", "tag", "RGB", "YBR")
MODEL_NAMES = {"RGB": "RGB", "YBR": "YCbCr"}

_LEAST_PIXELS = 2048
_MOST_PIXELS = 4_000_000
_LOOKED_AT = 256
_BEYOND = 16.0  # gray levels that rounding and compression may add outside 0..255
_RGB_FROM, _YBR_TO = 0.1, 0.05  # share of colours that do not exist when read as YCbCr
_LEAST_CONTRAST = 60


@dataclass(frozen=True)
class ColourDecision:
    """How the samples of a file are read.

    Attributes:
        model: what they are, after a codec has undone a transform of its own.
        tagged: the photometric interpretation.
        by: "stream", "values", "tag" or "choice".
        evidence: what spoke for it, in a few words.
    """

    model: Model
    tagged: str
    by: Literal["stream", "values", "tag", "choice"]
    evidence: str

    @property
    def differs(self) -> bool:
        """The tag says otherwise."""
        return self.model != _family(self.tagged)

    @property
    def photometric(self) -> str:
        """The interpretation to decode with, in place of the tag."""
        return ("RGB" if self.model == "RGB" else "YBR_FULL") if self.differs else self.tagged

    @property
    def text(self) -> str:
        """One line for `details`."""
        said = f"{MODEL_NAMES[self.model]} ({self.evidence})"
        return f"{said}, tagged {self.tagged}" if self.differs else said

    def problem(self, path: object) -> Message | None:
        """What the person should know: None where tag and pixels agree or the person chose."""
        if not self.differs or self.by == "choice":
            return None
        return Message("colour-differs", {"path": path, "tagged": self.tagged, "model": MODEL_NAMES[self.model],
                                          "evidence": self.evidence})


@runtime_checkable
class ColourSource(FrameSource, Protocol):
    """Frames whose colours can be read in another way."""

    @property
    def colour(self) -> ColourDecision | None:
        """None for gray and palette images."""
        ...

    def with_colour(self, choice: Choice) -> ColourSource: ...


def decide_colour(layout: PixelLayout, stream: bytes, raw: Callable[[], Frame], *,
                  choice: Choice = "auto") -> ColourDecision | None:
    """Decide for a file; None where there is nothing to decide (gray, palette, video).

    The stream's own marks count most; where they are missing or against the tag, the values are looked at: colours
    that do not exist when read as YCbCr show RGB, and where there are none of them, it is YCbCr.

    Args:
        stream: the first compressed frame; empty for native pixels.
        raw: gives the first frame's samples (y, x, 3) as they are; called only where they are needed.
    """
    tagged = layout.photometric
    if layout.samples != 3 or tagged.startswith("YBR_PARTIAL") or (not stream and tagged == "YBR_FULL_422"):
        return None
    family = _family(tagged)
    if choice != "auto":
        model: Model = family if choice == "tag" else choice
        return ColourDecision(model, tagged, "choice", "chosen by hand")
    marked, mark = _stream_model(stream)
    if marked == family:
        return ColourDecision(family, tagged, "stream", mark)
    found = _values_model(layout, raw)
    if found and found != marked:
        return ColourDecision(found, tagged, "values" if found != family else "tag", "chroma statistics")
    if marked:
        return ColourDecision(marked, tagged, "stream", mark)
    return ColourDecision(family, tagged, "tag", f"tag {tagged}")


def unhalved(layout: PixelLayout, place: PixelPlace, frames: int) -> PixelLayout:
    """The layout; YBR_FULL where native pixels are tagged as halved in colour and are too long for that."""
    whole = layout.rows * layout.columns * 3 * layout.allocated // 8 * frames
    if layout.photometric == "YBR_FULL_422" and not place.encapsulated and place.length >= whole > 0:
        return replace(layout, photometric="YBR_FULL")
    return layout


def libjpeg_model(data: bytes) -> Model:
    """What libjpeg takes a stream of three components for."""
    marks = _jpeg_marks(data)
    if marks.jfif:
        return "YBR"
    if marks.adobe is not None:
        return "RGB" if marks.adobe == 0 else "YBR"
    return "RGB" if marks.names == b"RGB" else "YBR"


@dataclass
class _JpegMarks:
    jfif: bool = False
    adobe: int | None = None
    names: bytes = b""
    halved: bool = False


def _jpeg_marks(data: bytes) -> _JpegMarks:
    """What the segments before the first scan say of colour."""
    marks, position = _JpegMarks(), 2
    while position + 4 <= len(data) and data[position] == 0xFF and data[position + 1] != 0xDA:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        length = struct.unpack(">H", data[position + 2:position + 4])[0]
        body = data[position + 4:position + 2 + length]
        if marker == 0xE0 and body[:5] == b"JFIF\0":
            marks.jfif = True
        elif marker == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
            marks.adobe = body[11]
        elif 0xC0 <= marker <= 0xC3 and len(body) >= 15 and body[5] == 3:
            marks.names = bytes((body[6], body[9], body[12]))
            marks.halved = body[7] != body[10]
        position += 2 + length
    return marks


def _stream_model(stream: bytes) -> tuple[Model | None, str]:
    """What the marks of a code stream say, and which; None where there are none or they disagree."""
    if stream[:2] == b"\xff\xd8":
        marks = _jpeg_marks(stream)
        said: list[tuple[Model, str]] = []
        if marks.adobe is not None:
            said.append(("RGB", "Adobe marker: no transform") if marks.adobe == 0 else ("YBR", "Adobe marker: YCbCr"))
        if marks.names == b"RGB":
            said.append(("RGB", "components named R, G, B"))
        if marks.jfif:
            said.append(("YBR", "JFIF marker"))
        if marks.halved:
            said.append(("YBR", "halved colour"))
        if said and len({model for model, _ in said}) == 1:
            return said[0]
        return None, ""
    main = stream.find(b"\xff\x4f\xff\x51", 0, 4096)
    coding = stream.find(b"\xff\x52", main, main + 4096) if main >= 0 else -1
    # SGcod: progression, layers (2), then whether the codec transforms the components.
    if coding >= 0 and len(stream) > coding + 8 and stream[coding + 8] == 1:
        return "RGB", "transform of JPEG 2000"
    return None, ""


def _values_model(layout: PixelLayout, raw: Callable[[], Frame]) -> Model | None:
    """What the values of a frame can only be; None where they might be both."""
    pixels = layout.rows * layout.columns
    if layout.allocated != 8 or not _LEAST_PIXELS <= pixels <= _MOST_PIXELS:
        return None
    try:
        frame = raw()
    # A damaged first frame raises anything, the codec in Rust even what is no Exception; it is told when it is shown.
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        return None
    few = frame[::max(1, layout.rows // _LOOKED_AT), ::max(1, layout.columns // _LOOKED_AT)].astype(np.float32)
    luma, blue, red = few[..., 0], few[..., 1] - 128, few[..., 2] - 128
    # BT.601 full range, as JPEG has it.
    colours = np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], axis=-1)
    beyond = float(((colours < -_BEYOND) | (colours > 255 + _BEYOND)).any(axis=-1).mean())
    if beyond >= _RGB_FROM:
        return "RGB"
    # Middle gray alone exists in both.
    contrast = float(np.percentile(luma, 98) - np.percentile(luma, 2))
    return "YBR" if beyond <= _YBR_TO and contrast >= _LEAST_CONTRAST else None


def _family(tagged: str) -> Model:
    """What a tag stands for once a codec has done its part: the RCT and ICT of JPEG 2000 are undone by it."""
    return "YBR" if tagged.startswith(("YBR_FULL", "YBR_PARTIAL")) else "RGB"
