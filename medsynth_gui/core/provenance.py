"""Where pixels come from: carried from the engine into every file that is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from medsynth_gui import __version__

# Parameters of a synthetic image: what each gate said of it, and that a person took it in spite of that.
GATES, OVERRULED = "gates", "gates_overruled"


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

    @property
    def turned_down(self) -> tuple[Mapping[str, Any], ...]:
        """What gates found against a synthetic image, unless a person overruled them; a copy is never overruled."""
        failed = tuple(gate for gate in self.parameters.get(GATES, ()) if gate.get("passed") is False)
        return tuple(gate for gate in failed if gate.get("gate") == "copy" or not self.parameters.get(OVERRULED))

    @property
    def verdict(self) -> dict[str, Any]:
        """The parameters that tell what gates found: what is made from the image takes them over."""
        return {name: self.parameters[name] for name in (GATES, OVERRULED) if name in self.parameters}

    def record(self) -> dict[str, Any]:
        """A JSON-ready record."""
        return {**asdict(self), "parameters": dict(self.parameters), "parents": list(self.parents)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Provenance:
        """The inverse of `record`."""
        return cls(**{**record, "parents": tuple(record.get("parents", ()))})
