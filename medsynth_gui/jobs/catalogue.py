"""Which models and recipes there are, and how a request names its hardware."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from medsynth_gui.core.errors import InputError, Message, ModelError
from medsynth_gui.core.model_card import ModelCard, check_weights, read_card
from medsynth_gui.core.paths import models


@dataclass(frozen=True)
class Compute:
    """What a request asks of the hardware: device auto|cpu|cuda|mps, precision auto|fp32|bf16; 0 threads: free ones."""

    device: str = "auto"
    precision: str = "auto"
    threads: int = 0


def list_models(task: str | None = None, *, further: Iterable[Path] = ()) -> list[ModelCard]:
    """Cards of all shipped models (of one task), then of `further` model folders; unreadable ones are left out."""
    shipped = sorted(path.parent for path in models().glob("*/card.toml"))
    cards = []
    for folder in [*shipped, *further]:
        try:
            cards.append(read_card(folder))
        except ModelError:
            continue
    return [card for card in cards if task is None or card.task == task]


def find_model(ref: str, *, task: str | None = None) -> ModelCard:
    """The card of a shipped id, or of a model folder that training made.

    Raises:
        ModelError: there is none, its card cannot be read, or it is made for another task.
    """
    shipped = models() / ref
    folder = shipped if ref and (shipped / "card.toml").is_file() else Path(ref)
    if not ref or not (folder / "card.toml").is_file():
        known = ", ".join(card.id for card in list_models(task)) or "none"
        raise ModelError("model-missing", model=ref or "(no name)", known=known)
    card = read_card(folder)
    if task and card.task != task:
        raise ModelError("model-wrong-task", model=ref, task=card.task, wanted=task)
    return card


def model_ref(card: ModelCard) -> str:
    """How a job names a model: a shipped id, or the folder."""
    return card.id if card.folder.parent == models() and card.folder.name == card.id else str(card.folder)


def model_name(ref: str) -> str:
    """What a person calls a model: the id of a shipped one, the title of a model folder; never a path."""
    name = PurePath(ref).name
    if ref == name:
        return ref
    try:
        card = find_model(ref)
    except ModelError:
        return name
    return card.title or card.id


def verify_models(*, further: Iterable[Path] = ()) -> list[tuple[str, Message | None]]:
    """Every model folder with None, or with what is wrong with its card or weights."""
    report: list[tuple[str, Message | None]] = []
    for folder in [*sorted(path.parent for path in models().glob("*/card.toml")), *further]:
        try:
            card = read_card(folder)
            check_weights(card)
            report.append((folder.name, None))
        except ModelError as error:
            report.append((folder.name, error.message))
    return report


def recipes() -> list[str]:
    """Ids of the shipped recipes."""
    return sorted(path.stem for path in (models() / "recipes").glob("*.toml"))


def find_recipe(ref: str) -> Path:
    """The file of a shipped recipe's id, or the file itself.

    Raises:
        InputError: neither is there.
    """
    shipped = models() / "recipes" / f"{ref}.toml"
    path = shipped if shipped.is_file() else Path(ref)
    if not path.is_file():
        raise InputError("recipe-missing", recipe=ref, known=", ".join(recipes()))
    return path
