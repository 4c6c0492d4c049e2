"""Images and masks: PNG pairs with index.csv, which training reads as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from medsynth_gui.dataset.export.base import Checkpoint, ExportPlan, ExportReport, ExportSource, plan_export
from medsynth_gui.dataset.export.writing import Written, write_export
from medsynth_gui.io.atomic import write_text

_COLUMNS = ("id", "group", "split", "class", "synthetic", "pixel_size_mm", "width", "height")


class ImagesMasks:
    """`images/NAME.png`, `masks/NAME.png` (label values, palette) and a row of index.csv each."""

    name = "images-masks"
    title = "Images and masks (PNG, index.csv)"

    def plan(self, source: ExportSource, target: Path) -> ExportPlan:
        """Names, conflicts and size; writes nothing."""
        return plan_export(self.name, source, target)

    def write(self, plan: ExportPlan, ctx: Checkpoint) -> ExportReport:
        """Write the plan; see `write_export`."""
        return write_export(plan, ctx, _write_index)


def _write_index(folder: Path, written: Iterable[Written]) -> None:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in written:
        sample, item = one.item.sample, one.item
        # One number stands for both sides: where they differ, the manifest has them and the table has none.
        square = sample.spacing is not None and sample.spacing.y_mm == sample.spacing.x_mm
        writer.writerow([item.name, item.group, item.part, sample.class_name, int(sample.synthetic),
                         sample.spacing.y_mm if sample.spacing and square else "", sample.columns, sample.rows])
    write_text(folder / "index.csv", table.getvalue())
