"""ScannerMemory: what a person set by hand for the images of a scanner, kept in a small JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.session.adjustments import Adjustments


class ScannerMemory:
    """Adjustments by file, and by scanner (manufacturer, model, software) and image size.

    What was set on a file holds for that file; for others of its scanner and size it is a first guess. A missing,
    damaged or foreign file is an empty memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._scanners, self._files = _read(self.path)
        self._unwritten = False

    def of_file(self, key: str) -> Adjustments | None:
        """What was set on the file with this series key; None where nothing was."""
        record = self._files.get(key)
        return None if record is None else Adjustments.from_record(record)

    def guess(self, series: ImageSeries) -> Adjustments:
        """What was set last on another image of the same scanner and size, as far as it fits this one."""
        record = self._scanners.get(_scanner_key(series))
        return Adjustments() if record is None else Adjustments.from_record(record).for_another(series)

    def remember(self, key: str, adjustments: Adjustments, *, scanner_of: ImageSeries | None = None) -> None:
        """Keep what was set on a file, and for the scanner of `scanner_of` where that is known; see `flush`."""
        self._files[key] = adjustments.record()
        if scanner_of is not None and scanner_of.scanner.known:
            self._scanners[_scanner_key(scanner_of)] = adjustments.record()
        self._unwritten = True

    def flush(self) -> None:
        """Write what has not been written yet.

        Raises:
            StorageError: it cannot be written; it is remembered for this run all the same.
        """
        if not self._unwritten:
            return
        from medsynth_gui.io.atomic import write_json

        self._unwritten = False
        write_json(self.path, {"scanners": self._scanners, "files": self._files})


def _scanner_key(series: ImageSeries) -> str:
    return f"{series.scanner.key} | {series.rows} x {series.columns}" if series.scanner.known else ""


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}, {}
    tables = [stored.get(name) if isinstance(stored, Mapping) else None for name in ("scanners", "files")]
    scanners, files = (dict(table) if isinstance(table, Mapping) else {} for table in tables)
    return scanners, files
