"""A long ultrasound cine as scanners store it: JPEG baseline, YBR_FULL_422, each frame another one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from pydicom.uid import JPEGBaseline8Bit

from tests.unit.io.dicom.files import dataset, encapsulated

FRAMES, ROWS, COLUMNS = 924, 600, 800


def write_cine(path: Path, frames: int = FRAMES, *, offset_table: bool = True) -> Path:
    """Write it; the same file for the same count."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    depth, angle = np.hypot(y + 60, x - COLUMNS / 2), np.arctan2(x - COLUMNS / 2, y + 60)
    fan = ((np.abs(angle) < 0.62) & (depth > 90) & (depth < 645)).astype(np.float32)
    speckle = _speckle(np.random.default_rng(0))
    bar = np.linspace(255, 0, 560)[:, None, None] * np.array([1, 0.9, 0.6])
    encoded = []
    for number in range(frames):
        # Another part of one field for each frame: as much to decode as new noise, and quickly made.
        shift = (number * 37 % 424, number * 61 % 400)
        tissue = speckle[shift[0]:shift[0] + ROWS, shift[1]:shift[1] + COLUMNS]
        gray = np.clip(tissue + 20 * np.sin(depth / 60 + number / 9), 0, 255) * fan
        frame = np.repeat(gray.astype(np.uint8)[..., None], 3, axis=2)
        frame[20:580, 760:780] = bar
        encoded.append(simplejpeg.encode_jpeg(frame, quality=80, colorspace="RGB", colorsubsampling="422"))
    made = dataset(np.zeros((1, ROWS, COLUMNS, 3), np.uint8), PhotometricInterpretation="YBR_FULL_422",
                   NumberOfFrames=frames, FrameTime="33.3")
    encapsulated(made, encoded, JPEGBaseline8Bit, offset_table=offset_table)
    made.save_as(path, enforce_file_format=True)
    return path


def _speckle(rng: np.random.Generator) -> np.ndarray:
    """Log-compressed Rayleigh noise, 1024 x 1200, coarser across than along the beam."""
    noise = rng.normal(size=(2, 512, 600)).astype(np.float32)
    amplitude = np.hypot(*(cv2.GaussianBlur(part, None, sigmaX=1.2, sigmaY=0.6) for part in noise))
    return 40 * np.log1p(8 * cv2.resize(amplitude, (1200, 1024), interpolation=cv2.INTER_LINEAR))
