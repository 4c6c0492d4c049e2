"""The child process in which GDCM decodes: damaged frames end it, not the program.

It reads requests from its standard input and ends with it, and a watchdog ends it where a frame takes too long, so
that it never outlives the program that started it. Run by `medsynth_gui.io.dicom.child`.
"""

from __future__ import annotations

import faulthandler
import json
import os
import struct
import sys
from typing import IO, Any

# Length of the description (JSON) and of the bytes that follow it.
HEAD = struct.Struct("<IQ")
FRAME_SECONDS = 30


def send(pipe: IO[bytes], said: dict[str, Any], data: bytes | memoryview = b"") -> None:
    """Write one message."""
    text = json.dumps(said).encode()
    pipe.write(HEAD.pack(len(text), len(data)) + text)
    pipe.write(data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one message; EOFError where the other side has ended."""
    said_length, data_length = HEAD.unpack(_exactly(pipe, HEAD.size))
    said: dict[str, Any] = json.loads(_exactly(pipe, said_length))
    return said, _exactly(pipe, data_length)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _said(error: Exception) -> str:
    """GDCM gives nothing where it refuses a frame, which pydicom does not expect."""
    text = str(error) or type(error).__name__
    return "GDCM refuses it" if "NoneType" in text else text


def main() -> None:
    """Decode until standard input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a codec prints must not come between the answers.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    from medsynth_gui.io.dicom.codecs import through_pydicom
    from medsynth_gui.io.dicom.header import load_pydicom

    load_pydicom()
    while True:
        try:
            said, data = receive(requests)
        except EOFError:
            return
        # Its thread needs no lock of Python's, so that it ends a codec that loops.
        faulthandler.dump_traceback_later(said["seconds"], exit=True, file=silence)
        try:
            values = through_pydicom(data, said["options"], said["syntax"], "gdcm")
            answer, out = {"shape": values.shape, "dtype": values.dtype.str}, values.tobytes()
        # Codecs raise anything; the words go to the person.
        except Exception as error:
            answer, out = {"error": _said(error)}, b""
        faulthandler.cancel_dump_traceback_later()
        send(answers, answer, out)


if __name__ == "__main__":
    main()
