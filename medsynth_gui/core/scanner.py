"""Scanner: what made an image, as far as its file says; what is learnt of one is remembered under its key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scanner:
    """Manufacturer, model and software version of a scanner; any of them may be empty."""

    manufacturer: str = ""
    model: str = ""
    software: str = ""

    @property
    def known(self) -> bool:
        """Whether there is enough to tell it from others."""
        return bool(self.manufacturer or self.model)

    @property
    def key(self) -> str:
        """One line that names it in files; letters' case and spaces at the ends count for nothing."""
        return " | ".join(part.strip().casefold() for part in (self.manufacturer, self.model, self.software))

    @property
    def title(self) -> str:
        """What a person calls it."""
        return " ".join(part.strip() for part in (self.manufacturer, self.model) if part.strip())
