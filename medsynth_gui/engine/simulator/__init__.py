"""Physics ultrasound simulator: image and mask pairs from a phantom and a seed. Needs no torch."""

from medsynth_gui.engine.simulator.case import SimulatedCase, simulate
from medsynth_gui.engine.simulator.catalogue import PHANTOMS

__all__ = ["PHANTOMS", "SimulatedCase", "simulate"]
