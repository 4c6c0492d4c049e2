"""What every phantom begins with: the probe's face, skin, and layers one under another."""

from __future__ import annotations

from medsynth_gui.engine.simulator.fields import Array, bump


def layered(base: Array, *layers: tuple[Array, Array | float]) -> Array:
    """Layers one under another: each (cover 0..1, value) replaces what was there."""
    for cover, value in layers:
        base = base + cover * (value - base)
    return base


def probe_face(depth: Array, thickness: float) -> Array:
    """Specular amplitude of the two bright lines under the probe, `thickness` mm thick."""
    return 9 * bump(depth - 0.6 * thickness, thickness) + 4 * bump(depth - 2.3 * thickness, 0.85 * thickness)
