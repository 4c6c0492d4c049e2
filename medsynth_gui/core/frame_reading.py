"""Reading many frames of a series: two at a time, for decoders release the interpreter's lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from medsynth_gui.core.image import ArrayFrames, Frame, ImageSeries

THREADS = 2
Found = TypeVar("Found")


def frames_in_order(series: ImageSeries, frames: Iterable[int] | None = None, *, threads: int = THREADS,
                    ) -> Iterator[tuple[int, Frame]]:
    """(number, frame) in the order asked for (default: all), decoded a little ahead of the reader.

    Raises:
        InputError: where the reader reaches a frame that cannot be decoded.
    """
    wanted = range(series.frame_count) if frames is None else frames
    return read_ahead(series, wanted, series.frame, threads=threads)


def read_ahead(series: ImageSeries, frames: Iterable[int], read: Callable[[int], Found], *, threads: int = THREADS,
               ) -> Iterator[tuple[int, Found]]:
    """(number, what `read` makes of it) in order; at most `threads` more frames are decoded than were taken."""
    # A thread costs more than a frame that is in memory.
    if threads < 2 or isinstance(series.source, ArrayFrames):
        yield from ((number, read(number)) for number in frames)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="frames")
    try:
        running: deque[tuple[int, Future[Found]]] = deque()
        for number in frames:
            running.append((number, pool.submit(read, number)))
            if len(running) > threads:
                first, future = running.popleft()
                yield first, future.result()
        for first, future in running:
            yield first, future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
