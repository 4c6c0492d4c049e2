"""The header of a NIfTI-1 or NIfTI-2 file: its fields, what they mean, and which way up its slices stand.

Own code, because the library for it (nibabel) takes over a second to import and reads the pixels of a packed
volume only as a whole; here a header is one structured value of NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import prod, sqrt
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.io.limits import check_size

Affine = npt.NDArray[np.float64]

_MOST_FRAMES = 1_000_000
# name -> (format and offset in NIfTI-1, in NIfTI-2)
_FIELDS = {"dim": (("8i2", 40), ("8i8", 16)), "datatype": (("i2", 70), ("i2", 12)),
           "pixdim": (("8f4", 76), ("8f8", 104)), "vox_offset": (("f4", 108), ("i8", 168)),
           "scl_slope": (("f4", 112), ("f8", 176)), "scl_inter": (("f4", 116), ("f8", 184)),
           "xyzt_units": (("i1", 123), ("i4", 500)), "cal_max": (("f4", 124), ("f8", 192)),
           "cal_min": (("f4", 128), ("f8", 200)), "qform_code": (("i2", 252), ("i4", 344)),
           "sform_code": (("i2", 254), ("i4", 348)), "quatern": (("3f4", 256), ("3f8", 352)),
           "qoffset": (("3f4", 268), ("3f8", 376)), "srow": (("(3,4)f4", 280), ("(3,4)f8", 400))}
_SIZES = (348, 540)
_ORDERS: tuple[Literal["<", ">"], ...] = ("<", ">")
_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
          128: "u1", 2304: "u1"}
_SAMPLES = {128: 3, 2304: 4}
_MM = {1: 1000.0, 2: 1.0, 3: 0.001}
_SECONDS = {8: 1.0, 16: 1e-3, 24: 1e-6}
_IDENTITY_TOLERANCE = 1e-6


@dataclass(frozen=True)
class NiftiHeader:
    """What a NIfTI file says of its voxels.

    Attributes:
        version: 1 or 2.
        columns, rows: voxels along the first and second axis, as stored.
        slices, volumes: the third axis, and all further ones together.
        dtype: of one stored sample, in the file's byte order.
        samples: 1, or 3 or 4 for RGB and RGBA.
        slope, intercept: stored values to real ones; None where nothing is to be done.
        turn: transpose, then flip rows, then flip columns, so that a slice stands upright.
        orientation: axes of the upright picture in words, empty where the file does not say.
    """

    path: Path
    version: int
    columns: int
    rows: int
    slices: int
    volumes: int
    dtype: np.dtype[Any]
    samples: int
    offset: int
    scale: tuple[float, float] | None
    shown: tuple[float, float] | None
    spacing: PixelSpacing | None
    frame_rate_hz: float | None
    turn: tuple[bool, bool, bool]
    orientation: str

    @property
    def frames(self) -> int:
        return self.slices * self.volumes

    @property
    def frame_bytes(self) -> int:
        return self.columns * self.rows * self.samples * self.dtype.itemsize

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the upright picture."""
        return (self.columns, self.rows) if self.turn[0] else (self.rows, self.columns)


def parse_header(path: Path, head: bytes) -> NiftiHeader:
    """Read the header out of the first 540 bytes of an (unpacked) file.

    Raises:
        InputError: not NIfTI, or with dimensions or a data type that cannot be.
    """
    version, fields = _fields(path, head)
    count = int(fields["dim"][0])
    if not 1 <= count <= 7:
        raise InputError("nifti-damaged", path=path, detail=f"it says that it has {count} dimensions")
    dims = [int(size) for size in fields["dim"][1:count + 1]] + [1] * (7 - count)
    code, offset = int(fields["datatype"]), float(fields["vox_offset"])
    if code not in _TYPES:
        raise InputError("nifti-type", path=path, code=code)
    if min(dims) < 1 or not _SIZES[version - 1] <= offset < 2**40:
        raise InputError("nifti-damaged", path=path, detail=f"its dimensions are {dims[:count]}, its offset {offset:g}")
    check_size(path, dims[1], dims[0])
    slices, volumes = dims[2], prod(dims[3:])
    if slices * volumes > _MOST_FRAMES:
        raise InputError("nifti-damaged", path=path, detail=f"it says that it has {slices * volumes} slices")
    turn, orientation = _upright(fields)
    rate = _rate(fields) if count > 3 and slices == 1 and volumes > 1 else None
    return NiftiHeader(path, version, dims[0], dims[1], slices, volumes,
                       np.dtype(f"{fields.dtype['datatype'].byteorder}{_TYPES[code]}"), _SAMPLES.get(code, 1),
                       int(offset), None if code in _SAMPLES else _scale(fields), _shown(fields),
                       _spacing(fields, swapped=turn[0]), rate, turn, orientation)


