"""Workspace: one page of the window, and the table of all seven."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QT_TRANSLATE_NOOP, Signal
from PySide6.QtWidgets import QWidget

from medsynth_gui.gui.context import AppContext

if TYPE_CHECKING:
    from medsynth_gui.gui.canvas.canvas import Canvas


class Workspace(QWidget):
    """A page. Subclasses build their widgets in `__init__` and are made when first shown.

    Bind actions of the workspace in `__init__` with `context.actions.bind("<key>.<name>", self.method)`;
    they are enabled only while the workspace is shown. Set `canvas` if the page shows an image: the
    status bar follows it while it is in sight.

    Signals:
        turned: the canvas has come into sight, or something else of the page has taken its place.
    """

    turned = Signal()

    key: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.canvas: Canvas | None = None

    def activated(self) -> None:
        """The page has come to the front: refresh what may have changed meanwhile."""

    def deactivated(self) -> None:
        """The page has gone to the back: stop playing, drop gestures in hand."""


@dataclass(frozen=True)
class WorkspaceRow:
    """One entry of the rail; `load` imports the page's module when it is first shown."""

    key: str
    title: str
    icon: str
    module: str
    class_name: str

    def load(self) -> type[Workspace]:
        """The page's class."""
        loaded: type[Workspace] = getattr(importlib.import_module(self.module), self.class_name)
        return loaded


def _row(key: str, title: str, icon: str) -> WorkspaceRow:
    return WorkspaceRow(key, title, icon, f"medsynth_gui.gui.workspaces.{key}", f"{key.capitalize()}Workspace")


WORKSPACES = (
    _row("library", QT_TRANSLATE_NOOP("workspaces", "Library"), "squares-four"),
    _row("annotate", QT_TRANSLATE_NOOP("workspaces", "Annotate"), "paint-brush"),
    _row("synthesize", QT_TRANSLATE_NOOP("workspaces", "Synthesize"), "sparkle"),
    _row("enhance", QT_TRANSLATE_NOOP("workspaces", "Enhance"), "magnifying-glass-plus"),
    _row("train", QT_TRANSLATE_NOOP("workspaces", "Train"), "chart-line-up"),
    _row("quality", QT_TRANSLATE_NOOP("workspaces", "Quality"), "check-circle"),
    _row("export", QT_TRANSLATE_NOOP("workspaces", "Export"), "export"),
)
