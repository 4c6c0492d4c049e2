"""Colours, sizes and spacing by name; no widget holds a literal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme, `#rrggbb`.

    `raised` carries cards and fields, `line` their borders; `on_accent` is text on the accent;
    `selected` is the quiet fill of what is active; `stage` is what surrounds an image.
    """

    name: str
    background: str
    panel: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    selected: str
    stage: str
    good: str
    caution: str
    bad: str


DARK = Tokens(name="dark", background="#0f1216", panel="#171b21", raised="#1f252d", line="#2a313b", text="#e7ebf0",
              muted="#8f9aa8", accent="#38bdf8", accent_hover="#62ccfa", on_accent="#06222f", selected="#10344a",
              stage="#0f1216", good="#34d399", caution="#fbbf24", bad="#fb7185")

LIGHT = Tokens(name="light", background="#e9edf1", panel="#f8fafb", raised="#ffffff", line="#d6dde5", text="#16202b",
               muted="#566372", accent="#0274b3", accent_hover="#0369a1", on_accent="#ffffff", selected="#d9eefb",
               stage="#12161b", good="#04785a", caution="#a85e04", bad="#c81e4a")


class SPACE:
    """Distances in device-independent pixels."""

    XS, S, M, L = 4, 8, 12, 16
    RADIUS = 7
    RAIL = 84
    ICON = 20
    TOOL_BAR = 46
    LEFT_PANEL = 232
    RIGHT_PANEL = 286
