"""simulate: phantom + seed -> images, masks, and how they were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.geometry import PixelSpacing
from medsynth_gui.engine.simulator import acoustics
from medsynth_gui.engine.simulator.catalogue import PHANTOMS, Phantom
from medsynth_gui.engine.simulator.domain import Domain, draw_domain
from medsynth_gui.engine.simulator.fields import Array
from medsynth_gui.engine.simulator.likeness import Likeness
from medsynth_gui.engine.simulator.motion import draw_motion
from medsynth_gui.engine.simulator.probe import Probe, curved_probe, linear_probe
from medsynth_gui.engine.simulator.scanner import Clutter, Images, received_db, scan
from medsynth_gui.engine.simulator.tissue import Medium

# One stream of random numbers for each concern: a change in one leaves the others as they were.
_STREAMS = ("view", "phantom", "domain", "speckle", "artefacts", "motion")


@dataclass(frozen=True)
class SimulatedCase:
    """Images and their labels, both (frame, y, x) uint8; outside a fan both are 0."""

    images: Images
    masks: Images
    spacing: PixelSpacing
    class_name: str
    parameters: Mapping[str, Any]


def simulate(phantom: str, *, seed: int, size: int | tuple[int, int], probe: str = "linear", severity: int = 1,
             frames: int = 1, width_mm: float | None = None, depth_mm: float | None = None,
             like: Likeness | None = None, on_frame: Callable[[int], None] | None = None) -> SimulatedCase:
    """Draw a phantom and scan it.

    Args:
        phantom: a key of `PHANTOMS`.
        seed: decides everything that the other arguments leave open; same arguments, same bytes.
        size: pixels of a square image, or (rows, columns).
        severity: 0 (no artefacts) .. 3.
        frames: more than one makes a cine with a smooth motion.
        width_mm, depth_mm: of the image; drawn, with square pixels, where not given.
        like: gray values to be met with gain, dynamic range and compensation.
        on_frame: called with the index of each frame before it is made.

    Raises:
        UsageError: no such phantom or probe, or numbers out of range.
    """
    rows, columns = (size, size) if isinstance(size, int) else size
    _check(phantom, probe, rows, columns, severity, frames)
    streams, rngs = _streams(seed), _generators(seed)
    row = PHANTOMS[phantom]
    geometry = _geometry(row, probe, rows, columns, width_mm, depth_mm, rngs["view"])
    medium = row.draw(rngs["phantom"], geometry.extent())
    domain = draw_domain(rngs["domain"], frequency_mhz=row.frequency_mhz, compensated=row.compensated,
                         median_gray=row.median_gray, depth_mm=geometry.depth_mm, severity=severity)
    if like is not None:
        domain = like.fitted(domain, _first_level(medium, geometry, domain, streams))
    motion = draw_motion(rngs["motion"], _focus(medium, geometry)) if frames > 1 else None
    images, masks = scan(medium, geometry, domain, rngs["speckle"], rngs["artefacts"], motion=motion, frames=frames,
                         on_frame=on_frame)
    parameters = {"phantom": phantom, "seed": seed, "probe": probe, "severity": severity, "frames": frames,
                  "width_mm": geometry.width_mm, "depth_mm": rows * geometry.spacing.y_mm,
                  "medium": medium.facts(), "domain": domain.record()}
    return SimulatedCase(images, masks, geometry.spacing, medium.class_name, parameters)


def simulate_mask(phantom: str, *, seed: int, size: int, probe: str = "linear") -> tuple[Images, str]:
    """The mask (y, x) and the class of what `simulate` makes of the same arguments, without the image.

    Raises:
        UsageError: no such phantom or probe, or numbers out of range.
    """
    _check(phantom, probe, size, size, 0, 1)
    row = PHANTOMS[phantom]
    rngs = _generators(seed)
    geometry = _geometry(row, probe, size, size, None, None, rngs["view"])
    medium = row.draw(rngs["phantom"], geometry.extent())
    labels = np.where(geometry.sector(), medium.labels(geometry.pixel_points()), 0)
    return labels.astype(np.uint8), medium.class_name


def _streams(seed: int) -> dict[str, np.random.SeedSequence]:
    return dict(zip(_STREAMS, np.random.SeedSequence(seed).spawn(len(_STREAMS)), strict=True))


def _generators(seed: int) -> dict[str, np.random.Generator]:
    return {name: np.random.default_rng(stream) for name, stream in _streams(seed).items()}


def image_seed(seed: int, index: int) -> int:
    """The seed of image `index` of a batch: it depends on nothing else, so that a batch can be continued."""
    return int(np.random.SeedSequence((seed, index)).generate_state(1, np.uint64)[0])


def _geometry(row: Phantom, probe: str, rows: int, columns: int, width_mm: float | None, depth_mm: float | None,
              rng: np.random.Generator) -> Probe:
    drawn = float(rng.uniform(*row.width_mm))
    width = width_mm or (depth_mm * columns / rows if depth_mm else drawn)
    depth = depth_mm or width * rows / columns
    if probe == "linear":
        return linear_probe(rows, columns, width_mm=width, depth_mm=depth)
    return curved_probe(rows, columns, width_mm=width, depth_mm=depth, half_angle=float(np.radians(row.curved[0])),
                        radius_mm=row.curved[1])


def _first_level(medium: Medium, probe: Probe, domain: Domain, streams: Mapping[str, np.random.SeedSequence]) -> Array:
    """The first frame before the gray scale, from random numbers of its own."""
    speckle, artefact = np.random.default_rng(streams["speckle"]), np.random.default_rng(streams["artefacts"])
    grain = [acoustics.scatterers(speckle, probe.samples, probe.lines) for _ in range(domain.looks)]
    level = received_db(medium, probe, domain, probe.beam_points(), grain, Clutter.draw(artefact, probe, domain),
                        speckle)
    return level[:, probe.padding:probe.lines - probe.padding]


def _check(phantom: str, probe: str, rows: int, columns: int, severity: int, frames: int) -> None:
    if phantom not in PHANTOMS:
        raise UsageError("phantom-unknown", name=phantom, known=", ".join(PHANTOMS))
    if probe not in ("linear", "curved"):
        raise UsageError("choice-unknown", what="probe", name=probe, known="linear, curved")
    for name, value, low, high in (("size", min(rows, columns), 32, 4096), ("size", max(rows, columns), 32, 4096),
                                   ("severity", severity, 0, 3), ("frames", frames, 1, 10000)):
        if not low <= value <= high:
            raise UsageError("number-out-of-range", name=name, value=value, low=low, high=high)


def _focus(medium: Medium, probe: Probe) -> tuple[float, float, float]:
    facts = medium.facts()
    return (float(facts.get("focus_y", probe.depth_mm / 2)), float(facts.get("focus_x", 0.0)),
            float(facts.get("focus_radius", probe.depth_mm / 4)))
