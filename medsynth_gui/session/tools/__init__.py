"""Drawing tools: Qt-free, in image coordinates."""

from medsynth_gui.session.tools.base import PointerEvent, Preview, Tool, ToolContext, ToolOption, ToolSpec
from medsynth_gui.session.tools.table import TOOLS, find_tool

__all__ = ["TOOLS", "PointerEvent", "Preview", "Tool", "ToolContext", "ToolOption", "ToolSpec", "find_tool"]
