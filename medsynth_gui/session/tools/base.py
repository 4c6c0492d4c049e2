"""What every drawing tool is: a gesture in image coordinates that writes one step into a mask document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import Message
from medsynth_gui.core.mask_document import MaskDocument

Point = tuple[float, float]
OptionValue = int | float | bool | str


@dataclass(frozen=True)
class PointerEvent:
    """Where the pointer is. Pixel (i, j) covers y in [i, i+1) and x in [j, j+1).

    Attributes:
        modifiers: any of "shift", "ctrl", "alt" that are held.
    """

    y: float
    x: float
    modifiers: frozenset[str] = frozenset()

    @property
    def point(self) -> Point:
        return self.y, self.x


@dataclass(frozen=True)
class Preview:
    """What a tool shows before it writes: an open line through `points` (y, x); `closed` near its first vertex."""

    points: tuple[Point, ...]
    closed: bool = False


@dataclass(frozen=True)
class ToolContext:
    """What a tool may see and touch during one event.

    Attributes:
        document: the mask of the current series.
        frame: the frame that is shown.
        label: value of the active label.
        label_name: what the person calls it.
        locked: values that must not change.
        options: the tool's options by key (all of them, defaults filled in).
        image: gives the shown frame as 8-bit gray (y, x).
        show: shows a preview, or none.
        tell: says a sentence to the person (a locked label, say).
        pixel_px: screen pixels per image pixel, for distances that a person aims at.
    """

    document: MaskDocument
    frame: int
    label: int
    label_name: str
    locked: Collection[int]
    options: Mapping[str, OptionValue]
    image: Callable[[], npt.NDArray[np.uint8]]
    show: Callable[[Preview | None], None] = field(default=lambda preview: None)
    tell: Callable[[Message], None] = field(default=lambda message: None)
    pixel_px: float = 1.0


def refuses(value: int, ctx: ToolContext) -> bool:
    """A gesture that would paint a locked label is refused, with a sentence."""
    if value not in ctx.locked:
        return False
    ctx.tell(Message("label-locked", {"label": ctx.label_name}))
    return True


class Tool(Protocol):
    """A gesture. One instance lives while the tool is chosen."""

    @property
    def busy(self) -> bool:
        """A gesture is in hand."""
        ...

    def press(self, event: PointerEvent, ctx: ToolContext) -> None: ...

    def move(self, event: PointerEvent, ctx: ToolContext) -> None:
        """The pointer moved, pressed or not."""
        ...

    def release(self, event: PointerEvent, ctx: ToolContext) -> None: ...

    def double_click(self, event: PointerEvent, ctx: ToolContext) -> None: ...

    def finish(self, ctx: ToolContext) -> None:
        """Complete the gesture in hand (Enter); nothing to do without one."""
        ...

    def cancel(self, ctx: ToolContext) -> None:
        """Give the gesture in hand up (Esc): the mask is as it was before."""
        ...


@dataclass(frozen=True)
class ToolOption:
    """One setting of a tool. `kind` is "int", "float" or "bool"; `low`, `high`, `step` in `unit`."""

    key: str
    name: str
    kind: str
    default: OptionValue
    low: float = 0
    high: float = 1
    step: float = 1
    unit: str = ""

    def clamped(self, value: OptionValue) -> OptionValue:
        """The value as this option's kind, within its limits."""
        if self.kind == "bool":
            return bool(value)
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
    """

    id: str
    name: str
    icon: str
    shortcut: str
    cursor: str
    hint: str
    make: Callable[[], Tool]
    options: tuple[ToolOption, ...] = ()

    @property
    def defaults(self) -> dict[str, OptionValue]:
        return {option.key: option.default for option in self.options}
