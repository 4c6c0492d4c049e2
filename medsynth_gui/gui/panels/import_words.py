"""What a data set was understood to be, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from medsynth_gui.gui.translation import number
from medsynth_gui.jobs.import_masks import Recognised

translate = QCoreApplication.translate


def understood(found: Recognised) -> list[str]:
    """Sentences: how many images have masks, in which formats and classes, of which sizes."""
    plan, seen = found.plan, found.survey
    masked, every = len(plan.labelled), len(plan.images)
    have = (translate("import", "All {every} images have a mask.") if masked == every else
            translate("import", "{masked} of {every} images have a mask."))
    lines = [have.format(masked=number(masked), every=number(every)),
             translate("import", "From {formats}.").format(formats=_counted(plan.formats))]
    classes = {name: count for name, count in plan.classes.items() if name}
    if classes:
        lines.append(translate("import", "Classes: {classes}.").format(classes=_counted(classes)))
    if seen.frames > seen.images:
        lines.append(translate("import", "{n} frames have a mask.").format(n=number(seen.frames)))
    if seen.empty:
        empty = translate("import", "{n} masks are empty: nothing is there to be labelled.")
        lines.append(empty.format(n=number(seen.empty)))
    if seen.outlines:
        lines.append(translate("import", "{n} outlines were filled.").format(n=number(seen.outlines)))
    if seen.sizes:
        lines.append(_sizes(seen.sizes))
    return lines


def _sizes(sizes: dict[tuple[int, int], int]) -> str:
    shapes = sorted(sizes, key=lambda size: size[0] * size[1])
    small, large = (f"{columns} × {rows}" for rows, columns in (shapes[0], shapes[-1]))
    if len(shapes) == 1:
        return translate("import", "All of {size} pixels.").format(size=small)
    several = translate("import", "{n} sizes, from {small} to {large} pixels.")
    return several.format(n=len(shapes), small=small, large=large)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({number(count)})" for name, count in counts.items())
