"""SaveAnimation: held-out predictions of a training, from epoch to epoch, as a GIF or an MP4."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.io.atomic import atomic_write
from medsynth_gui.io.video_writer import write_mp4
from medsynth_gui.jobs.job import JobContext, Lane

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST_PX, _FRAME_MS, _LAST, _BAR_PX = 900, 400, 4, 22


@dataclass(frozen=True)
class SaveAnimation:
    """Write pictures one after the other, each with its caption below; the last one stays four times as long.

    Attributes:
        out: its suffix is one of `WRITERS`.
    """

    pictures: tuple[Path, ...]
    captions: tuple[str, ...]
    out: Path
    lane = Lane.IO

    @property
    def title(self) -> Message:
        return Message("job-save-animation", {"path": self.out.name})

    def run(self, ctx: JobContext) -> Path:
        """The file; raises InputError where no picture can be read."""
        from PIL import Image, ImageDraw

        frames = []
        for number, (path, caption) in enumerate(zip(self.pictures, self.captions, strict=True)):
            ctx.checkpoint(number, len(self.pictures))
            try:
                picture = Image.open(path).convert("L")
            except OSError:
                continue  # the newest may be being written
            picture.thumbnail((_LONGEST_PX, _LONGEST_PX))
            frame = Image.new("L", (picture.width, picture.height + _BAR_PX))
            frame.paste(picture, (0, 0))
            ImageDraw.Draw(frame).text((6, picture.height + 5), caption, fill=255)
            frames.append(frame)
        if not frames:
            raise InputError("nothing-to-open")
        with atomic_write(self.out) as temporary:
            WRITERS[self.out.suffix.lower()](frames, temporary)
        return self.out


def _gif(frames: Sequence[Image], path: Path) -> None:
    times = [_FRAME_MS] * (len(frames) - 1) + [_FRAME_MS * _LAST]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)


def _mp4(frames: Sequence[Image], path: Path) -> None:
    shown = [np.asarray(frame) for frame in frames]
    write_mp4(path, [*shown, *[shown[-1]] * (_LAST - 1)], rate=1000 / _FRAME_MS)


WRITERS: Mapping[str, Callable[[Sequence[Image], Path], None]] = {".gif": _gif, ".mp4": _mp4}
