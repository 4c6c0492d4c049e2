"""Does a bundle work? Its demo from another folder with an empty environment, then its window under Xvfb.

Usage: smoke.py DIST/medsynth
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medsynth_gui.core.paths import DECODER_CHILD
from medsynth_gui.io.dicom.decoder_child import receive, send

DEMO_LIMIT_S = 600
WINDOW_LIMIT_S = 120
PAINTED = "window painted"


def main(arguments: list[str]) -> int:
    """0 if both programs of the bundle work."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    bundle = Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="medsynth-smoke-") as name:
        folder = Path(name)
        return run_demo(bundle, folder) or run_decoder(bundle) or open_window(bundle, folder)


def run_demo(bundle: Path, folder: Path) -> int:
    """The main job, with nothing in the environment to lean on."""
    start = time.monotonic()
    done = subprocess.run([bundle / "medsynth", "demo", "--out", folder / "demo", "--json"], cwd=folder, env={},
                          capture_output=True, text=True, timeout=DEMO_LIMIT_S)
    if done.returncode or not json.loads(done.stdout):
        print(f"demo failed ({done.returncode}): {done.stdout[-2000:]}{done.stderr[-2000:]}", file=sys.stderr)
        return 1
    print(f"demo: done in {time.monotonic() - start:.0f} s")
    return 0


def run_decoder(bundle: Path) -> int:
    """The process that decodes risky frames starts, finds GDCM, refuses nonsense and ends with its input."""
    options = {"rows": 8, "columns": 8, "samples_per_pixel": 1, "number_of_frames": 1, "bits_allocated": 8,
               "bits_stored": 8, "pixel_representation": 0, "photometric_interpretation": "MONOCHROME2",
               "pixel_keyword": "PixelData", "pixel_vr": "OB"}
    request = io.BytesIO()
    send(request, {"syntax": "1.2.840.10008.1.2.4.70", "options": options, "seconds": 30}, b"no code stream")
    done = subprocess.run([bundle / "medsynth", DECODER_CHILD], input=request.getvalue(), env={}, capture_output=True,
                          timeout=60)
    if done.returncode or "GDCM" not in receive(io.BytesIO(done.stdout))[0].get("error", ""):
        print(f"decoder failed ({done.returncode}): {done.stdout[-2000:]!r}", file=sys.stderr)
        return 1
    print("decoder: answers")
    return 0


def open_window(bundle: Path, folder: Path) -> int:
    """The window paints itself and ends well. An exception in Qt does not end a program: hence the time limit."""
    if not shutil.which("Xvfb"):
        print("window: not tried, Xvfb is missing (make system installs it)", file=sys.stderr)
        return 1
    with virtual_display() as display:
        environment = {"DISPLAY": display, "MEDSYNTH_SELFTEST": "1", "MEDSYNTH_HOME": str(folder / "home")}
        start = time.monotonic()
        try:
            done = subprocess.run([bundle / "medsynth-gui"], cwd=folder, env=environment, capture_output=True,
                                  text=True, timeout=WINDOW_LIMIT_S)
        except subprocess.TimeoutExpired as late:
            print(f"window: nothing painted in {WINDOW_LIMIT_S} s: {late.stdout!r} {late.stderr!r}", file=sys.stderr)
            return 1
    if done.returncode or PAINTED not in done.stdout:
        print(f"window failed ({done.returncode}): {done.stdout[-2000:]}{done.stderr[-2000:]}", file=sys.stderr)
        return 1
    print(f"window: painted and closed in {time.monotonic() - start:.1f} s")
    return 0


@contextmanager
def virtual_display() -> Iterator[str]:
    """The name of a new X display, for as long as the block runs."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as stream:
            yield f":{stream.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
