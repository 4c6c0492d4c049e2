"""Failures that a person reads: a message id, parameters, and a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.messages import MESSAGES


@dataclass(frozen=True)
class Message:
    """A sentence for a person, kept as an id and parameters so that only the view words it."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self) -> str:
        """The sentence in English, without its remedy."""
        return MESSAGES[self.id][0].format_map(_Readable(self.params))

    def english(self) -> str:
        """The sentence (and its remedy, if it has one) in English."""
        sentence, remedy = MESSAGES[self.id]
        text = f"{sentence} {remedy}".strip()
        return text.format_map(_Readable(self.params))


class _Readable(dict[str, Any]):
    """A missing parameter shows its name: a wording mistake must not hide the failure it tells of."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


class MedSynthError(Exception):
    """A failure with a remedy. Raise a subclass; `message` is what the view words.

    Args:
        message_id: a key of `core.messages.MESSAGES`.
        **params: what the sentence names.
    """

    exit_code = 1

    def __init__(self, message_id: str, /, **params: Any) -> None:
        self.message = Message(message_id, params)
        super().__init__(self.message.english())


class InputError(MedSynthError):
    """A file or folder that cannot be used as it is."""


class ModelError(MedSynthError):
    """A model that is missing, altered or not made for the request."""


class ProjectError(MedSynthError):
    """A project, its samples or its export."""


class StorageError(MedSynthError):
    """The disk: full, read-only, not there."""


class ResourceError(MedSynthError):
    """Memory or device ran out."""


class UsageError(MedSynthError):
    """A request that makes no sense as given (exit code 2 on the command line)."""

    exit_code = 2


def need_folder(path: Path) -> None:
    """Refuse what is not a folder.

    Raises:
        InputError: there is nothing, or a file.
    """
    if not path.is_dir():
        raise InputError("folder-expected" if path.exists() else "file-missing", path=path)


_OUT_OF_MEMORY = ("out of memory", "not enough memory", "allocate memory", "insufficient memory",
                  "failed to map segment")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out; torch, cv2 and the loader say so in words, not by a type of their own."""
    if isinstance(error, MedSynthError):
        return False
    said = str(error).casefold()
    return isinstance(error, MemoryError) or any(words in said for words in _OUT_OF_MEMORY)
