"""SessionView: a canvas that follows the session, and hands the left button to the session's tool."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from medsynth_gui.core.geometry import Region
from medsynth_gui.core.labels import Label, LabelSet
from medsynth_gui.core.layers import ResultLayer
from medsynth_gui.core.windowing import WindowLevel
from medsynth_gui.gui.canvas.canvas import Canvas
from medsynth_gui.gui.canvas.looks import Looks
from medsynth_gui.gui.context import AppContext
from medsynth_gui.session import commands
from medsynth_gui.session.correct_commands import proposal_without
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.tools.base import PointerEvent, Preview

OVERLAYS = ("both", "predicted", "gold", "difference")


class ToolHandler:
    """Left-button gestures to the session's toolbox."""

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        self._session, self._canvas = context.session, canvas

    def press(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.pixel_px = self._canvas.view.scale
        self._session.toolbox.press(self._event(y, x, modifiers))

    def move(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.move(self._event(y, x, modifiers))

    def release(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.release(self._event(y, x, modifiers))

    def double_click(self, y: float, x: float, modifiers: frozenset[str]) -> None:
        self._session.toolbox.double_click(self._event(y, x, modifiers))

    def _event(self, y: float, x: float, modifiers: frozenset[str]) -> PointerEvent:
        return PointerEvent(y, x, modifiers, self._canvas.gestures.pressure)


class SessionView(QObject):
    """Keeps one canvas in step with series, frame, window, labels, proposal and tool of the session.

    Attributes:
        canvas: the canvas.

    Signals:
        overlay_changed(str): which masks are shown, one of `OVERLAYS`.
    """

    overlay_changed = Signal(str)

    def __init__(self, context: AppContext, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session, self.canvas, self._theme = context.session, canvas, context.theme
        self._handler = ToolHandler(context, canvas)
        self._masks, self._hand, self._ahead = True, False, 0
        self._overlay = OVERLAYS[0]
        self._looks = Looks(canvas)
        self._corrects = False
        session = self._session
        for signal, slot in (
                (session.current_changed, self._show_series), (session.frame_changed, self._show_frame),
                (session.window_changed, self._show_window), (session.labels_changed, self._show_labels),
                (session.document_changed, self._repaint), (session.proposal_changed, self._show_proposal),
                (session.correcting.changed, self._show_correcting),
                (session.tool_changed, self._show_tool), (session.toolbox.preview, self._show_preview)):
            signal.connect(slot)
        canvas.window_changed.connect(self._dragged_window)
        canvas.size_stepped.connect(session.toolbox.resize)
        self._show_series(session.current)
        self._show_tool(session.toolbox.spec.id)

    @property
    def overlay(self) -> str:
        """Which masks are shown where there is a proposal, one of `OVERLAYS`."""
        return self._overlay

    def set_overlay(self, overlay: str) -> None:
        """Show mask and proposal ("both"), one of them (the mask is the "gold"), or where they differ."""
        if overlay != self._overlay:
            self._overlay = overlay
            self._refresh_masks()
            self.overlay_changed.emit(overlay)

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
        self._looks.leave()
        if opened is None:
            self.canvas.set_series(None)
            return
        self.canvas.set_series(opened.series, frame=opened.frame)
        self._looks.enter(opened.key)
        self._refresh_masks()

    def _show_frame(self, frame: int) -> None:
        self.canvas.set_frame(frame, ahead=self._ahead)
        self._refresh_masks()

    def _refresh_masks(self) -> None:
        """Show mask and proposal of the frame as the overlay says; without a proposal, the mask."""
        canvas, session = self.canvas, self._session
        if session.document is None or not self._masks:
            canvas.set_labels(None, ())
            canvas.set_proposal(None)
            canvas.set_difference(None, None)
            return
        gold = session.document.labels(session.frame)
        predicted = proposal_without(session.proposal, session)
        overlay = self._overlay if predicted is not None else "both"
        differs = overlay == "difference"
        canvas.set_labels(gold if overlay in ("both", "gold") else None, session.label_set)
        canvas.set_proposal(predicted if overlay in ("both", "predicted") else None, session.label_set)
        canvas.set_difference(predicted if differs else None, gold if differs else None, legend=True)

    def _show_window(self, window: WindowLevel) -> None:
        if window != self.canvas.window:
            self.canvas.set_window(window)

    def _show_labels(self, labels: LabelSet) -> None:
        self.canvas.set_label_table(labels)

    def _show_proposal(self, _: ResultLayer | None) -> None:
        self._refresh_masks()

    def _show_correcting(self, _: None) -> None:
        """What is corrected is not shown as proposed beside its correction."""
        if self._session.correcting.running != self._corrects:
            self._corrects = not self._corrects
            if self._session.proposal is not None:
                self._refresh_masks()

    def _repaint(self, region: Region) -> None:
        if self._masks:
            self.canvas.labels_changed(region)

    def _show_tool(self, _: str) -> None:
        toolbox = self._session.toolbox
        self.canvas.set_handler(None if self._hand else self._handler)
        circle = toolbox.spec.cursor == "circle" and not self._hand
        self.canvas.set_cursor_radius(float(toolbox.options["radius"]) if circle else None)

    def _show_preview(self, preview: Preview | None) -> None:
        canvas, stamp = self.canvas, preview.stamp if preview else None
        canvas.set_tool_preview(preview.points if preview else (), closed=bool(preview and preview.closed),
                                handles=preview.handles if preview else None)
        if preview is None or stamp is None:
            canvas.set_mask_preview(None)
            return
        removed = Label(0, "removed", self._theme.tokens.bad)
        canvas.set_mask_preview(stamp.mask, self._session.label_set.find(preview.value) or removed,
                                region=stamp.region)

    def _dragged_window(self, window: WindowLevel) -> None:
        commands.set_window(self._session, window)
