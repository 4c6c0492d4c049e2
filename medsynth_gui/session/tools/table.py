"""The table of drawing tools: one row makes a tool known to the window, its menus and shortcuts."""

from __future__ import annotations

from medsynth_gui.session.tools.base import ToolOption, ToolSpec
from medsynth_gui.session.tools.brush import Brush
from medsynth_gui.session.tools.calibrate import Calibrate
from medsynth_gui.session.tools.correct import AcceptPart, Correct
from medsynth_gui.session.tools.edit_outline import EditOutline
from medsynth_gui.session.tools.fill import Fill
from medsynth_gui.session.tools.grab_cut import GrabCut
from medsynth_gui.session.tools.livewire import Livewire
from medsynth_gui.session.tools.measure_table import MEASURE_TOOLS
from medsynth_gui.session.tools.polygon import Polygon
from medsynth_gui.session.tools.rules import RULES
from medsynth_gui.session.tools.scissors import Scissors
from medsynth_gui.session.tools.shapes import Box, Ellipse, Lasso, rectangle_outline
from medsynth_gui.session.tools.smart_brush import SmartBrush
from medsynth_gui.session.tools.threshold import Threshold
from medsynth_gui.session.tools.wand import Wand

_RADIUS = ToolOption("radius", "Radius", "float", 12.0, low=0.5, high=400, step=0.5, unit="px", quick=True)
_TIP = ToolOption("tip", "Tip", "choice", "round", choices=(("round", "Round"), ("square", "Square")))
_PRESSURE = ToolOption("pressure", "Pen pressure changes the size", "bool", True)
_SMOOTH = ToolOption("smooth", "Smooth the image first", "float", 1.5, low=0, high=8, step=0.5, unit="px")
_OVER = RULES[:1]

_PAINT = (
    ToolSpec("brush", "Brush", "ph.paint-brush", "B", "circle", "Drag to paint the active label; Alt removes.",
             Brush, (_RADIUS, _TIP, _PRESSURE, *RULES)),
    ToolSpec("eraser", "Eraser", "ph.eraser", "E", "circle", "Drag to remove labels; locked ones stay.",
             lambda: Brush("Erase", erases=True),
             (_RADIUS, _TIP, _PRESSURE, ToolOption("active_only", "Active label only", "bool", False), *RULES)),
    ToolSpec("smart_brush", "Smart brush", "ph.puzzle-piece", "A", "cross",
             "Drag to paint patches that keep to edges; Alt removes.", SmartBrush,
             (ToolOption("size", "Patch", "int", 14, low=6, high=80, unit="px", quick=True), *RULES)),
    ToolSpec("fill", "Fill", "ph.paint-bucket", "F", "cross",
             "Click a region to give it the active label; Alt removes.",
             Fill, (ToolOption("follow_image", "Follow the image", "bool", False, quick=True),
                    ToolOption("tolerance", "Tolerance", "int", 12, low=0, high=128, step=1, unit="gray values"),
                    *_OVER)),
)

_OUTLINE = (
    ToolSpec("polygon", "Polygon", "ph.polygon", "P", "cross",
             "Click corners and drag them; double click, Enter or the first corner closes it; Backspace removes the"
             " last; Alt at the first corner removes labels.", Polygon, _OVER, group="outline"),
    ToolSpec("lasso", "Lasso", "ph.scribble-loop", "L", "cross", "Draw around what gets the active label; Alt removes.",
             Lasso, _OVER, group="outline"),
    ToolSpec("livewire", "Livewire", "ph.path", "N", "cross",
             "Click along an edge, the line follows it (Shift: straight); Enter or a double click closes it;"
             " Backspace removes the last anchor.", Livewire, _OVER, group="outline"),
    ToolSpec("rectangle", "Rectangle", "ph.rectangle", "R", "cross",
             "Drag from corner to corner; Shift makes a square; Alt removes.",
             lambda: Box("Rectangle", rectangle_outline), _OVER, group="outline"),
    ToolSpec("ellipse", "Ellipse", "ph.circle", "O", "cross",
             "Drag from corner to corner; Shift makes a circle; Alt removes.", Ellipse, _OVER, group="outline"),
    ToolSpec("edit_outline", "Edit outline", "ph.line-segments", "V", "cross",
             "Click a part, then drag its handles; press an edge for a new one, Backspace removes one; Enter applies.",
             EditOutline, (ToolOption("detail", "Detail", "float", 2.0, low=0.5, high=12, step=0.5, unit="px",
                                      quick=True),), group="outline"),
)

_REGION = (
    ToolSpec("wand", "Wand", "ph.magic-wand", "W", "cross",
             "Press a region of like gray and drag up for more, down for less; Alt removes.", Wand,
             (ToolOption("tolerance", "Tolerance", "int", 12, low=0, high=255, unit="gray values", quick=True),
              _SMOOTH, *_OVER), group="region"),
    ToolSpec("threshold", "Threshold", "ph.sliders", "T", "cross",
             "Drag a box, or click for the whole field of view; Enter applies; Alt removes.", Threshold,
             (ToolOption("method", "Take", "choice", "dark", quick=True, choices=(
                 ("dark", "Dark (Otsu)"), ("bright", "Bright (Otsu)"), ("manual", "From – to"))),
              ToolOption("low", "From", "int", 0, low=0, high=255, unit="gray"),
              ToolOption("high", "To", "int", 80, low=0, high=255, unit="gray"),
              ToolOption("largest", "Largest part only", "bool", False), _SMOOTH, *_OVER), group="region"),
    ToolSpec("grab_cut", "GrabCut", "ph.selection-plus", "G", "cross",
             "Drag a box around it, scribble inside (Alt: background); Enter applies.", GrabCut,
             (ToolOption("scribble", "Scribble", "float", 3.0, low=1, high=40, step=0.5, unit="px", quick=True),
              ToolOption("iterations", "Rounds", "int", 2, low=1, high=10), *_OVER), group="region"),
    ToolSpec("scissors", "Scissors", "ph.scissors", "X", "cross",
             "Draw a line across a part of the mask: the smaller piece falls off.", Scissors,
             (ToolOption("becomes", "Piece becomes", "label", 0, quick=True),), group="region"),
)

_ASSIST = (
    ToolSpec("correct", "Click to correct", "ph.cursor", "C", "cross",
             "Click adds, Alt+click removes, drag a scribble, Shift+drag a box; Enter accepts, Backspace takes one"
             " back.", Correct, group="assist"),
    ToolSpec("accept_part", "Accept a part", "ph.selection-all", "Y", "cross",
             "Draw around what becomes mask of a proposal; the rest stays proposed.", AcceptPart, group="assist"),
)

_CALIBRATE = ToolSpec(
    "calibrate", "Calibrate", "ph.arrows-out-line-horizontal", "Shift+C", "cross",
    "Drag along the scanner's ruler, then type its length; Shift holds it level or upright.", Calibrate,
    (ToolOption("snap", "Snap to the ruler's ticks", "bool", True, quick=True),), group="measure")

TOOLS = (*_PAINT, *_OUTLINE, *_REGION, *_ASSIST, *MEASURE_TOOLS, _CALIBRATE)

_BY_ID = {spec.id: spec for spec in TOOLS}


def find_tool(tool_id: str) -> ToolSpec:
    """The row with this id; raises KeyError where there is none."""
    return _BY_ID[tool_id]
