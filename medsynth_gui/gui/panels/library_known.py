"""Which opened stills are samples of the project already: they are one tile, not two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.item_models.library_entries import LibraryEntry
from medsynth_gui.gui.panels.library_sources import series_entry
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.jobs.add_frames import find_samples
from medsynth_gui.session.opened import OpenSeries


class KnownSamples(QObject):
    """Lists samples and opened series; stills of equal names are compared in the IO lane, each once.

    Signals:
        changed: more stills are known to be samples.
    """

    changed = Signal()

    def __init__(self, context: AppContext, changed: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.changed.connect(changed)
        self._context = context
        self._samples: tuple[Sample, ...] = ()
        self._found: dict[str, str] = {}
        self._asked: set[str] = set()

    def set_samples(self, samples: Sequence[Sample]) -> None:
        """The project has these now; what was told apart before is asked anew."""
        self._samples, self._asked = tuple(samples), set()
        self._found = {}

    def entries(self, opened: Iterable[OpenSeries], listed: Iterable[LibraryEntry]) -> list[LibraryEntry]:
        """Opened series, then what is listed of the project; a still that is a sample stands there once, opened."""
        listed = list(listed)
        rows, by_id, joined = [], {entry.sample_id: entry for entry in listed if entry.sample_id}, set()
        stills = [one for one in opened if not one.is_sample]
        for one in stills:
            entry = by_id.get(self._found.get(one.key, ""))
            if entry is None or entry.sample_id in joined:
                rows.append(series_entry(one))
            else:
                joined.add(entry.sample_id)
                rows.append(replace(entry, key=one.key, title=one.title, opened=one))
        self._ask(stills)
        return [*rows, *(entry for entry in listed if entry.sample_id not in joined)]

    def _ask(self, opened: Iterable[OpenSeries]) -> None:
        titles = {sample.title for sample in self._samples}
        open_ = [one for one in opened if one.key not in self._asked and one.title in titles
                 and (not one.is_read or one.series.frame_count == 1)]
        self._asked |= {one.key for one in open_}
        if open_:
            images = tuple((one.key, one.series if one.is_read else one.source) for one in open_)
            self._context.queue.submit(Reading(partial(find_samples, self._samples, images)), self._keep, quiet=True)

    def _keep(self, found: dict[str, str]) -> None:
        self._found |= found
        if found:
            self.changed.emit()
