"""The curve below a timeline: how sure a proposal is of each frame, how much it changes, and where it drifted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.gui.theme import Theme

HEIGHT = 24.0
_ROOM = 3.0


@dataclass(frozen=True)
class Curve:
    """Confidence (0..1) by frame, agreement with the frame before (0..1), and the frames that drifted."""

    confidence: Mapping[int, float] = field(default_factory=dict)
    consistency: Mapping[int, float] = field(default_factory=dict)
    drifted: frozenset[int] = frozenset()

    @classmethod
    def of(cls, layer: ResultLayer | None) -> Curve:
        """Of a proposal for several frames; empty for none and for one."""
        if layer is None or len(layer.confidence) < 2:
            return cls()
        return cls(layer.confidence, layer.consistency, frozenset(layer.drifted))

    @property
    def empty(self) -> bool:
        return not self.confidence

    def paint(self, painter: QPainter, theme: Theme, box: QRectF, x_of: Callable[[int], float], here: float) -> None:
        """Paint into a box; `x_of` says where a frame stands, `here` where the playhead is."""
        half = max(1.5, (x_of(1) - x_of(0)) / 2)
        tint = QColor(theme.color("caution"))
        tint.setAlpha(70)
        for frame in self.drifted:
            painter.fillRect(QRectF(x_of(frame) - half, box.top(), 2 * half, box.height()), tint)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(QLineF(box.bottomLeft(), box.bottomRight()))
        painter.drawLine(QLineF(here, box.top(), here, box.bottom()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for values, pen in ((self.consistency, QPen(theme.color("muted"), 1, Qt.PenStyle.DotLine)),
                            (self.confidence, QPen(theme.color("accent"), 1.6))):
            painter.setPen(pen)
            for run in _runs(values):
                painter.drawPolyline(QPolygonF([QPointF(x_of(frame), _height(values[frame], box)) for frame in run]))
        painter.setPen(QPen(theme.color("caution"), 2.4))
        for frame in sorted(self.drifted & self.confidence.keys()):
            y = _height(self.confidence[frame], box)
            painter.drawLine(QLineF(x_of(frame) - half, y, x_of(frame) + half, y))
        painter.setPen(Qt.PenStyle.NoPen)


def _height(value: float, box: QRectF) -> float:
    return box.bottom() - _ROOM - min(max(value, 0.0), 1.0) * (box.height() - 2 * _ROOM)


def _runs(frames: Iterable[int]) -> list[list[int]]:
    """Frames that follow each other."""
    ordered = sorted(frames)
    made = [[frame] for frame in ordered[:1]]
    for before, frame in pairwise(ordered):
        if frame == before + 1:
            made[-1].append(frame)
        else:
            made.append([frame])
    return made
