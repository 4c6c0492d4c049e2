"""`python -m tests.fuzz --seed N --count M`: inputs N to N + M - 1 and their table; exit code 1 where any failed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.runner import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="number of the first input")
    parser.add_argument("--count", type=int, default=1, help="how many inputs")
    parser.add_argument("--keep", type=Path, default=Path("build", "fuzz"), help="folder for inputs that failed")
    options = parser.parse_args()
    report = run(options.seed, options.count, keep=options.keep)
    print(report.text())
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
