"""The table of export formats."""

from __future__ import annotations

from medsynth_gui.core.errors import UsageError
from medsynth_gui.dataset.export.base import Exporter
from medsynth_gui.dataset.export.coco import Coco
from medsynth_gui.dataset.export.images_masks import ImagesMasks

EXPORTERS: dict[str, Exporter] = {exporter.name: exporter for exporter in (ImagesMasks(), Coco())}


def find_exporter(name: str) -> Exporter:
    """The exporter of this name; `_` may stand for `-`.

    Raises:
        UsageError: there is none.
    """
    found = EXPORTERS.get(name.replace("_", "-"))
    if found is None:
        raise UsageError("export-format-unknown", format=name, known=", ".join(EXPORTERS))
    return found
