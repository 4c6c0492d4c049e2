"""Lines per file, class and function; exit 1 where one is over its limit. `--all` lists the longest of each."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("medsynth_gui", "packaging", "tests")
LIMITS = {"file": 330, "class": 200, "function": 50}

Entry = tuple[str, int, str]


def measure(path: Path) -> Iterator[Entry]:
    """(kind, lines, where) of a module and of everything in it; docstrings make no class or function longer."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    yield "file", len(text.splitlines()), name
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        yield kind, _code_lines(node), f"{name}:{node.lineno} {node.name}"


def _code_lines(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = [inner.body[0] for inner in ast.walk(node)
                  if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                  and ast.get_docstring(inner) is not None]
    return _lines(node) - sum(map(_lines, documented))


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def main(arguments: list[str]) -> int:
    """Print the report; the exit code says whether every limit is kept."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    entries = [entry for path in paths for entry in measure(path)]
    if "--all" in arguments:
        for kind in LIMITS:
            longest = sorted((entry for entry in entries if entry[0] == kind), key=lambda entry: -entry[1])
            for _, lines, where in longest[:12]:
                print(f"{kind:9}{lines:5}  {where}")
        print(f"{len(paths)} files, {sum(lines for kind, lines, _ in entries if kind == 'file')} lines")
    over = [entry for entry in entries if entry[1] > LIMITS[entry[0]]]
    for kind, lines, where in over:
        print(f"over the limit: {kind} of {lines} lines (at most {LIMITS[kind]}): {where}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
