"""The rows of the measuring tools."""

from __future__ import annotations

from medsynth_gui.session.tools import measure
from medsynth_gui.session.tools.base import ToolSpec

MEASURE_TOOLS = (
    ToolSpec("caliper", "Caliper", "ph.ruler", "Shift+D", "cross",
             "Drag, or click two points; Shift holds it level or upright. Drag the ends or the line to change it.",
             measure.caliper, group="measure"),
    ToolSpec("ellipse_measure", "Ellipse", "ph.circle-dashed", "Shift+E", "cross",
             "Drag one axis from end to end, then click the width; Shift makes a circle.",
             measure.ellipse, group="measure"),
    ToolSpec("area", "Area", "ph.bounding-box", "Shift+P", "cross",
             "Click corners; double click, Enter or the first corner closes it.", measure.area, group="measure"),
    ToolSpec("angle", "Angle", "ph.compass", "Shift+A", "cross",
             "Drag one arm to the vertex, then click the end of the other.", measure.angle, group="measure"),
    ToolSpec("profile", "Profile", "ph.chart-line", "Shift+L", "cross",
             "Drag a line: its gray values are plotted below.", measure.profile, group="measure"),
    ToolSpec("histogram", "Histogram", "ph.chart-bar", "Shift+H", "cross",
             "Drag a box, or click a labelled area: its gray values are counted.",
             measure.HistogramTool, group="measure"),
    ToolSpec("mmode", "M-mode", "ph.activity", "Shift+M", "cross",
             "Drag a line on a cine: what happens along it is shown over time.", measure.MModeTool, group="measure"),
)
