"""The simulator obeys the physics that it is built from."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from medsynth_gui.engine.simulator import acoustics
from medsynth_gui.engine.simulator.domain import Domain, draw_domain
from medsynth_gui.engine.simulator.probe import Probe, curved_probe, linear_probe
from medsynth_gui.engine.simulator.scanner import Clutter, received_db
from medsynth_gui.engine.simulator.tissue import Medium, Points, Tissue

_LINEAR = linear_probe(256, 256, width_mm=40, depth_mm=40)
_CURVED = curved_probe(256, 256, width_mm=80, depth_mm=80, half_angle=0.5, radius_mm=40)


def _speckle(seed: int, samples: int, lines: int, axial_px: float,
             lateral_px: npt.NDArray[np.float32]) -> npt.NDArray[np.floating]:
    noise = acoustics.scatterers(np.random.default_rng(seed), samples, lines)
    gain = acoustics.speckle_gain(axial_px=axial_px, lateral_px=lateral_px)
    return acoustics.envelope(acoustics.point_spread(noise * gain[:, None].astype(np.float32), axial_px=axial_px,
                                                     lateral_px=lateral_px))


class _Slab:
    """Uniform speckle with a box of other echo and attenuation."""

    class_name = "slab"

    def __init__(self, *, echo_db: float = 0.0, attenuation: float = 0.5, radius: float = 0.0,
                 box: tuple[float, float, float] | None = None) -> None:
        self._echo_db, self._attenuation, self._radius, self._box = echo_db, attenuation, radius, box

    def _inside(self, points: Points) -> npt.NDArray[np.bool_]:
        if self._box:
            y0, y1, x1 = self._box
            return (points.depth >= y0) & (points.depth < y1) & (points.across < x1)
        return np.hypot(points.y - 20, points.x) < self._radius

    def tissue(self, points: Points) -> Tissue:
        inside, ones = self._inside(points), np.ones_like(points.y)
        attenuation = np.where(inside, self._attenuation, 0.5)
        return Tissue(np.where(inside, self._echo_db, 0) * ones, attenuation * ones, 0 * ones)

    def labels(self, points: Points) -> npt.NDArray[np.uint8]:
        return self._inside(points).astype(np.uint8)

    def facts(self) -> dict[str, float | str]:
        return {}


def _domain(probe: Probe) -> Domain:
    drawn = draw_domain(np.random.default_rng(0), frequency_mhz=(6, 6), compensated=0.5, median_gray=(80, 1),
                        depth_mm=probe.depth_mm, severity=0)
    return replace(drawn, sliders_db=(0.0,) * 7, penetration=5.0, sidelobes_db=-200.0, compensated=0.5, looks=1)


def _power(medium: Medium, probe: Probe, *, seeds: int) -> npt.NDArray[np.floating]:
    """Mean received power, (samples, lines)."""
    total = np.zeros((probe.samples, probe.lines))
    domain = _domain(probe)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        grain = [acoustics.scatterers(rng, probe.samples, probe.lines)]
        level = received_db(medium, probe, domain, probe.beam_points(), grain, Clutter.draw(rng, probe, domain), rng)
        total += 10 ** (level / 10)
    return total / seeds


def test_fully_developed_speckle_has_the_ratio_of_a_rayleigh_envelope() -> None:
    envelope = _speckle(1, 512, 512, 4.0, np.linspace(4, 9, 512, dtype=np.float32))
    assert envelope.mean() / envelope.std() == pytest.approx(1.91, abs=0.1)


def test_speckle_has_unit_power_at_every_depth() -> None:
    power = np.mean([_speckle(seed, 256, 256, 4.0, np.linspace(3, 12, 256, dtype=np.float32)) ** 2
                     for seed in range(8)], axis=(0, 2))
    for band in np.array_split(power, 4):
        assert band.mean() == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize("probe", [_LINEAR, _CURVED], ids=["linear", "curved"])
@pytest.mark.parametrize("share", [0.15, 0.4, 0.65, 0.9])
def test_a_point_is_as_wide_as_the_beam(probe: Probe, share: float) -> None:
    depth = (np.arange(probe.samples, dtype=np.float32) + 0.5) * probe.pitch_mm
    set_mm = acoustics.lateral_fwhm_mm(depth, focus_mm=0.4 * probe.depth_mm, width_mm=1.2,
                                       range_mm=0.4 * probe.depth_mm)
    field = np.zeros((probe.samples, probe.lines), np.complex64)
    row, pitch = int(share * probe.samples), probe.line_pitch_mm()
    field[row, probe.lines // 2] = 1
    profile = acoustics.envelope(acoustics.point_spread(field, axial_px=3.0, lateral_px=set_mm / pitch))[row]
    fine = np.interp(np.arange(0, probe.lines, 0.01), np.arange(probe.lines), profile)
    measured = np.count_nonzero(fine >= fine.max() / 2) * 0.01 * pitch[row]
    assert measured == pytest.approx(set_mm[row], rel=0.1)


@pytest.mark.parametrize("probe", [_LINEAR, _CURVED], ids=["linear", "curved"])
def test_a_shadow_is_as_dark_as_the_attenuation_says(probe: Probe) -> None:
    slab = _Slab(attenuation=1.5, box=(10.0, 15.0, 0.0))
    power = _power(slab, probe, seeds=4)
    behind = slice(int(20 / probe.pitch_mm), int(30 / probe.pitch_mm))
    middle, apart = probe.lines // 2, probe.lines // 8
    loss = 10 * np.log10(power[behind, middle + apart:].mean() / power[behind, :middle - apart].mean())
    # 1 dB/(cm MHz) more, 6 MHz, 5 mm, there and back.
    assert loss == pytest.approx(2 * 6 * 1.0 * 0.5, abs=0.4)


def test_tissue_like_the_compensation_is_equally_bright_at_every_depth() -> None:
    power = _power(_Slab(), _LINEAR, seeds=4)
    bands = [10 * np.log10(band.mean()) for band in np.array_split(power, 5)]
    assert max(bands) - min(bands) < 0.6


@pytest.mark.parametrize("probe", [_LINEAR, _CURVED], ids=["linear", "curved"])
def test_the_mask_of_a_cyst_lies_on_its_edge(probe: Probe) -> None:
    cyst = _Slab(echo_db=-60, radius=7.0)
    image = probe.scan_convert(_power(cyst, probe, seeds=12).astype(np.float32))
    mask = (cyst.labels(probe.pixel_points()) > 0) & probe.sector()
    near = _around(mask, 14) & probe.sector()
    dark = near & (_smooth(image) < 0.5 * image[near & ~_around(mask, 4)].mean())
    edges = [np.array([np.flatnonzero(found.any(axis=axis))[[0, -1]] for axis in (0, 1)], float)
             for found in (mask, dark)]
    centres = [edge.mean(axis=1) for edge in edges]
    radii = [np.sqrt(found.sum() / np.pi) for found in (mask, dark)]
    assert np.abs(centres[0] - centres[1]).max() < 1
    assert abs(radii[0] - radii[1]) < 1


def _around(mask: npt.NDArray[np.bool_], pixels: int) -> npt.NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * pixels + 1,) * 2, np.uint8)) > 0


def _smooth(image: npt.NDArray[np.float32]) -> npt.NDArray[np.floating]:
    return cv2.GaussianBlur(image, (0, 0), 1.5)


def test_log_compression_maps_the_dynamic_range_to_the_gray_scale() -> None:
    level = np.array([[-100.0, -70.0, -40.0, -10.0, 0.0]], np.float32)
    gray = acoustics.log_compress(level, top_db=-10, dynamic_range_db=60)
    assert gray.tolist() == [[0, 0, 127.5, 255, 255]]
