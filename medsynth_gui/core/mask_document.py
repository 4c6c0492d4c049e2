"""MaskDocument: the single writer of labels, with undo and redo of whole gestures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from medsynth_gui.core.edits import EditStep, Labels, Mask, RegionEdit, difference, pack_mask, unpack_mask
from medsynth_gui.core.geometry import Region
from medsynth_gui.core.label_areas import Counts, LabelAreas
from medsynth_gui.core.label_map import LabelMap
from medsynth_gui.core.raster import mask_box
from medsynth_gui.core.signal import Signal

HISTORY_BYTES = 256 << 20
_TILE = 256


@dataclass(frozen=True)
class DocumentEvent:
    """What a journal needs to do everything again.

    Attributes:
        kind: "begin" (text: name of the step), "paint", "finish", "abandon", "undo" or "redo".
        region, bits, value: of a paint: the box, its packed mask and the value written.
    """

    kind: str
    text: str = ""
    region: Region | None = None
    bits: bytes = b""
    value: int = 0


@dataclass(frozen=True)
class DocumentState:
    """Everything a document holds: labelled frames (zlib) and the history, oldest step first."""

    frames: Mapping[int, bytes]
    undo: tuple[EditStep, ...] = ()
    redo: tuple[EditStep, ...] = ()


class _History:
    """Undo and redo stacks; the oldest undo steps leave when there are too many bytes."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self.undo: list[EditStep] = []
        self.redo: list[EditStep] = []

    def push(self, step: EditStep) -> None:
        self.redo.clear()
        self.undo.append(step)
        total = sum(step.size_bytes for step in self.undo)
        while total > self._limit and len(self.undo) > 1:
            total -= self.undo.pop(0).size_bytes


