"""ModelCard: what a model is for, what made it, and what it was measured to do."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from medsynth_gui.core.errors import ModelError

# A file that does not say what made it may be anything.
_ANY_MODALITY = ("", "OT")

TASKS = ("segmentation", "refinement", "synthesis", "super-resolution", "encoder", "distillation", "marks")


@dataclass(frozen=True)
class ModelCard:
    """A model folder's `card.toml`, read.

    Attributes:
        network: keyword arguments of the architecture.
        input: how an image is brought to the network (size, fit, ...), task specific.
        labels: label value to name; segmentation and synthesis.
        classes: image classes a generator is conditioned on.
        training: recipe, data sets, groups left out, seconds, device.
        results: headline figures, with the command that made them.
        weights_file: relative to `folder`; models that share a network name one file.
        preview: a distilled twin of the network: file, sha256, steps; empty if there is none.
    """

    id: str
    title: str
    task: str
    architecture: str
    folder: Path
    weights_sha256: str
    licence: str
    modalities: tuple[str, ...] = ()
    network: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    credit: str = ""
    limits: str = ""
    weights_file: str = "weights.safetensors"
    preview: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weights(self) -> Path:
        return self.folder / self.weights_file

    @property
    def headline(self) -> str:
        """The evidence in one line, as `Dice 0.74 on 100 held-out lesions`; empty if not measured."""
        return str(self.results.get("headline", ""))

    def made_for(self, modality: str) -> bool:
        """Whether nothing speaks against images of a DICOM modality."""
        return modality in _ANY_MODALITY or not self.modalities or modality in self.modalities


def check_weights(card: ModelCard) -> None:
    """Compare a model's weights with the digest in its card.

    Raises:
        ModelError: they are missing, unreadable or altered.
    """
    if not card.weights.is_file():
        raise ModelError("weights-missing", model=card.id, path=card.weights)
    try:
        with card.weights.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError("weights-unreadable", model=card.id, path=card.weights,
                         detail=error.strerror or error) from error
    if digest != card.weights_sha256:
        raise ModelError("weights-altered", model=card.id)


def _beside(name: str) -> str:
    """A file of this model folder or of one beside it; a card points nowhere else."""
    parts = PurePosixPath(name).parts
    if len(parts) not in (1, 3) or ".." in parts[1:] or (len(parts) == 3 and parts[0] != "..") or parts[0] == "/":
        raise ValueError(f"weights file {name!r} lies outside the models")
    return name


def read_card(folder: Path) -> ModelCard:
    """Read `folder/card.toml`.

    Raises:
        ModelError: the card is missing, not TOML, or lacks a field.
    """
    path = folder / "card.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        if raw["task"] not in TASKS:
            raise ValueError(f"unknown task {raw['task']!r}")
        return ModelCard(
            id=str(raw["id"]), title=str(raw["title"]), task=str(raw["task"]), architecture=str(raw["architecture"]),
            folder=folder, weights_sha256=str(raw["weights"]["sha256"]), licence=str(raw["licence"]),
            modalities=tuple(raw.get("modalities", ())), network=raw.get("network", {}), input=raw.get("input", {}),
            labels={int(value): str(name) for value, name in raw.get("labels", {}).items()},
            classes=tuple(raw.get("classes", ())), training=raw.get("training", {}), results=raw.get("results", {}),
            credit=str(raw.get("credit", "")), limits=str(raw.get("limits", "")),
            weights_file=_beside(raw["weights"].get("file", "weights.safetensors")),
            preview=raw.get("preview", {}))
    except FileNotFoundError:
        raise ModelError("model-missing", model=folder.name, known="medsynth models list") from None
    except KeyError as error:
        raise ModelError("card-unreadable", path=path, detail=f"it does not say {error.args[0]}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelError("card-unreadable", path=path, detail=error) from error
