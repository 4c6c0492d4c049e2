"""Decoding in child processes: a damaged frame may end GDCM, and GDCM would end us."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import medsynth_gui
from medsynth_gui.core.image import Frame
from medsynth_gui.core.paths import DECODER_CHILD, command_line
from medsynth_gui.io.dicom.decoder_child import FRAME_SECONDS, receive, send
from medsynth_gui.io.dicom.layout import PixelLayout

# As many as frames are decoded at a time.
MOST_CHILDREN = 2


class _Child:
    """One process that decodes a frame after the other."""

    def __init__(self) -> None:
        frozen = getattr(sys, "frozen", False)
        command = [*command_line(), DECODER_CHILD] if frozen else [sys.executable, "-m", DECODER_CHILD]
        root = str(Path(medsynth_gui.__file__).parents[1])
        paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=None if frozen else {**os.environ, "PYTHONPATH": paths},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0))

    def decode(self, data: bytes, layout: PixelLayout, syntax: str, seconds: float) -> Frame:
        """One frame; OSError or EOFError where the process ends over it."""
        pipes = self._process.stdin, self._process.stdout
        assert pipes[0] is not None and pipes[1] is not None
        send(pipes[0], {"syntax": syntax, "options": layout.options(), "seconds": seconds}, data)
        said, out = receive(pipes[1])
        if "error" in said:
            raise ValueError(said["error"])
        return np.frombuffer(out, np.dtype(said["dtype"])).reshape(said["shape"])

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End it at once and leave no zombie."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                # What was not written yet cannot be.
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


class DecoderChildren:
    """A few children, started when they are needed and again when they die. Thread-safe."""

    def __init__(self, most: int = MOST_CHILDREN) -> None:
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._free = threading.Semaphore(most)
        self._lock = threading.Lock()

    def decode(self, data: bytes, layout: PixelLayout, syntax: str, *, seconds: float = FRAME_SECONDS) -> Frame:
        """One frame of stored values.

        Raises:
            ValueError: the decoder refuses the frame, dies of it, or takes more than `seconds`.
        """
        with self._free:
            child, started = self._take(), time.monotonic()
            try:
                values = child.decode(data, layout, syntax, seconds)
            except (OSError, EOFError):
                self._drop(child)
                late = time.monotonic() - started >= seconds
                raise ValueError(f"it takes the decoder more than {seconds:g} seconds" if late else
                                 "it ends the decoder, so it is damaged") from None
            except ValueError:
                self._give_back(child)
                raise
            except BaseException:
                self._drop(child)
                raise
            self._give_back(child)
            return values

    def _take(self) -> _Child:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and child.alive:
            return child
        if child is not None:
            self._drop(child)
        child = _Child()
        with self._lock:
            self._all.add(child)
        return child

    def _give_back(self, child: _Child) -> None:
        with self._lock:
            self._idle.append(child)

    def _drop(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.end()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            children, self._all, self._idle = list(self._all), set(), []
        for child in children:
            child.end()


CHILDREN = DecoderChildren()
atexit.register(CHILDREN.close)


def decode(data: bytes, layout: PixelLayout, syntax: str) -> Any:
    """One frame through GDCM in a child; see `DecoderChildren.decode`."""
    return CHILDREN.decode(data, layout, syntax)
