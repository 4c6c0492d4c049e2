"""Artefacts: reverberation, clutter haze and lost contact, in beam space (samples, lines)."""

from __future__ import annotations

import cv2
import numpy as np

from medsynth_gui.engine.simulator.fields import Array, bump, step


def reverberate(amplitude: Array, *, spacing_px: float, strength: float, echoes: int = 4) -> Array:
    """Add copies of the strong echoes near the probe, each `spacing_px` deeper and `strength` times as strong."""
    result = amplitude.copy()
    for order in range(1, echoes + 1):
        shift = round(order * spacing_px)
        if shift >= len(amplitude):
            break
        result[shift:] += strength ** order * amplitude[:-shift]
    return result


def sidelobes(amplitude: Array, *, width_px: float, level: float) -> Array:
    """Add `level` of what lies beside the beam: the mean echo over `width_px` lines, which fills cysts a little."""
    size = 2 * max(1, round(width_px / 2)) + 1
    beside = cv2.blur(amplitude, (size, 3), borderType=cv2.BORDER_REFLECT)
    return np.asarray(amplitude + level * beside, np.float32)


def haze(rng: np.random.Generator, shape: tuple[int, int], *, reach: float) -> Array:
    """Amplitude of clutter from off the beam: cloudy, strongest above `reach` (a share of the depth)."""
    coarse = rng.standard_exponential((max(2, shape[0] // 24), max(2, shape[1] // 24)), dtype=np.float32)
    clouds = np.sqrt(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR))
    depth = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    grain = np.sqrt(rng.standard_exponential(shape, dtype=np.float32))
    return np.asarray(clouds * cv2.GaussianBlur(grain, (0, 0), 1.0) * np.exp(-np.square(depth / reach)), np.float32)


def lost_contact(rng: np.random.Generator, lines: int, *, strength: float) -> Array:
    """Loss in dB of each line where the probe does not touch, (lines,): at a side, or a narrow stripe."""
    place = np.linspace(-1, 1, lines, dtype=np.float32)
    side = float(rng.choice((-1, 1)))
    edge = step(side * place - float(rng.uniform(0.55, 1.0)), 0.3)
    stripe = bump(place - float(rng.uniform(-0.9, 0.9)), float(rng.uniform(0.08, 0.3)))
    return np.asarray(strength * (float(rng.uniform(0, 35)) * edge + float(rng.uniform(0, 14)) * stripe), np.float32)
