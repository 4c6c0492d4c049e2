"""Makes inputs, hands them to two children, and sorts what comes of each."""

from __future__ import annotations

import json
import os
import random
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.seeds import seed_files

CHILDREN = 2
# Of the processor; a busy machine may take longer by the clock.
SECONDS = 20.0
CLOCK_SECONDS = 90.0
PEAK_BYTES = 2 << 30
START_SECONDS = 120.0
GOOD = ("ok", "sentence")
KINDS = (*GOOD, "traceback", "crash", "hang", "memory")
_SUFFIXES = (".dcm", ".png", ".tif", ".mp4", ".nii.gz", "")


@dataclass(frozen=True)
class Outcome:
    """What became of one input; `number` makes it again."""

    number: int
    mutation: str
    source: str
    kind: str
    detail: str
    seconds: float = 0.0


@dataclass
class Report:
    """Counts and failures of a run."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.kind not in GOOD]

    def text(self) -> str:
        """A table: mutations down, outcomes across."""
        counts = Counter((one.mutation, one.kind) for one in self.outcomes)
        lines = [f"{'':20}" + "".join(f"{kind:>11}" for kind in KINDS)]
        for name in [*(row[0] for row in MUTATIONS), "all"]:
            numbers = [sum(count for (mutation, kind), count in counts.items()
                           if kind == wanted and name in (mutation, "all")) for wanted in KINDS]
            lines.append(f"{name:20}" + "".join(f"{number:>11}" for number in numbers))
        slowest = max((one.seconds for one in self.outcomes), default=0)
        lines.append(f"{len(self.outcomes)} inputs, slowest {slowest:.1f} s of {SECONDS:.0f} s")
        lines += [f"  input {one.number}: {one.kind}, {one.mutation} of {one.source}: {one.detail}"
                  for one in self.failures[:40]]
        return "\n".join(lines)


class _Child:
    """One worker process; started again after a crash or a hang."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def try_file(self, path: Path) -> dict[str, Any]:
        """The child's record, or what became of the child."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None and process.stdin is not None
        process.stdin.write(f"{path}\n".encode())
        process.stdin.flush()
        record = self._answer(CLOCK_SECONDS)
        if record is None:
            code = self.end()
            return {"kind": "hang", "detail": f"over {CLOCK_SECONDS:.0f} s"} if code is None else {
                "kind": "crash", "detail": signal.Signals(-code).name if code < 0 else f"exit code {code}"}
        if record["seconds"] > SECONDS:
            return {**record, "kind": "hang", "detail": f"{record['seconds']:.0f} s; {record['detail']}"}
        if record["peak_bytes"] > PEAK_BYTES:
            self.end()
            return {**record, "kind": "memory", "detail": f"{record['peak_bytes'] >> 20} MiB; {record['detail']}"}
        return record

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True, cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"})
        if not self._answer(START_SECONDS):
            raise RuntimeError("the fuzz worker does not start")

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        """One record; None where the child says nothing in time, or ended."""
        assert self._process is not None and self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                return None
        line = self._process.stdout.readline()
        record: dict[str, Any] | None = json.loads(line) if line else None
        return record

    def end(self) -> int | None:
        """End it with all it started; its exit code if it had ended by itself."""
        process, self._process = self._process, None
        if process is None:
            return None
        assert process.stdin is not None and process.stdout is not None
        ended = not process.stdout.closed and _closed(process)
        code = process.wait() if ended else None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdout.close()
        try:
            process.stdin.close()
        except BrokenPipeError:
            pass
        return code


def _closed(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(0.5)
    except subprocess.TimeoutExpired:
        return False
    return True


def run(first: int, count: int, *, keep: Path | None = None) -> Report:
    """Try inputs `first` to `first + count - 1`; those that fail are kept in a folder."""
    report, lock = Report(), threading.Lock()
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder, "seeds")
        seeds.mkdir()
        files = [(path.name, path.read_bytes()) for path in seed_files(seeds)]
        inputs = iter(range(first, first + count))

        def work(lane: int) -> None:
            child, scratch = _Child(), Path(folder, str(lane))
            scratch.mkdir()
            try:
                for number in _taken(inputs, lock):
                    outcome = _try(child, scratch, number, files, keep)
                    with lock:
                        report.outcomes.append(outcome)
            finally:
                child.end()

        threads = [threading.Thread(target=work, args=(lane,)) for lane in range(CHILDREN)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    report.outcomes.sort(key=lambda one: one.number)
    if len(report.outcomes) < count:
        raise RuntimeError("a lane of the fuzzer ended early")
    return report


def make_input(number: int, files: list[tuple[str, bytes]]) -> tuple[str, str, str, bytes]:
    """The mutation, the name of the seed, a file name and the bytes of an input."""
    rnd = random.Random(number)
    name, mutate, _ = rnd.choices(MUTATIONS, [row[2] for row in MUTATIONS])[0]
    (source, data), (_, other) = rnd.choice(files), rnd.choice(files)
    suffix = "".join(Path(source).suffixes[-2:]) if rnd.random() < 0.9 else rnd.choice(_SUFFIXES)
    return name, source, f"{number}{suffix}", mutate(rnd, data or b"\0", other or b"\0")


def _taken(inputs: Iterator[int], lock: threading.Lock) -> Iterator[int]:
    while True:
        with lock:
            number = next(inputs, None)
        if number is None:
            return
        yield number


def _try(child: _Child, folder: Path, number: int, files: list[tuple[str, bytes]], keep: Path | None) -> Outcome:
    mutation, source, name, data = make_input(number, files)
    path = folder / name
    path.write_bytes(data)
    record = child.try_file(path)
    path.unlink()
    outcome = Outcome(number, mutation, source, record["kind"], record["detail"], record.get("seconds", SECONDS))
    if keep is not None and outcome.kind not in GOOD:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{outcome.kind}-{name}").write_bytes(data)
        (keep / f"{outcome.kind}-{name}.txt").write_text(f"{outcome}\n{record.get('where', '')}", encoding="utf-8")
    return outcome
