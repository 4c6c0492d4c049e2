"""The table of transfer syntaxes in the docs: each decoder, and what became of the test files that use it.

Usage: transfer_syntaxes.py DATA   (the folder of real data, whose `raw` holds the test files)
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from medsynth_gui.core.errors import InputError
from medsynth_gui.io.dicom.header import read_header
from medsynth_gui.io.dicom.reader import open_dicom
from medsynth_gui.io.dicom.syntaxes import DEFLATED, TABLE, Decoder, TransferSyntax

TARGET = Path(__file__).resolve().parents[1] / "resources" / "help" / "transfer_syntaxes.md"
_INTRO = """# Transfer syntaxes

Which decoder serves which DICOM transfer syntax, and what became of the files of other projects' test suites and of
real scanners that use it: every frame of a file was decoded. Written by `packaging/transfer_syntaxes.py`; a test keeps
it equal to the program. Where several decoders are named, the first that takes the number of bits and samples is used.

| Transfer syntax | UID | Decoder | Files | Result |
|---|---|---|---:|---|
"""
_REFUSED = {"image-too-large": "above the size limit", "dicom-attribute-missing": "without an attribute it needs",
            "dicom-pixels-cut": "cut before the first frame", "dicom-pixels": "damaged"}


def main(arguments: list[str]) -> int:
    """Write the table."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(Path(arguments[0]) / "raw"), encoding="utf-8")
    return 0


def text(raw: Path) -> str:
    """The document for the files below a folder."""
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for syntax, result in _results(raw):
        met[syntax][result] += 1
    return _INTRO + "".join(_row(row, met[row.uid]) for row in TABLE)


def decoder_cell(row: TransferSyntax) -> str:
    """Decoders with the package that brings each."""
    def cell(decoder: Decoder) -> str:
        return decoder.name if decoder.name == decoder.package else f"{decoder.name} ({decoder.package})"

    return ", else ".join(cell(decoder) for decoder in row.decoders) or "none at hand"


def _row(row: TransferSyntax, results: Counter[str]) -> str:
    told = ", ".join(f"{count} {result}" for result, count in sorted(results.items(), key=lambda item: -item[1]))
    return f"| {row.name} | `{row.uid}` | {decoder_cell(row)} | {results.total() or '-'} | {told or '-'} |\n"


def _results(raw: Path) -> Iterator[tuple[str, str]]:
    """(transfer syntax, result) of each DICOM file that should hold an image."""
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        try:
            header = read_header(path)
        except InputError:
            continue
        if header.pixels is None:
            continue
        syntax = header.syntax if header.pixels.data is None else DEFLATED
        try:
            (study,) = open_dicom(path)
            for series in study.series:
                for frame in range(series.frame_count):
                    series.frame(frame)
            yield syntax, "opened"
        except InputError as error:
            yield syntax, _REFUSED.get(error.message.id, error.message.id)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
