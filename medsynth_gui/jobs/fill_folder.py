"""FillFolder: what a fill keeps on the disk: a folder of synthesis whose lines also say row and attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import InputError
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.provenance import Provenance
from medsynth_gui.dataset.plan import Stratum
from medsynth_gui.io.atomic import write_json, write_text
from medsynth_gui.jobs.fill_report import FillReport
from medsynth_gui.jobs.gates import GateResult
from medsynth_gui.jobs.synthesis_folder import MANIFEST, REJECTED, SynthesisFolder, read_request
from medsynth_gui.jobs.synthesis_summary import DATASHEET, datasheet, write_contact_sheet
from medsynth_gui.jobs.synthesize import SyntheticImage

__all__ = ["MANIFEST", "READABLE", "REJECTED", "REPORT", "FillFolder", "read_request"]

REPORT, READABLE = "report.json", "report.md"


class FillFolder(SynthesisFolder):
    """Goes on where it was: `records` says what there is.

    Attributes:
        first_attempts: by row; what was there when the fill was begun.

    Raises:
        UsageError: the folder was begun with another request, or holds other files.
        InputError: it is damaged.
    """

    def __init__(self, root: Path, request: Mapping[str, Any], generator: Mapping[str, Any],
                 first_attempts: Mapping[str, int]) -> None:
        known = read_request(root) or {}
        self.first_attempts: dict[str, int] = dict(known.get("first_attempts") or first_attempts)
        self._request = {**request, "first_attempts": self.first_attempts}
        super().__init__(root, self._request, generator)
        self._generator = generator

    def records(self) -> list[tuple[str, int, str]]:
        """(row, attempt, gate that rejected it or "") of every image, by row and attempt.

        Raises:
            InputError: a line says nothing of these.
        """
        try:
            return sorted((str(one["stratum"]), int(one["attempt"]), str(one["rejected_by"]))
                          for place in ("", REJECTED) for one in self.manifest(place))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError("synthesis-damaged", path=self.root, detail=error) from error

    def keep(self, made: SyntheticImage, verdicts: Sequence[GateResult], labels: LabelSet, name: str, *,
             stratum: Stratum, attempt: int, rejected_by: str, sample: str = "") -> None:
        """Write an image and its line; only the line of one that is a sample of a project already."""
        self.add(made, verdicts, labels, rejected=bool(rejected_by), name=name, elsewhere=sample, further={
            "stratum": stratum.key, "attempt": attempt, "rejected_by": rejected_by, "view": stratum.view,
            "scanner": stratum.scanner})

    def finish(self, report: FillReport, *, whole: bool) -> None:
        """Write the report; `whole` where accepted images lie here, so that the folder is a training set."""
        if whole:
            self.write_tables()
            asked = {name: value for name, value in self._request.items() if name not in ("plan", "first_attempts")}
            write_text(self.root / DATASHEET, datasheet(self._generator, asked, self.manifest(), self.rejected_by(),
                                                        self.counts[REJECTED],
                                                        [warning.english() for warning in report.warnings]))
            write_contact_sheet(self.root, self.manifest(), Provenance(
                True, report.model, str(self._generator["sha256"]), report.seed), f"{report.model}, seed {report.seed}")
        write_text(self.root / READABLE, report.text(self.manifest(REJECTED)))
        write_json(self.root / REPORT, report.record())
