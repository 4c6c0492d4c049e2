"""The table of drawing tools: one row makes a tool known to the window, its menus and shortcuts."""

from __future__ import annotations

from medsynth_gui.session.tools.base import ToolOption, ToolSpec
from medsynth_gui.session.tools.brush import Brush
from medsynth_gui.session.tools.fill import Fill
from medsynth_gui.session.tools.polygon import Polygon

_RADIUS = ToolOption("radius", "Radius", "float", 12.0, low=0.5, high=400, step=0.5, unit="px")

TOOLS = (
    ToolSpec("brush", "Brush", "ph.paint-brush", "B", "circle", "Drag to paint the active label; Alt removes.",
             Brush, (_RADIUS,)),
    ToolSpec("eraser", "Eraser", "ph.eraser", "E", "circle", "Drag to remove labels; locked ones stay.",
             lambda: Brush("Erase", erases=True),
             (_RADIUS, ToolOption("active_only", "Active label only", "bool", False))),
    ToolSpec("polygon", "Polygon", "ph.polygon", "P", "cross",
             "Click corners; double click, Enter or the first corner closes it; Alt at the first corner removes.",
             Polygon),
    ToolSpec("fill", "Fill", "ph.paint-bucket", "F", "cross",
             "Click a region to give it the active label; Alt removes.",
             Fill, (ToolOption("follow_image", "Follow the image", "bool", False),
                    ToolOption("tolerance", "Tolerance", "int", 12, low=0, high=128, step=1, unit="gray values"))),
)

_BY_ID = {spec.id: spec for spec in TOOLS}


def find_tool(tool_id: str) -> ToolSpec:
    """The row with this id; raises KeyError where there is none."""
    return _BY_ID[tool_id]
