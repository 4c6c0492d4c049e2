"""Acceptance gates: what a synthetic image must pass before it counts as usable."""

from medsynth_gui.jobs.gates.patients import TRAINED, VALIDATED, few_patients, seen_groups
from medsynth_gui.jobs.gates.result import GateResult, Thresholds, accepted, gate_title
from medsynth_gui.jobs.gates.table import GATES, Gates, calibrated

__all__ = ["GATES", "TRAINED", "VALIDATED", "GateResult", "Gates", "Thresholds", "accepted", "calibrated",
           "few_patients", "gate_title", "seen_groups"]
