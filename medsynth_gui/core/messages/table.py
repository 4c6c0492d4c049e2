"""Every sentence that a person may be told, in English: id -> (what is wrong, what to do).

`gui` translates these through Qt; the command line prints them as they are. Parameters are named in braces.
"""

from __future__ import annotations

from medsynth_gui.core.messages.dataset import DATASET
from medsynth_gui.core.messages.files import FILES
from medsynth_gui.core.messages.gates import GATES
from medsynth_gui.core.messages.general import GENERAL
from medsynth_gui.core.messages.judging import JUDGING
from medsynth_gui.core.messages.masks import MASKS
from medsynth_gui.core.messages.models import MODELS
from medsynth_gui.core.messages.plans import PLANS
from medsynth_gui.core.messages.review import REVIEW
from medsynth_gui.core.messages.session import SESSION
from medsynth_gui.core.messages.synthesis import SYNTHESIS
from medsynth_gui.core.messages.trial import TRIAL
from medsynth_gui.core.messages.window import WINDOW

MESSAGES: dict[str, tuple[str, str]] = {**GATES, **GENERAL, **JUDGING, **FILES, **MASKS, **MODELS, **DATASET, **PLANS, **REVIEW, **SESSION, **SYNTHESIS, **TRIAL, **WINDOW}
