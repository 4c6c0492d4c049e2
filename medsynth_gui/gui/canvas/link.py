"""Link: two views that are moved, turned and stepped together."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QPointF

from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.stage import Hover
from medsynth_gui.gui.canvas.view import ViewTransform

Pair = tuple[Canvas, Canvas]


class Link(QObject):
    """Keeps two canvases in step while `on`.

    Positions are parts of the image, so that images of two sizes go together; how a view is turned, its gamma,
    inversion and colours are common.

    Attributes:
        on: views, looks and crosshair go together.
        windows: window/level too.
    """

    def __init__(self, first: Canvas, second: Canvas) -> None:
        super().__init__(second)
        self.on, self.windows = False, False
        self._busy = False
        for pair in ((first, second), (second, first)):
            self._connect(pair)

    def _connect(self, pair: Pair) -> None:
        source = pair[0]
        source.view_changed.connect(lambda _: self._guarded(_match_view, pair))
        source.look_changed.connect(lambda: self._guarded(self._match_look, pair))
        source.hovered.connect(lambda hover: self._point(pair, hover))

    def match(self, pair: Pair) -> None:
        """Bring the second canvas of a pair to where the first one is."""
        self._guarded(_match_view, pair)
        self._guarded(self._match_look, pair)

    def _guarded(self, follow: object, pair: Pair) -> None:
        if not self.on or self._busy or any(canvas.series is None for canvas in pair):
            return
        self._busy = True
        try:
            follow(*pair)
        finally:
            self._busy = False

    def _match_look(self, source: Canvas, target: Canvas) -> None:
        if not (source.looked_at and target.looked_at):
            return
        display = source.display if self.windows else replace(source.display, window=target.window)
        if display != target.display:
            target.set_display(display)

    def _point(self, pair: Pair, hover: Hover | None) -> None:
        source, target = pair
        if not self.on or not source.crosshair or source.series is None or target.series is None:
            return
        at = hover and (hover.y / source.series.rows * target.series.rows,
                        hover.x / source.series.columns * target.series.columns)
        target.show_crosshair(at)


def _match_view(source: Canvas, target: Canvas) -> None:
    assert source.series is not None and target.series is not None
    view = replace(target.view, turns=source.view.turns, mirrored=source.view.mirrored)
    turned = view != target.view
    if source.view.fitted:
        view = view.fit(target.width(), target.height(), target.series.rows, target.series.columns)
    else:
        view = _placed(view, source, target)
    target.set_view(view)
    if turned:
        target.look_changed.emit()


def _placed(view: ViewTransform, source: Canvas, target: Canvas) -> ViewTransform:
    """As large on the screen as the source, with the same part of the image in the middle."""
    y, x = source.view.to_image(QPointF(source.rect().center()))
    rows, columns = target.series.rows, target.series.columns
    view = replace(view, scale=source.view.scale * source.series.columns / columns, fitted=False)
    return view.centered(QPointF(target.rect().center()), y / source.series.rows * rows,
                         x / source.series.columns * columns)
