"""Physics ultrasound simulator: image and mask pairs from a phantom and a seed. Needs no torch."""

from medsynth_gui.engine.simulator.case import SimulatedCase, image_seed, simulate, simulate_mask
from medsynth_gui.engine.simulator.catalogue import PHANTOMS
from medsynth_gui.engine.simulator.likeness import Likeness, measure

__all__ = ["PHANTOMS", "Likeness", "SimulatedCase", "image_seed", "measure", "simulate", "simulate_mask"]