class MaskDocument:
    """Labels of one series. Lives on one thread; jobs get copies.

    Args:
        frames, rows, columns: the size of the series.
        locked: gives the label values that must not change now.
        history_bytes: how much undo may hold; the latest step always stays.

    Attributes:
        changed: the box whose labels were just written.
        recorded: every event, in order, for a journal.
        revision: grows with every finished step, undo and redo.
    """

    def __init__(self, frames: int, rows: int, columns: int, *,
                 locked: Callable[[], Collection[int]] = frozenset, history_bytes: int = HISTORY_BYTES) -> None:
        self.changed: Signal[Region] = Signal()
        self.recorded: Signal[DocumentEvent] = Signal()
        self.revision = 0
        self._map = LabelMap(frames, rows, columns)
        self._areas = LabelAreas(self._map.read)
        self._locked = locked
        self._history = _History(history_bytes)
        self._name: str | None = None
        self._before: dict[tuple[int, int, int], Labels] = {}

    @property
    def shape(self) -> tuple[int, int, int]:
        """(frames, rows, columns)."""
        return self._map.frames, self._map.rows, self._map.columns

    @property
    def stepping(self) -> bool:
        """A gesture is open."""
        return self._name is not None

    @property
    def undo_name(self) -> str | None:
        """Name of the step that undo would take back."""
        return self._history.undo[-1].name if self._history.undo else None

    @property
    def redo_name(self) -> str | None:
        """Name of the step that redo would do again."""
        return self._history.redo[-1].name if self._history.redo else None

    def labels(self, frame: int) -> Labels:
        """Label values (y, x) of one frame: a read-only live view that later edits show through."""
        return self._map.read(frame)

    def areas(self, frame: int) -> Counts:
        """Pixels of each of the 256 values on a frame, as of the last finished step."""
        return self._areas.of(frame, keep=self._name is None)

    def labelled_frames(self) -> tuple[int, ...]:
        """Frames that have any label, in order."""
        return self._map.labelled_frames()

    def packed(self) -> dict[int, bytes]:
        """The labelled frames, compressed: what `LabelMap.unpack` takes. Equal labels give equal bytes."""
        return self._map.pack()

    def rest(self) -> None:
        """Keep frames compressed only: for documents that nobody looks at now."""
        self._map.rest()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One gesture, one undo step; an error inside takes everything back."""
        self.begin(name)
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    def begin(self, name: str) -> None:
        """Open a step that `commit` or `rollback` ends: for gestures that span several events."""
        if self._name is not None:
            raise RuntimeError(f"the step {self._name!r} is still open")
        self._name = name

    def paint(self, region: Region, mask: Mask, value: int) -> None:
        """Write `value` where `mask` (y, x of the region) is set; locked labels neither lose nor gain a pixel.

        The part outside the image is ignored. Needs an open step.
        """
        if self._name is None:
            raise RuntimeError("painting needs an open step")
        if mask.shape != (region.height, region.width):
            raise ValueError(f"a mask of {mask.shape} does not fill the region {region}")
        locked = self._locked()
        inside = region.clipped(self._map.rows, self._map.columns)
        if inside.empty or value in locked:
            return
        mask = mask[inside.y0 - region.y0:inside.y1 - region.y0, inside.x0 - region.x0:inside.x1 - region.x0]
        box = self._map.write(inside.frame)[inside.slices]
        effective = mask & (box != value)
        for kept in locked:
            effective &= box != kept
        part = mask_box(inside.frame, effective)
        if not part.empty:
            region = Region(inside.frame, inside.y0 + part.y0, inside.x0 + part.x0,
                            inside.y0 + part.y1, inside.x0 + part.x1)
            self._write(region, box[part.slices], effective[part.slices], value)

    def _write(self, region: Region, box: Labels, mask: Mask, value: int) -> None:
        if not self._before:
            self.recorded.emit(DocumentEvent("begin", self._name or ""))
        self._keep(region)
        np.copyto(box, np.uint8(value), where=mask)
        self.recorded.emit(DocumentEvent("paint", region=region, bits=pack_mask(mask), value=value))
        self.changed.emit(region)

    def _keep(self, region: Region) -> None:
        """Copy the tiles of a region that this step has not touched yet."""
        labels = self._map.read(region.frame)
        for y in range(region.y0 // _TILE * _TILE, region.y1, _TILE):
            for x in range(region.x0 // _TILE * _TILE, region.x1, _TILE):
                if (region.frame, y, x) not in self._before:
                    self._before[region.frame, y, x] = labels[y:y + _TILE, x:x + _TILE].copy()

    def commit(self) -> None:
        """End the step. One that changed nothing leaves no trace in the history."""
        name, before = self._end()
        found = []
        for (frame, y, x), old in before.items():
            new = self._map.read(frame)[y:y + _TILE, x:x + _TILE]
            if edit := difference(frame, y, x, old, new):
                found.append(edit[0])
                self._areas.replaced(frame, old, new)
        if not before:
            return
        if not found:
            self.recorded.emit(DocumentEvent("abandon"))
            return
        self._history.push(EditStep(name, tuple(found)))
        self.revision += 1
        self.recorded.emit(DocumentEvent("finish"))

    def rollback(self) -> None:
        """End the step and take back what it wrote."""
        _, before = self._end()
        if not before:
            return
        for (frame, y, x), old in before.items():
            self._map.write(frame)[y:y + _TILE, x:x + _TILE] = old
        self.recorded.emit(DocumentEvent("abandon"))
        self._tell(Region(frame, y, x, y + old.shape[0], x + old.shape[1]) for (frame, y, x), old in before.items())

    def _end(self) -> tuple[str, dict[tuple[int, int, int], Labels]]:
        if self._name is None:
            raise RuntimeError("no step is open")
        name, before = self._name, self._before
        self._name, self._before = None, {}
        return name, before

    def replay(self, event: DocumentEvent) -> None:
        """Do a recorded event again, whatever is locked now.

        Raises:
            ValueError, IndexError, RuntimeError: the event does not fit this document.
        """
        if event.region is None:
            {"begin": lambda: self.begin(event.text), "finish": self.commit, "abandon": self.rollback,
             "undo": self.undo, "redo": self.redo}[event.kind]()
            return
        region = event.region
        if region.empty or region != region.clipped(self._map.rows, self._map.columns) or self._name is None:
            raise ValueError("a recorded paint does not fit the document")
        self._write(region, self._map.write(region.frame)[region.slices], unpack_mask(event.bits, region), event.value)

    def undo(self) -> str | None:
        """Take the last step back. Returns its name; None if there is none or a gesture is open."""
        return self._shift("undo", self._history.undo, self._history.redo)

    def redo(self) -> str | None:
        """Do the last undone step again. Returns its name; None if there is none or a gesture is open."""
        return self._shift("redo", self._history.redo, self._history.undo)

    def _shift(self, kind: str, source: list[EditStep], target: list[EditStep]) -> str | None:
        if self._name is not None or not source:
            return None
        step = source.pop()
        inverse = tuple(self._apply(edit) for edit in reversed(step.edits))
        target.append(EditStep(step.name, inverse))
        self.revision += 1
        self.recorded.emit(DocumentEvent(kind))
        self._tell(edit.region for edit in step.edits)
        return step.name

    def _apply(self, edit: RegionEdit) -> RegionEdit:
        frame = self._map.write(edit.region.frame)
        with self._areas.following(edit.region.frame, frame[edit.region.slices]):
            return edit.apply(frame)

    def _tell(self, regions: Iterable[Region]) -> None:
        for box in _boxes(regions):
            self.changed.emit(box)

    def state(self) -> DocumentState:
        """All that is needed to bring this document back; not while a gesture is open."""
        if self._name is not None:
            raise RuntimeError(f"the step {self._name!r} is still open")
        return DocumentState(self._map.pack(), tuple(self._history.undo), tuple(self._history.redo))

    def restore(self, state: DocumentState) -> None:
        """Replace labels and history; tells of every frame that may differ.

        Raises:
            ValueError: a frame is damaged or does not belong to a series of this size.
        """
        touched = {*self._map.labelled_frames(), *state.frames}
        self._map.unpack(state.frames)
        self._areas.forget()
        self._history.undo[:], self._history.redo[:] = state.undo, state.redo
        self.revision += 1
        self._tell(Region(frame, 0, 0, self._map.rows, self._map.columns) for frame in sorted(touched))


def _boxes(regions: Iterable[Region]) -> list[Region]:
    """One box around the regions of each frame."""
    boxes: dict[int, Region] = {}
    for region in regions:
        known = boxes.get(region.frame)
        boxes[region.frame] = known.union(region) if known else region
    return list(boxes.values())
