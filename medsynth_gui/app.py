"""Builds settings, session, queue and window, and runs them: the window's composition root."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

WARM_UP_MS = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the window; the process's exit code."""
    import multiprocessing

    multiprocessing.freeze_support()
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("MedSynth Studio")
    application.setDesktopFileName("medsynth-studio")
    studio = Studio(application)
    studio.start(options.paths)
    if os.environ.get("MEDSYNTH_SELFTEST"):
        studio.window.painted.connect(studio.tell_painted)
    code = application.exec()
    if not studio.close():
        # A job never came to a checkpoint: its thread cannot be joined, and everything is on the disk already.
        os._exit(code)
    return int(code)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="medsynth-gui", description="MedSynth Studio: the window.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders to open")
    return parser.parse_args(arguments)


class Studio:
    """Everything that lives as long as the window does."""

    def __init__(self, application: object) -> None:
        from medsynth_gui.gui import icons, translation
        from medsynth_gui.gui.actions import ActionRegistry
        from medsynth_gui.gui.context import AppContext
        from medsynth_gui.gui.failures import ExceptionBoundary, start_log
        from medsynth_gui.gui.gc_pin import GarbageCollectorPin
        from medsynth_gui.gui.job_queue import JobQueue
        from medsynth_gui.gui.main_window import MainWindow
        from medsynth_gui.gui.theme import Theme
        from medsynth_gui.session.session import Session
        from medsynth_gui.session.settings import Settings

        start_log()
        self.collector = GarbageCollectorPin()
        settings = Settings()
        translation.install(application, settings["language"])
        theme = Theme(application, settings["theme"])
        icons.use_theme(theme)
        self.context = AppContext(Session(settings), JobQueue(), ActionRegistry(settings), theme, settings)
        self.window = MainWindow(self.context)
        self.boundary = ExceptionBoundary()
        self.boundary.caught.connect(self._caught)
        self.boundary.install()

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Show the window, then open what it starts with, then warm up."""
        from PySide6.QtCore import QTimer

        settings = self.context.settings
        self._paths = tuple(path.absolute() for path in paths)
        self.window.show_workspace("annotate")
        self.window.resize(settings["window_width"], settings["window_height"])
        self.window.painted.connect(self._painted)
        self._warm_up = QTimer(self.window, singleShot=True, interval=WARM_UP_MS)
        self._warm_up.timeout.connect(self._warm)
        self.window.showMaximized() if settings["window_maximized"] else self.window.show()

    def tell_painted(self) -> None:
        """Say that the window works and end: what the smoke test of a bundle looks for."""
        from PySide6.QtCore import QCoreApplication

        print("window painted", flush=True)
        QCoreApplication.exit(0)

    def close(self) -> bool:
        """Stop the jobs and let go of everything; False if a thread could not be joined."""
        from medsynth_gui.session.commands import remember_view

        remember_view(self.context.session)
        joined = self.context.queue.close()
        self.context.session.close()
        self.boundary.release()
        self.collector.release()
        self.window.deleteLater()
        return joined

    def _painted(self) -> None:
        from medsynth_gui.gui import training_watch
        from medsynth_gui.gui.window_actions import intended_use

        self.window.open_first(self._paths)
        training_watch.reconnect(self.context)
        if not self.context.settings["intended_use_read"]:
            self.window.notice.tell(intended_use(), stays=True)
            self.window.notice.read.connect(self._line_read)
        self._warm_up.start()

    def _line_read(self, words: str) -> None:
        from medsynth_gui.gui.window_actions import intended_use

        if words == intended_use():
            self.context.settings["intended_use_read"] = True

    def _warm(self) -> None:
        from medsynth_gui.jobs.catalogue import Compute
        from medsynth_gui.jobs.warm_up import WarmUp

        settings = self.context.settings
        compute = Compute(settings["device"], settings["precision"], settings["threads"])
        self.context.queue.submit(WarmUp(compute, settings["model_refine"]), on_done=self._warmed,
                                  on_failed=self._warm_up_failed, quiet=True)

    def _warmed(self, runtime: dict[str, object]) -> None:
        self.collector.freeze()
        self.window.status.show_runtime(str(runtime["device"]), str(runtime["precision"]))

    def _warm_up_failed(self, message: object) -> None:
        self.window.notify(message, "caution")

    def _caught(self, message: object) -> None:
        self.window.notify(message, "bad")
