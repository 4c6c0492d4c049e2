"""Toolbox: which tool is chosen, with which options, and the gesture in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.signal import Signal
from medsynth_gui.session.settings import Settings
from medsynth_gui.session.tools import TOOLS, find_tool
from medsynth_gui.session.tools.base import OptionValue, PointerEvent, Preview, Tool, ToolContext, ToolSpec


class Toolbox:
    """Hands pointer events in image coordinates to the chosen tool.

    Args:
        settings: remembers the tool and the options.
        context: gives what a tool may touch now; None where nothing is open.

    Attributes:
        changed: id of the tool that was chosen or whose options changed.
        preview: what the gesture in hand shows.
        busy_changed: a gesture began (true) or ended.
    """

    def __init__(self, settings: Settings, context: Callable[[], ToolContext | None]) -> None:
        self.changed: Signal[str] = Signal()
        self.preview: Signal[Preview | None] = Signal()
        self.busy_changed: Signal[bool] = Signal()
        self._settings = settings
        self._context = context
        known = {spec.id for spec in TOOLS}
        self._spec = find_tool(settings["tool"] if settings["tool"] in known else TOOLS[0].id)
        self._tool: Tool = self._spec.make()
        self._options: dict[str, dict[str, OptionValue]] = {
            spec.id: {**spec.defaults, **_valid(spec, settings["tool_options"].get(spec.id))} for spec in TOOLS}

    @property
    def spec(self) -> ToolSpec:
        """The row of the chosen tool."""
        return self._spec

    @property
    def options(self) -> Mapping[str, OptionValue]:
        """Options of the chosen tool."""
        return self._options[self._spec.id]

    @property
    def busy(self) -> bool:
        """A gesture is in hand."""
        return self._tool.busy

    @property
    def corners(self) -> int:
        """See `Tool.corners`."""
        return self._tool.corners

    def choose(self, tool_id: str) -> None:
        """Take another tool; the gesture in hand is given up."""
        self.cancel()
        self.preview.emit(None)  # what a tool shows under the pointer is no gesture
        self._spec = find_tool(tool_id)
        self._tool = self._spec.make()
        self._settings["tool"] = tool_id
        self.changed.emit(tool_id)

    def set_option(self, key: str, value: OptionValue, *, tool_id: str = "") -> None:
        """Change an option of the chosen (or another) tool, held within its limits."""
        spec = find_tool(tool_id) if tool_id else self._spec
        option = next(option for option in spec.options if option.key == key)
        self._options[spec.id][key] = option.clamped(value)
        self._settings["tool_options"] = {name: dict(options) for name, options in self._options.items()}
        if spec is self._spec and self.busy:
            self._with(self._tool.refresh)
        self.changed.emit(spec.id)

    def resize(self, steps: int) -> None:
        """Make the tool larger (positive) or smaller, about a tenth a step; tools without a radius stay."""
        radius = self.options.get("radius")
        if isinstance(radius, (int, float)):
            grown = radius * 1.1 ** steps
            self.set_option("radius", round(grown if abs(grown - radius) >= 0.5 else radius + 0.5 * steps, 1))

    def press(self, event: PointerEvent) -> None:
        """The tool's button went down."""
        self._with(lambda ctx: self._tool.press(event, ctx))

    def move(self, event: PointerEvent) -> None:
        """The pointer moved over the image, pressed or not."""
        self._with(lambda ctx: self._tool.move(event, ctx))

    def release(self, event: PointerEvent) -> None:
        """The tool's button went up."""
        self._with(lambda ctx: self._tool.release(event, ctx))

    def double_click(self, event: PointerEvent) -> None:
        """Second press of a double click, in place of a press."""
        self._with(lambda ctx: self._tool.double_click(event, ctx))

    def finish(self) -> bool:
        """Complete the gesture in hand (Enter). False if there was none."""
        busy = self.busy
        if busy:
            self._with(self._tool.finish)
        return busy

    def step_back(self) -> bool:
        """Take back the last part of the gesture in hand (Backspace). False if there was none."""
        busy = self.busy
        if busy:
            self._with(self._tool.step_back)
        return busy

    def undo(self) -> bool:
        """Take back the last change of the gesture in hand (Ctrl+Z). False if there was none."""
        busy = self.busy
        if busy:
            self._with(self._tool.undo)
        return busy

    def cancel(self) -> bool:
        """Give the gesture in hand up (Esc). False if there was none."""
        busy = self.busy
        if busy:
            self._with(self._tool.cancel)
        return busy

    def _with(self, action: Callable[[ToolContext], None]) -> None:
        ctx = self._context()
        if ctx is None:
            return
        was_busy = self.busy
        try:
            action(ctx)
        except MedSynthError as error:
            self._drop(ctx)
            ctx.tell(error.message)  # a frame that cannot be decoded, say
        except Exception as error:
            self._drop(ctx)
            # cv2's own error type brings Qt down where it passes through an event.
            raise RuntimeError(f"{self._spec.name}: {error}") from error
        finally:
            if self.busy != was_busy:
                self.busy_changed.emit(self.busy)

    def _drop(self, ctx: ToolContext) -> None:
        """The gesture failed: it is over, and nothing of it stays."""
        self._tool = self._spec.make()
        if ctx.document.stepping:
            ctx.document.rollback()
        ctx.show(None)


def _valid(spec: ToolSpec, stored: Any) -> dict[str, OptionValue]:
    """Remembered options that the tool still has."""
    if not isinstance(stored, dict):
        return {}
    return {option.key: option.clamped(stored[option.key]) for option in spec.options
            if isinstance(stored.get(option.key), (int, float, str))}
