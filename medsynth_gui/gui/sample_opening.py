"""SampleOpener: shows samples of the project, read in the IO lane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.gui.context import AppContext
from medsynth_gui.jobs.open_sample import LoadedSample, OpenSample
from medsynth_gui.session import commands


class SampleOpener(QObject):
    """The last sample that was asked for wins, however long an earlier one takes."""

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._asked = 0

    def open(self, identity: str, *, second_reader: str = "", then: Callable[[], object] | None = None,
             show: Callable[[LoadedSample], object] | None = None) -> None:
        """Show a sample with its mask, or blind for a second reader.

        Args:
            then: called when it is shown.
            show: shows it in another way.
        """
        project = self._session.project
        if project is None:
            return
        self._asked += 1
        cines = tuple((opened.key, opened.series) for opened in self._session.opened
                      if opened.is_read and opened.series.frame_count > 1)
        self._context.queue.submit(OpenSample(project.folder, identity, cines),
                                   partial(self._show, self._asked, second_reader, then, show), quiet=True, first=True)

    def _show(self, asked: int, second_reader: str, then: Callable[[], object] | None,
              show: Callable[[LoadedSample], object] | None, loaded: LoadedSample) -> None:
        if asked != self._asked:
            return
        try:
            shown = show(loaded) if show else commands.open_reading(self._session, loaded,
                                                                    second_reader=second_reader)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        if shown is not None and then is not None:
            then()
