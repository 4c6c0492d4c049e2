"""The child: opens one file after the other within a bound of memory and says how it went."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

ADDRESS_BYTES = 6 << 30
_MOST_LETTERS = 900


def main() -> None:
    """Read paths from standard input, write a record for each to what was standard output."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nothing:
        # Codecs write to both; only our records may reach the parent.
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    _bound_memory()
    from medsynth_gui.io.readers import open_file

    _say(answers, {"ready": True})
    for line in sys.stdin:
        start, before = time.process_time(), _peak_bytes()
        record = _outcome(Path(line.rstrip("\n")), open_file)
        gc.collect()
        peak = _peak_bytes()
        _say(answers, {**record, "seconds": time.process_time() - start, "peak_bytes": peak if peak > before else 0})


def _outcome(path: Path, open_file: Any) -> dict[str, str]:
    from medsynth_gui.core.errors import MedSynthError

    try:
        for study in open_file(path):
            for series in study.series[:3]:
                _look(series)
    except MedSynthError as error:
        return _judged(error.message.english(), error.message.id)
    except BaseException as error:
        return {"kind": "traceback", "detail": f"{type(error).__name__}: {error}"[:_MOST_LETTERS],
                "where": "".join(traceback.format_exception(error)[-8:])[-3000:]}
    return {"kind": "ok", "detail": ""}


def _look(series: Any) -> None:
    from medsynth_gui.core.errors import MedSynthError

    [problem.english() for problem in series.problems]
    failed: MedSynthError | None = None
    for number in dict.fromkeys((0, series.frame_count - 1)):
        try:
            frame = series.frame(number)
            assert frame.shape[:2] == (series.rows, series.columns), (frame.shape, series.rows, series.columns)
            assert not frame.flags.writeable
            series.gray(number)
        except MedSynthError as error:
            failed = error
    if failed is not None:
        raise failed


def _judged(sentence: str, identity: str) -> dict[str, str]:
    """What is no sentence for a person counts as a traceback."""
    poor = (identity == "unexpected" or re.search(r"<\w*>|Traceback", sentence) is not None
            or len(sentence) > _MOST_LETTERS)
    return {"kind": "traceback" if poor else "sentence", "detail": identity if not poor else sentence}


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _peak_bytes() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def _say(answers: TextIO, record: dict[str, Any]) -> None:
    answers.write(json.dumps(record) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
