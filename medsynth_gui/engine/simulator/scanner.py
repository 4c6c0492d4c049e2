"""scan: a medium under a probe, frame by frame, through the stages of `acoustics`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medsynth_gui.engine.simulator import acoustics, artefacts
from medsynth_gui.engine.simulator.domain import Domain
from medsynth_gui.engine.simulator.fields import Array, sample
from medsynth_gui.engine.simulator.motion import Motion
from medsynth_gui.engine.simulator.probe import Probe
from medsynth_gui.engine.simulator.tissue import Medium, Points

Images = npt.NDArray[np.uint8]


def scan(medium: Medium, probe: Probe, domain: Domain, speckle: np.random.Generator, artefact: np.random.Generator,
         *, motion: Motion | None = None, frames: int = 1, on_frame: Callable[[int], None] | None = None,
         ) -> tuple[Images, Images]:
    """Frames and their labels, (frame, y, x) uint8; the gain is set on the first frame and kept."""
    beams, pixels, sector = probe.beam_points(), probe.pixel_points(), probe.sector()
    grain = [acoustics.scatterers(speckle, probe.samples, probe.lines) for _ in range(domain.looks)]
    clutter = Clutter.draw(artefact, probe, domain)
    images = np.zeros((frames, probe.rows, probe.columns), np.uint8)
    masks = np.zeros_like(images)
    top_db: float | None = None
    for index in range(frames):
        if on_frame:
            on_frame(index)
        time = index / max(1, frames - 1)
        at_beams = motion.material(beams, time) if motion else beams
        at_pixels = motion.material(pixels, time) if motion else pixels
        level = received_db(medium, probe, domain, at_beams, grain, clutter, speckle, moved=index > 0)
        if top_db is None:
            top_db = acoustics.top_for(level[:, probe.padding:probe.lines - probe.padding],
                                       median_gray=domain.median_gray, dynamic_range_db=domain.dynamic_range_db,
                                       gamma=domain.gamma)
        gray = acoustics.log_compress(level, top_db=top_db, dynamic_range_db=domain.dynamic_range_db,
                                      gamma=domain.gamma)
        shown = acoustics.finish(probe.scan_convert(gray), smoothing_px=domain.smoothing_px * probe.rows / 256,
                                 sharpening=domain.sharpening)
        images[index] = np.where(sector, np.rint(shown), 0)
        masks[index] = np.where(sector, medium.labels(at_pixels), 0)
    return images, masks


@dataclass(frozen=True)
class Clutter:
    """What lies between the probe and the tissue, the same in all frames."""

    haze: Array
    contact_db: Array
    reverberation_px: float

    @classmethod
    def draw(cls, rng: np.random.Generator, probe: Probe, domain: Domain) -> Clutter:
        """Artefacts as strong as the domain says."""
        shape = (probe.samples, probe.lines)
        level = 0.06 * domain.haze
        return cls(level * artefacts.haze(rng, shape, reach=float(rng.uniform(0.3, 1.0))),
                   artefacts.lost_contact(rng, probe.lines, strength=domain.dropout),
                   float(rng.uniform(1.5, 5.0)) / probe.pitch_mm)


def received_db(medium: Medium, probe: Probe, domain: Domain, points: Points, grain: list[acoustics.Complex],
                clutter: Clutter, rng: np.random.Generator, *, moved: bool = False) -> Array:
    """Level after time gain compensation in dB, (samples, lines): everything before the gray scale."""
    tissue = medium.tissue(points)
    depth = (np.arange(probe.samples, dtype=np.float32) + 0.5) * probe.pitch_mm
    axial_px = domain.axial_mm / probe.pitch_mm
    lateral_px = acoustics.lateral_fwhm_mm(depth, focus_mm=domain.focus * probe.depth_mm, width_mm=domain.lateral_mm,
                                           range_mm=domain.focal_range_mm) / probe.line_pitch_mm()
    scatter = acoustics.from_db(tissue.echo_db) * acoustics.speckle_gain(axial_px=axial_px,
                                                                         lateral_px=lateral_px)[:, None]
    places = probe.beam_indices(points) if moved else None
    power = np.zeros((probe.samples, probe.lines), np.float32)
    for noise in grain:
        speckle = _moved(noise, places) if places else noise
        echo = acoustics.point_spread(scatter * speckle + tissue.specular, axial_px=axial_px, lateral_px=lateral_px)
        power += acoustics.envelope(echo) / len(grain)
    power = artefacts.sidelobes(power, width_px=0.4 * probe.lines, level=10 ** (domain.sidelobes_db / 20))
    amplitude = artefacts.reverberate(power, spacing_px=clutter.reverberation_px,
                                      strength=0.12 * domain.reverberation)
    loss = acoustics.attenuation_db(tissue.attenuation, frequency_mhz=domain.frequency_mhz, pitch_mm=probe.pitch_mm)
    loss = acoustics.aperture_mean(loss, 1.5 * float(lateral_px.mean())) + clutter.contact_db
    made_up = 2 * domain.frequency_mhz * domain.compensated * depth[:, None] / 10
    floor = acoustics.from_db(np.asarray(-2 * domain.frequency_mhz * domain.compensated / 10 * domain.penetration
                                         * probe.depth_mm, np.float32))
    received = amplitude * acoustics.from_db(-loss) + clutter.haze * acoustics.from_db(-made_up)
    noisy = acoustics.add_noise_floor(rng, received, float(floor))
    return acoustics.to_db(noisy) + made_up + domain.sliders(probe.samples)[:, None]


def _moved(noise: acoustics.Complex, places: tuple[Array, Array]) -> acoustics.Complex:
    """Scatterers carried along: nearest ones, so that their power is kept wherever they go."""
    rows, columns = noise.shape
    parts = noise.view(np.float32).reshape(rows, columns, 2)
    carried = sample(parts, np.rint(places[0]), np.rint(places[1]))
    return np.ascontiguousarray(carried).view(np.complex64)[..., 0]