def _fields(path: Path, head: bytes) -> tuple[int, Any]:
    for version, size in enumerate(_SIZES, 1):
        for order in _ORDERS:
            if len(head) >= size and int(np.frombuffer(head, f"{order}i4", 1)[0]) == size:
                names = {name: both[version - 1] for name, both in _FIELDS.items()}
                layout = np.dtype({"names": list(names), "formats": [form for form, _ in names.values()],
                                   "offsets": [at for _, at in names.values()], "itemsize": size})
                return version, np.frombuffer(head, layout.newbyteorder(order), 1)[0]
    raise InputError("nifti-damaged", path=path, detail="its header cannot be read")


def _scale(fields: Any) -> tuple[float, float] | None:
    slope, intercept = float(fields["scl_slope"]), float(fields["scl_inter"])
    if not np.isfinite(slope) or not np.isfinite(intercept) or slope == 0 or (slope, intercept) == (1, 0):
        return None
    return slope, intercept


def _shown(fields: Any) -> tuple[float, float] | None:
    low, high = float(fields["cal_min"]), float(fields["cal_max"])
    return (low, high) if np.isfinite((low, high)).all() and high > low else None


def _spacing(fields: Any, *, swapped: bool) -> PixelSpacing | None:
    """Voxel size of the picture's pixels; 1 x 1 without a unit is what a program writes that knows none."""
    unit = int(fields["xyzt_units"]) & 7
    x, y = (abs(_written(size)) for size in fields["pixdim"][1:3])
    if (unit == 0 and (x, y) == (1, 1)) or not all(1e-6 < size * _MM.get(unit, 1) < 1e4 for size in (x, y)):
        return None
    factor = _MM.get(unit, 1.0)
    y, x = (x, y) if swapped else (y, x)
    return PixelSpacing(y * factor, x * factor, "NIfTI pixdim" if unit in _MM else "NIfTI pixdim (no unit: mm)")


def _written(size: Any) -> float:
    """A float of 32 bits as it was meant: 0.3, not 0.30000001192092896."""
    return float(str(size))


def _rate(fields: Any) -> float | None:
    """Frames a second; seconds where no unit is given, and nothing where one second would then be a mere default."""
    unit, step = int(fields["xyzt_units"]) & 56, abs(_written(fields["pixdim"][4]))
    if unit not in (0, *_SECONDS) or (unit == 0 and step == 1) or not 1e-9 < step < 1e9:
        return None
    rate = 1 / (step * _SECONDS.get(unit, 1.0))
    return rate if 1e-3 < rate < 1e5 else None


def _upright(fields: Any) -> tuple[tuple[bool, bool, bool], str]:
    """How a stored slice (second axis down, first axis to the right) is turned: see `io.nifti.open_nifti`."""
    affine = _affine(fields)
    if affine is None:
        return (False, False, False), ""
    # World axes: 0 to the patient's right, 1 to the front, 2 up. Each voxel axis goes with the one it is nearest to.
    order = max(permutations(range(3)), key=lambda axes: sum(abs(affine[world, k]) for k, world in enumerate(axes)))
    transposed = order[0] > order[1]
    across, down = (1, 0) if transposed else (0, 1)
    flips = affine[order[down], down] > 0, affine[order[across], across] > 0
    words = (("right to left", "front to back", "")[order[across]], ("", "front to back", "top to bottom")[order[down]])
    return (transposed, bool(flips[0]), bool(flips[1])), f"{words[0]}, {words[1]}"


def _affine(fields: Any) -> Affine | None:
    """Directions of the voxel axes as columns, of length 1; None where nobody set them."""
    if fields["sform_code"] > 0:
        affine = np.asarray(fields["srow"], np.float64)
        matrix, origin = affine[:, :3], affine[:, 3]
    elif fields["qform_code"] > 0:
        matrix, origin = _rotation(fields), np.asarray(fields["qoffset"], np.float64)
    else:
        return None
    lengths = np.linalg.norm(matrix, axis=0) if np.isfinite(matrix).all() else np.zeros(3)
    if not (lengths > 0).all():
        return None
    unit = matrix / lengths
    # A mere scale without an origin is what programs write that know no patient: rows and columns as stored.
    plain = np.abs(unit - np.eye(3)).max() < _IDENTITY_TOLERANCE and not origin.any()
    return None if plain else unit


def _rotation(fields: Any) -> Affine:
    """The quaternion's matrix; the sign of pixdim[0] mirrors the third axis."""
    b, c, d = (float(value) for value in fields["quatern"])
    a = sqrt(max(0.0, 1 - b * b - c * c - d * d)) if np.isfinite((b, c, d)).all() else 1.0
    matrix = np.array([[a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
                       [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
                       [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c]])
    matrix[:, 2] *= -1 if fields["pixdim"][0] < 0 else 1
    return matrix
