"""SaveAnimation: held-out predictions of a training, from epoch to epoch, as a GIF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medsynth_gui.core.errors import InputError, Message
from medsynth_gui.io.atomic import atomic_write
from medsynth_gui.jobs.job import JobContext, Lane

_LONGEST_PX, _FRAME_MS, _LAST_MS, _BAR_PX = 900, 400, 1600, 22


@dataclass(frozen=True)
class SaveAnimation:
    """Write pictures one after the other, each with its caption below.

    Video is not offered: the video library of this program is there for reading only (its encoders are GPL).
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
        times = [_FRAME_MS] * (len(frames) - 1) + [_LAST_MS]
        with atomic_write(self.out) as temporary:
            frames[0].save(temporary, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)
        return self.out
