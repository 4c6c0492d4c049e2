"""Difference: where two label images agree, and which has more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from medsynth_gui.core.labels import Label
from medsynth_gui.gui.theme import Theme

Labels = npt.NDArray[np.uint8]
BOTH, PREDICTED_ONLY, GOLD_ONLY = 1, 2, 3


def difference(predicted: Labels, gold: Labels) -> Labels:
    """(y, x): BOTH where the same label is in both, PREDICTED_ONLY also where the labels differ, GOLD_ONLY, or 0."""
    same = (predicted == gold) & (gold > 0)
    shown = same.astype(np.uint8) * np.uint8(BOTH)
    shown[(predicted > 0) & ~same] = PREDICTED_ONLY
    shown[(gold > 0) & (predicted == 0)] = GOLD_ONLY
    return shown


def difference_labels(theme: Theme) -> tuple[Label, ...]:
    """The colours of a difference: good where both agree, caution and bad where one has more."""
    tokens, tr = theme.tokens, QCoreApplication.translate
    return (Label(BOTH, tr("canvas", "both"), tokens.good, opacity=0.35),
            Label(PREDICTED_ONLY, tr("canvas", "predicted only"), tokens.caution, opacity=0.6),
            Label(GOLD_ONLY, tr("canvas", "gold only"), tokens.bad, opacity=0.6))
