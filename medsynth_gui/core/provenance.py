"""Where pixels come from: carried from the engine into every file that is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from medsynth_gui import __version__


@dataclass(frozen=True)
class Provenance:
    """How an image or a mask was made.

    Attributes:
        synthetic: the pixels were invented by a model or a simulator.
        producer: "scanner", "hand", "simulator" or a model id.
        model_sha256: digest of the weights that made it; empty where no model did.
        seed: random seed; None where none was used.
        parameters: what else is needed to make it again.
        parents: ids, SHA-256 digests or file names of what it was made from; never a path, which may name a person.
    """

    synthetic: bool
    producer: str
    model_sha256: str = ""
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[str, ...] = ()
    app_version: str = __version__

    def record(self) -> dict[str, Any]:
        """A JSON-ready record."""
        return {**asdict(self), "parameters": dict(self.parameters), "parents": list(self.parents)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Provenance:
        """The inverse of `record`."""
        return cls(**{**record, "parents": tuple(record.get("parents", ()))})
