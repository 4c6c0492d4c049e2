"""pydicom on a cine, with pylibjpeg-libjpeg where that is installed, else with Pillow. Prints JSON.

Its own program for an environment of its own: pylibjpeg-libjpeg is under the GPL.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from pydicom.pixels import iter_pixels, pixel_array
from pydicom.pixels.decoders import JPEGBaseline8BitDecoder

PLUGIN = "pylibjpeg" if "pylibjpeg" in JPEGBaseline8BitDecoder.available_plugins else "pillow"


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_bytes() -> int:
    """The most memory that this process had; `getrusage` would count that of the process which started it."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024


def main(path: str, what: str, *numbers: str) -> None:
    """`first`, `random k`, `all n` (the first n frames) in seconds; `memory` of all frames in bytes."""
    frames = [int(number) for number in numbers]
    if what == "memory":
        before = peak_bytes()
        pixel_array(path, decoding_plugin=PLUGIN)
        print(json.dumps({"before": before, "peak": peak_bytes(), "plugin": PLUGIN}))
        return
    # Its imports are not counted.
    pixel_array(path, index=0, decoding_plugin=PLUGIN)
    started = time.process_time()
    if what == "all":
        took = [seconds(lambda: [None for _ in iter_pixels(path, indices=range(frames[0]), decoding_plugin=PLUGIN)])]
    else:
        took = [seconds(lambda frame=frame: pixel_array(path, index=frame, decoding_plugin=PLUGIN)) for frame in frames]
    print(json.dumps({"seconds": took, "processor_seconds": time.process_time() - started, "plugin": PLUGIN}))


if __name__ == "__main__":
    main(*sys.argv[1:])
