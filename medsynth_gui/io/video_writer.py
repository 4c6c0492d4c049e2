"""MP4 files from frames."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import StorageError


def write_mp4(path: Path, frames: Sequence[npt.NDArray[np.uint8]], *, rate: float) -> None:
    """Write gray frames (y, x) as MPEG-4; smaller ones stand in the top left corner of the largest.

    OpenCV encodes, not the library that reads video: the encoders of that one are under the GPL.

    Args:
        rate: frames per second.

    Raises:
        StorageError: the file cannot be written.
    """
    import cv2

    # The encoder wants even sides.
    rows, columns = (-(-max(frame.shape[axis] for frame in frames) // 2) * 2 for axis in (0, 1))
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "video.mp4"  # the suffix chooses the container
        writer = cv2.VideoWriter(str(made), cv2.VideoWriter_fourcc(*"mp4v"),  # type: ignore[attr-defined]
                                 rate, (columns, rows), False)
        if not writer.isOpened():
            raise StorageError("not-writable", path=path, detail=f"no video of {columns} x {rows} pixels can be made")
        for frame in frames:
            whole = np.zeros((rows, columns), np.uint8)
            whole[:frame.shape[0], :frame.shape[1]] = frame
            writer.write(whole)
        writer.release()
        path.write_bytes(made.read_bytes())
