"""The timeline of a cine: the playhead, marked frames, and a small picture of the frame under the pointer."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from medsynth_gui.core.cine import Mark, neighbour
from medsynth_gui.core.image import ImageSeries
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.cine_preview import CinePictures, CinePreview
from medsynth_gui.gui.panels.timeline_curve import HEIGHT as CURVE_HEIGHT
from medsynth_gui.gui.panels.timeline_curve import Curve
from medsynth_gui.gui.translation import number

_MARGIN, _GROOVE, _RADIUS, _HEIGHT = 8, 4, 7, 34
_MARKS_Y, _GROOVE_Y, _LABELS_Y = 6.0, 18.0, 29.0


class Timeline(QSlider):
    """A slider over frames. Above the groove stand keyframes (diamonds) and events (flags), below it the frames
    that have labels, and where a proposal for several frames waits how sure it is of each.

    Signals:
        menu_asked(int, QPoint): a right click on a frame, and where on the screen.
    """

    menu_asked = Signal(int, QPoint)

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setObjectName("cine-slider")
        self.setAccessibleName(self.tr("Frame"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = context.theme
        self._series: ImageSeries | None = None
        self._marks: tuple[Mark, ...] = ()
        self._labelled: tuple[tuple[int, int], ...] = ()
        self._curve = Curve()
        self._hover: int | None = None
        self._preview: CinePreview | None = None
        self.pictures = CinePictures(context.queue, self)
        self.pictures.made.connect(self._picture_made)
        context.theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, self._tall)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._tall)

    @property
    def _tall(self) -> int:
        return _HEIGHT + (0 if self._curve.empty else round(CURVE_HEIGHT))

    def set_series(self, series: ImageSeries | None) -> None:
        """Another series; marks come separately."""
        self._series = series
        self.pictures.set_series(series)
        self._leave()
        self.blockSignals(True)
        self.setRange(0, max(0, series.frame_count - 1) if series else 0)
        self.blockSignals(False)
        self.update()

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Keyframes and events."""
        self._marks = marks
        self.update()

    def set_labelled(self, frames: Iterable[int]) -> None:
        """The frames that have labels."""
        self._labelled = runs(frames)
        self.update()

    def set_curve(self, layer: ResultLayer | None) -> None:
        """How sure a proposal is of each frame, and where it drifted; None for no proposal."""
        self._curve = Curve.of(layer)
        # The style sheet gives sliders a least height, which outweighs what the hint asks for.
        self.setFixedHeight(self._tall)
        self.update()

    def neighbour(self, frame: int, direction: int) -> int | None:
        """The next frame (+1), or the one before (-1), that is marked or where a run of labelled frames begins."""
        return neighbour([*(mark.frame for mark in self._marks), *(first for first, _ in self._labelled)],
                         frame, direction)

    def x_of(self, frame: int) -> float:
        """Where a frame stands on the widget."""
        return _MARGIN + frame / max(1, self.maximum()) * (self.width() - 2 * _MARGIN)

    def frame_at(self, x: float) -> int:
        """The frame that stands nearest."""
        part = (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)
        return min(max(round(part * self.maximum()), 0), self.maximum())

    # --- Qt

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame = self.frame_at(event.position().x())
        if self.isSliderDown():
            self.setValue(frame)
        self._show_preview(frame)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        if not self.rect().contains(event.position().toPoint()):
            self._leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(self.frame_at(event.x()), event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        if not self.isSliderDown():
            self._leave()

    def hideEvent(self, event: QEvent) -> None:
        self._leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        left, right, here = float(_MARGIN), float(self.width() - _MARGIN), self.x_of(self.value())
        if not self._curve.empty:
            self._curve.paint(painter, self._theme, QRectF(left, _HEIGHT, right - left, CURVE_HEIGHT - 2), self.x_of,
                              here)
        for x, token in ((right, "line"), (here, "accent")):
            painter.setBrush(self._theme.color(token))
            painter.drawRoundedRect(QRectF(left, _GROOVE_Y - _GROOVE / 2, x - left, _GROOVE), 2, 2)
        painter.setBrush(self._theme.color("good"))
        half = max(1.5, min(4.0, (right - left) / max(1, self.maximum()) / 2 - 0.5))
        for first, last in self._labelled:
            painter.drawRoundedRect(QRectF(QPointF(self.x_of(first) - half, _LABELS_Y - 1.5),
                                           QPointF(self.x_of(last) + half, _LABELS_Y + 1.5)), 1, 1)
        if self._hover is not None:
            painter.setBrush(self._theme.color("muted"))
            painter.drawRect(QRectF(self.x_of(self._hover) - 0.5, _GROOVE_Y - 6, 1, 12))
        painter.setBrush(self._theme.color("text"))
        painter.drawEllipse(QPointF(here, _GROOVE_Y), _RADIUS, _RADIUS)
        for mark in self._marks:
            painter.setBrush(self._theme.color("caution" if mark.event else "accent"))
            painter.drawPolygon(_flag(self.x_of(mark.frame)) if mark.event else _diamond(self.x_of(mark.frame)))

    def _show_preview(self, frame: int) -> None:
        if self._series is None or not self.isVisible():
            return
        if self._preview is None:
            self._preview = CinePreview(self.window())
        self._hover = frame
        place = self.mapTo(self.window(), QPoint(round(self.x_of(frame)), 0))
        self._preview.show_at(place, self.pictures.find(frame), self._words(frame))
        self.update()

    def _words(self, frame: int) -> str:
        words = [self.tr("Frame {0}").format(frame + 1)]
        if self._series is not None and self._series.frame_rate_hz:
            words.append(self.tr("{0} s").format(number(frame / self._series.frame_rate_hz, 2)))
        names = [mark.name or self.tr("keyframe") for mark in self._marks if mark.frame == frame]
        if any(first <= frame <= last for first, last in self._labelled):
            names.append(self.tr("labelled"))
        if frame in self._curve.confidence:
            names.append(self.tr("confidence {0}").format(number(self._curve.confidence[frame], 2)))
        if frame in self._curve.drifted:
            names.append(self.tr("drifted"))
        return "\n".join(filter(None, (" · ".join(words), ", ".join(names))))

    def _picture_made(self, _: int) -> None:
        if self._hover is not None:
            self._show_preview(self._hover)

    def _leave(self) -> None:
        self._hover = None
        if self._preview is not None:
            self._preview.hide()
        self.update()


def runs(frames: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Neighbouring frames as (first, last)."""
    made: list[tuple[int, int]] = []
    for frame in sorted(set(frames)):
        if made and made[-1][1] == frame - 1:
            made[-1] = (made[-1][0], frame)
        else:
            made.append((frame, frame))
    return tuple(made)


def _diamond(x: float) -> QPolygonF:
    y, r = _MARKS_Y - 1, 4.5
    return QPolygonF([QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)])


def _flag(x: float) -> QPolygonF:
    top = _MARKS_Y - 6
    return QPolygonF([QPointF(x - 0.75, top), QPointF(x + 9, top + 3.5), QPointF(x + 0.75, top + 7),
                      QPointF(x + 0.75, _GROOVE_Y - 4), QPointF(x - 0.75, _GROOVE_Y - 4)])
