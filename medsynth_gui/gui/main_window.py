"""The main window: rail, workspaces, job tray, status bar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.failures import Notice
from medsynth_gui.gui.job_queue import JobHandle
from medsynth_gui.gui.job_tray import JobTray
from medsynth_gui.gui.opening import Opener
from medsynth_gui.gui.rail import Rail
from medsynth_gui.gui.status_bar import StatusBar
from medsynth_gui.gui.workspaces.base import WORKSPACES, Workspace

_MENU = ("window.open", "window.open_folder", "window.open_sample", "window.close_series", "",
         "window.palette", "window.gestures", "window.shortcuts", "", "window.theme", "window.left_handed", "",
         "window.about", "window.quit")


class MainWindow(QMainWindow):
    """Builds the shell; pages are made when first shown.

    Signals:
        painted: the window has been painted for the first time.
    """

    painted = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.opener = Opener(context, self)
        self._pages: dict[str, Workspace] = {}
        self._key = ""
        self._first_paint_told = False
        self.setWindowTitle("MedSynth Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(1060, 640)
        self.rail = Rail(WORKSPACES, context.actions)
        self.stack = QStackedWidget()
        self.status = StatusBar()
        self._lay_out()
        self.notice = Notice(self.stack)
        self.tray = JobTray(context.queue, self.stack)
        self._connect()
        self._poll = QTimer(self, interval=1000)
        self._poll.timeout.connect(self._every_second)
        self._poll.start()

    @property
    def workspace(self) -> Workspace:
        """The page in front."""
        return self._pages[self._key]

    def show_workspace(self, key: str) -> None:
        """Bring a page to the front; the first time, make it."""
        if key == self._key:
            return
        old = self._pages.get(self._key)
        if old is not None:
            old.deactivated()
            self._follow(old, connect=False)
        page = self._pages.get(key) or self._make(key)
        self._key = key
        self.stack.setCurrentWidget(page)
        self.notice.raise_()
        self.tray.raise_()
        self.rail.show_chosen(key)
        self.status.clear_image()
        self.context.actions.set_scope(key, has_view=page.canvas is not None)
        self._follow(page, connect=True)
        page.activated()
        self.context.settings["workspace"] = key

    def notify(self, what: Message | str, tone: str = "info") -> None:
        """Show a quiet line over the page."""
        self.notice.tell(what, tone)

    def open_first(self, paths: Sequence[Path]) -> None:
        """See `Opener.open_first`."""
        self.opener.open_first(paths)

    def _make(self, key: str) -> Workspace:
        row = next(row for row in WORKSPACES if row.key == key)
        page = row.load()(self.context)
        self._pages[key] = page
        self.stack.addWidget(page)
        return page

    def _follow(self, page: Workspace, *, connect: bool) -> None:
        canvas = page.canvas
        if canvas is None:
            return
        for signal, slot in ((canvas.hovered, self.status.show_hover), (canvas.zoom_changed, self._show_zoom),
                             (canvas.frame_changed, self._show_frame), (page.turned, self._show_canvas)):
            signal.connect(slot) if connect else signal.disconnect(slot)
        if connect:
            self._show_canvas()

    def _show_canvas(self) -> None:
        """Say of the image what is in sight of it."""
        canvas = self.workspace.canvas
        if canvas is None or not canvas.isVisibleTo(self.workspace):
            self.status.clear_image()
        elif canvas.series is not None:
            self.status.show_zoom(canvas.zoom)
            self._show_frame(canvas.frame)

    def _show_zoom(self, zoom: float) -> None:
        canvas = self.workspace.canvas
        if canvas is not None and canvas.isVisibleTo(self.workspace):
            self.status.show_zoom(zoom)

    def _show_frame(self, frame: int) -> None:
        canvas = self.workspace.canvas
        if canvas is None or canvas.series is None:
            self.status.clear_image()
        else:
            self.status.show_frame(frame, canvas.series.frame_count)

    def _lay_out(self) -> None:
        shell = QWidget()
        shell.setObjectName("shell")
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.rail)
        top.addWidget(self.stack, 1)
        column = QVBoxLayout(shell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top, 1)
        column.addWidget(self.status)
        self.setCentralWidget(shell)

    def _connect(self) -> None:
        context = self.context
        context.notify, context.show_workspace = self.notify, self.show_workspace
        context.show_model = self.status.show_model
        self.rail.chosen.connect(self.show_workspace)
        context.queue.failed.connect(self._job_failed)
        context.session.problem.connect(self._problem)
        context.session.history_changed.connect(self._unsaved)
        context.actions.attach(self)
        bind = context.actions.bind
        for row in WORKSPACES:
            bind(f"window.go_{row.key}", _Go(self, row.key))
        from medsynth_gui.gui.window_actions import bind_window_actions

        bind_window_actions(self)
        menu = QMenu(self)
        for action_id in _MENU:
            menu.addAction(context.actions.get(action_id)) if action_id else menu.addSeparator()
        self.rail.set_menu(menu)

    def _job_failed(self, _: JobHandle, message: Message) -> None:
        self.notify(message, "bad")

    def _problem(self, message: Message) -> None:
        self.notify(message, "caution")

    def _unsaved(self, _: None) -> None:
        self.status.show_saved(self.tr("Saving…"))

    def _every_second(self) -> None:
        session = self.context.session
        session.poll()
        if session.current is not None:
            self.status.show_saved(self.tr("Saved"))

    # --- Qt

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._first_paint_told:
            self._first_paint_told = True
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.opener.open_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        from medsynth_gui.gui.training_watch import may_close

        if not may_close(self.context, self):
            event.ignore()
            return
        settings = self.context.settings
        values = {"window_maximized": self.isMaximized()}
        if not self.isMaximized():
            values |= {"window_width": self.width(), "window_height": self.height()}
        settings.update(values)
        self._poll.stop()
        if page := self._pages.get(self._key):
            page.deactivated()
        event.accept()


class _Go:
    def __init__(self, window: MainWindow, key: str) -> None:
        self._window, self._key = window, key

    def __call__(self) -> None:
        self._window.show_workspace(self._key)
