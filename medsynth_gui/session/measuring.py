"""Measuring: the measurements of the series that is shown, which one is selected, and their own undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.measurement import (
    Measurement,
    Reading,
    RegionHistogram,
    Statistics,
    read_measurement,
    renamed,
)
from medsynth_gui.core.raster import Stamp
from medsynth_gui.core.signal import Signal

_STEPS = 200
Items = tuple[Measurement, ...]


@dataclass(frozen=True)
class GrayRequest:
    """A histogram whose pixels are to be counted; `stamp` holds the labelled ones, None takes its box."""

    measurement: RegionHistogram
    stamp: Stamp | None = None


class Measuring:
    """Every change is stored at once and is one step of undo.

    Args:
        store: keeps the measurements of the series shown (in its note, say).

    Attributes:
        series: what is measured; None where nothing is open.
        items: in the order in which they were made.
        selected: id of the selected one, or "".
        draft: what the gesture in hand shows, in place of the item of the same id.
        changed: items, selection or draft.
        wanted: pixels are to be counted; `fill` takes the result.
    """

    def __init__(self, store: Callable[[Items], None] = lambda items: None) -> None:
        self.changed: Signal[None] = Signal()
        self.wanted: Signal[GrayRequest] = Signal()
        self.series: ImageSeries | None = None
        self.items: Items = ()
        self.selected = ""
        self.draft: Measurement | None = None
        self._store = store
        self._done: list[Items] = []
        self._undone: list[Items] = []

    @property
    def aspect(self) -> float:
        """Height of a pixel over its width."""
        return self.series.aspect if self.series else 1.0

    @property
    def chosen(self) -> Measurement | None:
        """The selected measurement."""
        return self.find(self.selected)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def show(self, series: ImageSeries | None, items: Items = ()) -> None:
        """Another series is shown; its history starts here."""
        self.series, self.items, self.selected, self.draft = series, items, "", None
        self._done, self._undone = [], []
        self.changed.emit(None)

    def find(self, identity: str) -> Measurement | None:
        """The measurement with this id."""
        return next((item for item in self.items if item.id == identity), None)

    def shown(self, frame: int) -> Items:
        """What is drawn on a frame, with the draft in its place."""
        kept = tuple(item for item in self.items if item.on(frame) and not (self.draft and item.id == self.draft.id))
        return (*kept, self.draft) if self.draft and self.draft.on(frame) else kept

    def read(self, measurement: Measurement) -> Reading:
        """Its figures on this series."""
        return read_measurement(measurement, self.series) if self.series else Reading(())

    def put(self, measurement: Measurement, stamp: Stamp | None = None) -> Reading:
        """Add a measurement, or replace the one of its id, and select it.

        Returns:
            What it reads; a refused one is not kept.
        """
        reading = self.read(measurement)
        self.draft = None
        if reading.refused:
            self.changed.emit(None)
            return reading
        known = self.find(measurement.id)
        self.selected = measurement.id
        self._replace(tuple(measurement if item is known else item for item in self.items) if known
                      else (*self.items, measurement))
        if isinstance(measurement, RegionHistogram) and measurement.statistics is None:
            self.wanted.emit(GrayRequest(measurement, stamp))
        return reading

    def fill(self, identity: str, statistics: Statistics) -> None:
        """The pixels of a histogram were counted: this is no step of its own."""
        def filled(items: Items) -> Items:
            return tuple(counted if item == asked else item for item in items)

        asked = self.find(identity)
        if isinstance(asked, RegionHistogram):
            counted = replace(asked, statistics=statistics)
            self._done, self._undone = [filled(s) for s in self._done], [filled(s) for s in self._undone]
            self.items = filled(self.items)
            self._keep()

    def remove(self, identity: str) -> bool:
        """Delete a measurement. False if there is none."""
        if self.find(identity) is None:
            return False
        self.selected = ""
        self._replace(tuple(item for item in self.items if item.id != identity))
        return True

    def rename(self, identity: str, name: str) -> None:
        """Call a measurement something; an empty name stands for its kind."""
        known = self.find(identity)
        if known and known.name != name.strip():
            self._replace(tuple(renamed(item, name) if item is known else item for item in self.items))

    def select(self, identity: str) -> None:
        """Select a measurement, or none ("")."""
        if identity != self.selected:
            self.selected = identity
            self.changed.emit(None)

    def look_at(self, frame: int) -> None:
        """Another frame is shown: what is not on it is not selected any more."""
        if self.chosen and not self.chosen.on(frame):
            self.select("")

    def show_draft(self, measurement: Measurement | None) -> None:
        """Show what the gesture in hand would make."""
        if measurement is not self.draft:
            self.draft = measurement
            self.changed.emit(None)

    def undo(self) -> bool:
        """Take the last change back. False if there is none."""
        return self._shift(self._done, self._undone)

    def redo(self) -> bool:
        """Do the last undone change again. False if there is none."""
        return self._shift(self._undone, self._done)

    def _shift(self, source: list[Items], target: list[Items]) -> bool:
        if not source:
            return False
        target.append(self.items)
        self.items = source.pop()
        self.selected = self.selected if self.find(self.selected) else ""
        self._keep()
        return True

    def _replace(self, items: Items) -> None:
        self._done = [*self._done[1 - _STEPS:], self.items]
        self._undone = []
        self.items = items
        self._keep()

    def _keep(self) -> None:
        self._store(self.items)
        self.changed.emit(None)
