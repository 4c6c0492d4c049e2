"""Choosing the folder of a project: the system's own folder dialog, and what follows from the choice."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.context import AppContext
from medsynth_gui.session.commands import open_project


def choose_project(context: AppContext, parent: QWidget, *, create: bool) -> bool:
    """Let the person choose a folder and open (or make) the project there.

    Returns:
        False if no folder was chosen, or the project could not be opened (which is told).
    """
    words = (QCoreApplication.translate("project", "New project: choose or make an empty folder") if create else
             QCoreApplication.translate("project", "Open a project folder"))
    found = QFileDialog.getExistingDirectory(parent, words, context.settings["last_folder"])
    return bool(found) and use_project(context, Path(found), create=create)


def use_project(context: AppContext, folder: Path, *, create: bool = False) -> bool:
    """Open (or make) the project in a folder; a failure is told."""
    try:
        open_project(context.session, folder, create=create)
    except MedSynthError as error:
        context.notify(error.message, "bad")
        return False
    return True


def ensure_project(context: AppContext, parent: QWidget) -> bool:
    """There is a project, or the person makes one now."""
    return context.session.project is not None or choose_project(context, parent, create=True)
