"""RunFolder: what a training writes, so that it can be watched, stopped and resumed from outside."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.io.atomic import atomic_write, storing, write_bytes, write_json
from medsynth_gui.io.raster_files import provenance_text, write_gray_png


class RunFolder:
    """A folder that becomes a model folder.

    `run.toml` is the recipe as run, `events.jsonl` grows a line per event, `previews/` an image per
    validation, `checkpoint/` what resuming needs. A file named `stop` asks the training to end well, one named `pause`
    to save and end at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with storing(folder):
            (folder / "previews").mkdir(parents=True, exist_ok=True)

    def begin(self, recipe: Path) -> None:
        """Start afresh: forget what an earlier run left here."""
        with storing(self.folder):
            (self.folder / "events.jsonl").unlink(missing_ok=True)
            shutil.rmtree(self.folder / "checkpoint", ignore_errors=True)
            for preview in (self.folder / "previews").glob("*.png"):
                preview.unlink()
        with atomic_write(self.folder / "run.toml") as temporary:
            shutil.copyfile(recipe, temporary)

    def event(self, kind: str, **values: Any) -> None:
        """Append one line to events.jsonl; a line that a killed run left half-written is closed first."""
        path = self.folder / "events.jsonl"
        with storing(path), path.open("ab+") as stream:
            if stream.seek(0, os.SEEK_END):
                stream.seek(-1, os.SEEK_END)
                torn = stream.read(1) != b"\n"
                stream.write(b"\n" * torn)
            stream.write(json.dumps({"event": kind, **values}).encode() + b"\n")

    def preview(self, step: int, image: npt.NDArray[np.uint8], origin: Provenance | None = None) -> None:
        """One picture of held-out predictions, (y, x); `origin` where it shows pixels that a model drew."""
        text = {"Description": "training preview", **(provenance_text(origin) if origin else {})}
        write_gray_png(self.folder / "previews" / f"{step:06d}.png", image, text)

    @property
    def resumable(self) -> bool:
        """An earlier training left a checkpoint here."""
        return (self.folder / "checkpoint" / "state.json").is_file()

    @property
    def stop_asked(self) -> bool:
        return (self.folder / "stop").exists()

    @property
    def pause_asked(self) -> bool:
        return (self.folder / "pause").exists()

    def clear_stop(self) -> None:
        """Forget what was asked of an earlier part of this training."""
        for name in ("stop", "pause"):
            (self.folder / name).unlink(missing_ok=True)

    def note(self, message: Message) -> None:
        """Something that a person should know, while the training goes on."""
        self.event("note", id=message.id, message=message.english())

    def save_checkpoint(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        """Both files are replaced whole; the step in `state` names the tensors that belong to it."""
        checkpoint = self.folder / "checkpoint"
        with storing(checkpoint):
            checkpoint.mkdir(exist_ok=True)
        name = f"{state['step']:08d}.safetensors"
        write_bytes(checkpoint / name, save({key: tensor.detach().cpu().contiguous()
                                             for key, tensor in tensors.items()}))
        write_json(checkpoint / "state.json", {**state, "tensors": name})
        for old in checkpoint.glob("*.safetensors"):
            if old.name != name:
                old.unlink()

    def load_checkpoint(self) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """The last whole checkpoint, or None.

        Raises:
            InputError: there is one that cannot be read.
        """
        path = self.folder / "checkpoint" / "state.json"
        if not path.is_file():
            return None
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            return load_file(path.with_name(state["tensors"])), state
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise InputError("checkpoint-unreadable", path=self.folder, detail="its checkpoint is damaged") from error
