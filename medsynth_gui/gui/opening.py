"""Opening files: by dialog, by drop, from the command line, and the sample case of the first start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.core.paths import resources
from medsynth_gui.gui.context import AppContext


class Opener(QObject):
    """Reads paths in the IO lane and hands what was found to the session.

    Signals:
        finished(tuple[OpenFailure]): an import has ended; what it left out.
        opening(list[Path]): an import has begun.
    """

    finished = Signal(object)
    opening = Signal(object)

    def __init__(self, context: AppContext, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._window = window

    def open_paths(self, paths: Sequence[Path], *, then: Callable[[], object] | None = None) -> None:
        """Open files and folders; what cannot be opened is told, the rest is shown. `then` is called if any was."""
        from medsynth_gui.jobs.open_study import OpenPaths

        if paths:
            self._context.queue.submit(OpenPaths(tuple(paths)), on_done=partial(self._opened, then))
            self.opening.emit(list(paths))

    def choose_files(self) -> None:
        """Ask which files."""
        names, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Open files"),
                                                self._context.settings["last_folder"])
        if names:
            self._context.settings["last_folder"] = str(Path(names[0]).parent)
            self.open_paths([Path(name) for name in names])

    def choose_folder(self) -> None:
        """Ask which folder."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Open a folder"),
                                                self._context.settings["last_folder"])
        if name:
            self._context.settings["last_folder"] = name
            self.open_paths([Path(name)])

    def open_sample(self) -> None:
        """Open the case that ships with the program."""
        self.open_paths(sample_paths())

    def open_first(self, paths: Sequence[Path]) -> None:
        """What the window starts with: the given paths, else what was open last, else the sample case."""
        from medsynth_gui.session.commands import paths_to_restore

        self.open_paths(list(paths) or paths_to_restore(self._context.session) or sample_paths())

    def _opened(self, then: Callable[[], object] | None, opened: object) -> None:
        from medsynth_gui.session.commands import open_studies

        # Failures are told here, as one line: one notice a file would hide all but the last.
        open_studies(self._context.session, replace(opened, failures=()))
        failures = opened.failures
        self._context.failures[:] = failures
        self.finished.emit(tuple(failures))
        if then is not None and opened.studies:
            then()
        if len(failures) == 1:
            self._context.notify(failures[0].message, "bad")
        elif failures:
            text = QCoreApplication.translate(
                "opening", "{0} files could not be opened: the Library lists them. The first: {1}")
            from medsynth_gui.gui.translation import briefly, words

            self._context.notify(text.format(len(failures), words(briefly(failures[0].message))), "bad")
        for message in self._problems(opened):
            self._context.notify(message, "caution")

    @staticmethod
    def _problems(opened: object) -> list[Message]:
        """At most one: a line over the window is no place for a list (the Library has them all)."""
        found = [problem for study in opened.studies for series in study.series for problem in series.problems]
        return found[:1] if not opened.failures else []


def sample_paths() -> list[Path]:
    """The sample case; empty where it is not shipped."""
    folder = resources() / "sample"
    return [folder] if folder.is_dir() else []
