"""Overlay planes of a DICOM image as its masks: regions of interest always, drawings where they are asked for."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from medsynth_gui.core.errors import Message
from medsynth_gui.io.masks.imported import Drawing, MaskSource, Part, Wanted
from medsynth_gui.io.masks.sketch import fitted, parts_of


def find(path: Path, *, drawings: bool) -> list[MaskSource]:
    """The image itself with the frames that its planes lie on; none where it has no plane.

    Args:
        drawings: also planes that are graphics, such as arrows and text.

    Raises:
        InputError: the file cannot be read.
    """
    from medsynth_gui.io.dicom.header import read_header
    from medsynth_gui.io.dicom.overlays import Overlay, read_overlays

    header = read_header(path)
    planes = tuple(overlay for overlay in read_overlays(header) if drawings or overlay.kind == "ROI")
    frames = sorted({overlay.first_frame + k for overlay in planes for k in range(len(overlay.masks))})

    def read(planes: tuple[Overlay, ...], wanted: Wanted) -> Drawing:
        parts: list[Part] = []
        notes: list[Message] = []
        for overlay in planes:
            if 0 <= wanted.frame - overlay.first_frame < len(overlay.masks):
                pixels, told = fitted(path, overlay.masks[wanted.frame - overlay.first_frame], wanted)
                parts += parts_of(pixels, (overlay.name,), wanted.frame)
                notes += told
        return Drawing(tuple(parts), tuple(notes))

    return [MaskSource("dicom-overlay", path, str(path), partial(read, planes),
                       frames=tuple(frames))] if planes else []
