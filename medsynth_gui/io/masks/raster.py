"""Mask images: index, gray, colour and 1-bit pixels to objects under their values or colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.io.limits import check_size
from medsynth_gui.io.masks.imported import Drawing, Part, Wanted
from medsynth_gui.io.masks.outline import filled
from medsynth_gui.io.masks.sketch import fitted, parts_of

Values = npt.NDArray[Any]
_LOSSY = ("JPEG", "MPO", "WEBP", "JPEG2000")
_MOST_LABELS = 255
# More gray values than this, nearly all at the ends, are the soft edge of one area.
_SHARP_VALUES = 32
_MOST_COLORS = 64


@dataclass(frozen=True)
class Indexed:
    """Pixels (y, x) where 0 is nothing and k the label `labels[k - 1]` of colour `colors[k - 1]`."""

    pixels: npt.NDArray[np.uint8]
    labels: tuple[str, ...]
    colors: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


def read_raster_mask(path: Path, wanted: Wanted, *, page: int = 0) -> Drawing:
    """The objects of a mask image in the size of its image.

    Raises:
        InputError: it is damaged, holds a picture and not labels, or does not fit the image.
    """
    found = read_indexed(path, by_color=wanted.options.by_color, page=page)
    pixels, told = fitted(path, found.pixels, wanted)
    notes = [*found.notes, *told]
    parts = parts_of(pixels, found.labels, wanted.frame, found.colors)
    if wanted.options.fill != "no":
        parts = tuple(_with_outlines_filled(part, pixels, path, wanted, notes) for part in parts)
    return Drawing(parts, tuple(notes))


def read_indexed(path: Path, *, by_color: bool = False, page: int = 0) -> Indexed:
    """The labels of a mask image in its own size.

    A mask of one value (1, 255, 65535 or 1-bit) has the label "1". Transparent pixels have none.

    Raises:
        InputError: not an image, damaged, or a picture.
    """
    from medsynth_gui.io import raster_deep
    from medsynth_gui.io.raster_source import open_pillow

    if (deep := raster_deep.open_deep(path)) is not None:
        return _of_values(path, np.asarray(deep[0].frame(min(page, deep[0].frame_count - 1))), lossy=False)
    with open_pillow(path) as image:
        check_size(path, image.height, image.width)
        image.seek(page)
        lossy, mode = image.format in _LOSSY, image.mode
        if mode == "1":
            return _of_values(path, np.array(image, np.uint8), lossy=lossy)
        if mode == "P":
            return _of_palette(path, np.array(image), _palette(image), by_color=by_color)
        if mode in ("LA", "La", "PA", "RGBA", "RGBa"):
            layered = np.array(image.convert("RGBA"))
            return _of_values(path, _without_alpha(layered[..., :3], layered[..., 3]), lossy=lossy)
        known = mode in ("L", "RGB", "I", "F") or mode.startswith("I;16")
        return _of_values(path, np.array(image if known else image.convert("RGB")), lossy=lossy)


def _of_values(path: Path, values: Values, *, lossy: bool) -> Indexed:
    if values.ndim == 3 and values.shape[2] >= 3:
        if (values[..., :3] != values[..., :1]).any():
            return _of_colors(path, values[..., :3], lossy=lossy)
        values = values[..., 0]
    if values.dtype.kind not in "uib":
        whole = np.nan_to_num(values).round()
        if (whole != values).any():
            raise InputError("mask-values", path=path)
        values = whole.astype(np.int64)
    if values.min() < 0:
        raise InputError("mask-values", path=path)
    return _of_grays(path, values, lossy=lossy)


def _of_grays(path: Path, values: Values, *, lossy: bool) -> Indexed:
    used = np.flatnonzero(np.bincount(values.ravel())) if values.max() < 1 << 16 else np.unique(values)
    used = used[used > 0]
    if used.size == 0:
        return Indexed(np.zeros(values.shape, np.uint8), ())
    if used.size == 1 and int(used[0]) in (1, 255, 65535):
        return Indexed((values > 0).astype(np.uint8), ("1",))
    if (lossy or used.size > _SHARP_VALUES) and values.dtype.itemsize == 1:
        ends = float(np.mean((values <= 16) | (values >= 239)))
        if ends < 0.9:
            raise InputError("mask-coloured" if lossy else "mask-picture", path=path, count=int(used.size))
        return Indexed((values >= 128).astype(np.uint8), ("1",), notes=(Message("mask-soft", {"path": path}),))
    if used.size > _MOST_LABELS:
        raise InputError("mask-picture", path=path, count=int(used.size))
    pixels = (np.searchsorted(used, values.ravel(), side="right")).astype(np.uint8).reshape(values.shape)
    return Indexed(pixels, tuple(str(int(value)) for value in used))


def _of_colors(path: Path, colors: Values, *, lossy: bool) -> Indexed:
    """Each colour is a label, black the background; where there is none, the commonest colour is."""
    packed = (colors[..., 0].astype(np.uint32) << 16) | (colors[..., 1].astype(np.uint32) << 8) | colors[..., 2]
    if lossy:
        raise InputError("mask-coloured", path=path)
    used, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    if used.size > _MOST_COLORS:
        raise InputError("mask-picture", path=path, count=int(used.size))
    ground = 0 if used[0] == 0 else int(counts.argmax())
    names = [f"#{int(value):06x}" for value in used]
    notes = () if used[0] == 0 else (Message("mask-ground", {"path": path, "color": names[ground]}),)
    order = np.array([0 if number == ground else number + (number < ground) for number in range(used.size)], np.uint8)
    labels = tuple(name for number, name in enumerate(names) if number != ground)
    return Indexed(order[inverse].reshape(packed.shape), labels, labels, notes)


def _of_palette(path: Path, pixels: Values, palette: npt.NDArray[np.uint8], *, by_color: bool) -> Indexed:
    index = np.arange(len(palette))
    if (palette == index[:, None]).all():
        return _of_grays(path, pixels, lossy=False)
    if by_color:
        return _of_values(path, palette[np.minimum(pixels, len(palette) - 1)], lossy=False)
    used = [int(value) for value in np.flatnonzero(np.bincount(pixels.ravel())) if value]
    colors = tuple("#" + palette[min(value, len(palette) - 1)].tobytes().hex() for value in used)
    table = np.zeros(256, np.uint8)
    table[used] = np.arange(1, len(used) + 1)
    return Indexed(table[pixels], tuple(map(str, used)), colors)


def _palette(image: Any) -> npt.NDArray[np.uint8]:
    return np.asarray(image.getpalette("RGB") or [0, 0, 0], np.uint8).reshape(-1, 3)


def _without_alpha(colors: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Colours, black where they are transparent; the alpha itself where it alone tells something."""
    shown = colors[alpha >= 128]
    if alpha.min() < 128 and (shown == shown[:1]).all():
        return np.repeat(((alpha >= 128) * np.uint8(255))[..., None], 3, axis=2)
    return np.asarray(np.where(alpha[..., None] >= 128, colors, np.uint8(0)), np.uint8)


def _with_outlines_filled(part: Part, pixels: npt.NDArray[np.uint8], path: Path, wanted: Wanted,
                          notes: list[Message]) -> Part:
    force = wanted.options.fill == "yes"
    inside = filled(part.mask, force=force)
    if inside is None:
        return part
    # Another label in there is what lies inside of a wall, not what its outline stands for.
    if not force and (pixels[part.region.slices][inside & ~part.mask] > 0).any():
        return part
    notes.append(Message("mask-outline-filled", {"path": path, "label": part.label}))
    return replace(part, mask=inside)
