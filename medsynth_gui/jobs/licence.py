"""May a model be used for what is wanted? A licence that asks something is accepted by name, and that is recorded."""

from __future__ import annotations

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.model_card import ModelCard

# Words of licences that do not allow every use.
_ASKING = ("research", "non-commercial", "noncommercial", "-nc", " nc", "academic", "no derivatives", "-nd")


def check_licence(card: ModelCard, accepted: bool) -> None:
    """Refuse a model whose licence forbids some uses, unless a person has said that theirs is allowed.

    Raises:
        UsageError: it does, or no licence is named, and nobody accepted that.
    """
    if accepted:
        return
    said = card.licence.strip()
    if not said:
        raise UsageError("licence-missing", model=card.id)
    if any(word in said.casefold() for word in _ASKING):
        raise UsageError("licence-asks", model=card.id, licence=said)
