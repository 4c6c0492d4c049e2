"""SessionView: a canvas that follows the session, and hands the left button to the session's tool."""

from __future__ import annotations

from PySide6.QtCore import QObject

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.context import AppContext
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.tools.base import PointerEvent, Preview


class ToolHandler:
    """Left-button gestures to the session's toolbox."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        self._session, self._canvas = context.session, canvas

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.pixel_px = self._canvas.view.scale
        self._session.toolbox.press(PointerEvent(y, x, modifiers))

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.move(PointerEvent(y, x, modifiers))

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.release(PointerEvent(y, x, modifiers))

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.double_click(PointerEvent(y, x, modifiers))


class SessionView(QObject):
    """Keeps one canvas in step with series, frame, window, labels, proposal and tool of the session."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session, self._canvas = context.session, canvas
        self._handler = ToolHandler(context, canvas)
        self._masks, self._hand, self._ahead = True, False, 0
        session = self._session
        for signal, slot in (
                (session.current_changed, self._show_series), (session.frame_changed, self._show_frame),
                (session.window_changed, self._show_window), (session.labels_changed, self._show_labels),
                (session.document_changed, self._repaint), (session.proposal_changed, self._show_proposal),
                (session.tool_changed, self._show_tool), (session.toolbox.preview, self._show_preview)):
            signal.connect(slot)
        canvas.window_changed.connect(self._dragged_window)
        canvas.size_stepped.connect(session.toolbox.resize)
        self._show_series(session.current)
        self._show_tool(session.toolbox.spec.id)

    @property
    def hand(self) -> bool:
        """The left button moves the image."""
        return self._hand

    def use_hand(self, hand: bool) -> None:
        """Let the left button move the image, or give it back to the tool."""
        self._hand = hand
        self._show_tool(self._session.toolbox.spec.id)

    def show_masks(self, shown: bool) -> None:
        """Show or hide all labels and proposals."""
        self._masks = shown
        self._refresh_masks()

    def show_frame(self, frame: int, ahead: int = 0) -> None:
        """Go to a frame; `ahead` says in which direction more will be wanted."""
        self._ahead = ahead
        commands.select_frame(self._session, frame)

    def _show_series(self, opened: OpenSeries | None) -> None:
        if opened is None:
            self._canvas.set_series(None)
            return
        self._canvas.set_series(opened.series, frame=opened.frame)
        self._refresh_masks()

    def _show_frame(self, frame: int) -> None:
        self._canvas.set_frame(frame, ahead=self._ahead)
        self._refresh_masks()

    def _refresh_masks(self) -> None:
        session = self._session
        if session.document is None or not self._masks:
            self._canvas.set_labels(None, ())
            self._canvas.set_proposal(None)
            return
        self._canvas.set_labels(session.document.labels(session.frame), session.label_set)
        self._show_proposal(session.proposal)

    def _show_window(self, window: WindowLevel) -> None:
        if window != self._canvas.window:
            self._canvas.set_window(window)

    def _show_labels(self, labels: LabelSet) -> None:
        self._canvas.set_label_table(labels)

    def _show_proposal(self, proposal: ResultLayer | None) -> None:
        mask = proposal.masks.get(self._session.frame) if proposal and self._masks else None
        self._canvas.set_proposal(mask, self._session.label_set)

    def _repaint(self, region: Region) -> None:
        if self._masks:
            self._canvas.labels_changed(region)

    def _show_tool(self, _: str) -> None:
        toolbox = self._session.toolbox
        self._canvas.set_handler(None if self._hand else self._handler)
        circle = toolbox.spec.cursor == "circle" and not self._hand
        self._canvas.set_cursor_radius(float(toolbox.options["radius"]) if circle else None)

    def _show_preview(self, preview: Preview | None) -> None:
        self._canvas.set_tool_preview(preview.points if preview else (), closed=bool(preview and preview.closed))

    def _dragged_window(self, window: WindowLevel) -> None:
        commands.set_window(self._session, window)
