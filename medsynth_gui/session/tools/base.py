"""What every drawing tool is: a gesture in image coordinates that writes one step into a mask document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.mask_document import MaskDocument
from medsynth_gui.core.raster import Stamp
from medsynth_gui.core.ruler import RulerLine
from medsynth_gui.session.correcting import Correcting
from medsynth_gui.session.measuring import Measuring

Point = tuple[float, float]
OptionValue = int | float | bool | str


@dataclass(frozen=True)
class PointerEvent:
    """Where the pointer is. Pixel (i, j) covers y in [i, i+1) and x in [j, j+1).

    Attributes:
        modifiers: any of "shift", "ctrl", "alt" that are held.
        pressure: of a pen, 0..1; 1 where the device gives none.
    """

    y: float
    x: float
    modifiers: frozenset[str] = frozenset()
    pressure: float = 1.0

    @property
    def point(self) -> Point:
        return self.y, self.x


@dataclass(frozen=True)
class Preview:
    """What a tool shows before it writes.

    Attributes:
        points: an open line (y, x); `closed` near its first vertex.
        handles: vertices that can be dragged, drawn as dots; None: all `points` but the last.
        stamp: the pixels that would be written, in the colour of the label `value` (0: removed).
    """

    points: tuple[Point, ...] = ()
    closed: bool = False
    handles: tuple[Point, ...] | None = None
    stamp: Stamp | None = None
    value: int = 0


@dataclass(frozen=True)
class ToolContext:
    """What a tool may see and touch during one event.

    Attributes:
        document: the mask of the current series.
        frame: the frame that is shown.
        label: value of the active label.
        name_of: what the person calls a label.
        locked: values that must not change.
        hidden: values that are not shown.
        options: the tool's options by key (all of them, defaults filled in).
        image: gives the shown frame as 8-bit gray (y, x), the same array until another image is shown.
        show: shows a preview, or none.
        tell: says a sentence to the person (a locked label, say).
        set_option: remembers an option that the gesture changed.
        pixel_px: screen pixels per image pixel, for distances that a person aims at.
        measuring: the measurements of the series.
        ruler_drawn: asks for the length of a line along the scanner's ruler.
        correcting: the prompts that a model answers.
        accept_part: makes what a model proposes inside a shape the mask.
    """

    document: MaskDocument
    frame: int
    label: int
    name_of: Callable[[int], str]
    locked: Collection[int]
    options: Mapping[str, OptionValue]
    image: Callable[[], npt.NDArray[np.uint8]]
    hidden: Collection[int] = ()
    show: Callable[[Preview | None], None] = field(default=lambda preview: None)
    tell: Callable[[Message], None] = field(default=lambda message: None)
    set_option: Callable[[str, OptionValue], None] = field(default=lambda key, value: None)
    pixel_px: float = 1.0
    measuring: Measuring = field(default_factory=Measuring)
    ruler_drawn: Callable[[RulerLine], None] = field(default=lambda line: None)
    correcting: Correcting = field(default_factory=Correcting)
    accept_part: Callable[[Stamp], object] = field(default=lambda inside: None)


def refuses(value: int, ctx: ToolContext) -> bool:
    """A gesture that would paint a locked label is refused, with a sentence; that a label is hidden is told."""
    locked = value in ctx.locked
    if locked or value in ctx.hidden:
        ctx.tell(Message("label-locked" if locked else "label-hidden", {"label": ctx.name_of(value)}))
    return locked


class Tool:
    """A gesture. One instance lives while the tool is chosen; a tool defines the events that it needs."""

    @property
    def busy(self) -> bool:
        """A gesture is in hand."""
        return False

    @property
    def corners(self) -> int:
        """How many corners set one by one are lost where the gesture is given up."""
        return 0

    def press(self, event: PointerEvent, ctx: ToolContext) -> None:
        """The tool's button went down."""

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        """The pointer moved, pressed or not."""

    def release(self, event: PointerEvent, ctx: ToolContext) -> None:
        """The tool's button went up."""

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None:
        """Second press of a double click, in place of a press."""
        self.press(event, ctx)

    def finish(self, ctx: ToolContext) -> None:
        """Complete the gesture in hand (Enter); nothing to do without one."""

    def cancel(self, ctx: ToolContext) -> None:
        """Give the gesture in hand up (Esc): the mask is as it was before."""

    def step_back(self, ctx: ToolContext) -> None:
        """Take back the last part of the gesture in hand (Backspace): a vertex, a scribble; all where it is one."""
        self.cancel(ctx)

    def undo(self, ctx: ToolContext) -> None:
        """Take back the last change of the gesture in hand (Ctrl+Z)."""
        self.step_back(ctx)

    def refresh(self, ctx: ToolContext) -> None:
        """An option changed while a gesture is in hand: show it anew."""


@dataclass(frozen=True)
class ToolOption:
    """One setting of a tool.

    Attributes:
        kind: "int", "float" or "bool"; "choice" (a key of `choices`, each a key and its words); "label" (a label's
            value, 0 for none); "over" (what may be painted over, see `session.tools.rules`).
        low, high, step: of numbers, in `unit`.
        quick: stands in the row beside the tools; the others in a sheet below it.
    """

    key: str
    name: str
    kind: str
    default: OptionValue
    low: float = 0
    high: float = 1
    step: float = 1
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    quick: bool = False

    def clamped(self, value: OptionValue) -> OptionValue:
        """The value as this option's kind, within its limits; the default where it is of no use."""
        if self.kind == "bool":
            return bool(value)
        if self.kind == "choice":
            return value if value in dict(self.choices) else self.default
        if self.kind == "over":
            return value if isinstance(value, str) else self.default
        if isinstance(value, str):
            return self.default
        if self.kind == "label":
            return min(max(round(value), 0), 255)
        held = min(max(float(value), self.low), self.high)
        return round(held) if self.kind == "int" else held


@dataclass(frozen=True)
class ToolSpec:
    """A row of the tool table.

    Attributes:
        icon: QtAwesome name of a Phosphor icon.
        cursor: "circle" (drawn with the option `radius` around the pointer) or "cross".
        shortcut: portable key name.
        hint: one line on how it is used.
        group: which flyout of the tool bar holds it: "paint", "outline", "region", "assist" or "measure".
    """

    id: str
    name: str
    icon: str
    shortcut: str
    cursor: str
    hint: str
    make: Callable[[], Tool]
    options: tuple[ToolOption, ...] = ()
    group: str = "paint"

    @property
    def defaults(self) -> dict[str, OptionValue]:
        return {option.key: option.default for option in self.options}
