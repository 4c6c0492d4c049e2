"""The job tray: a card at the bottom right while something runs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.job_queue import JobHandle, JobQueue, JobState
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import duration, number, sentence

_SHOWN = 3
_APPEAR_MS = 250


class _JobLine(QWidget):
    """One job: what, how far, how long, and the way to stop it."""

    def __init__(self, handle: JobHandle, parent: QWidget) -> None:
        super().__init__(parent)
        self.handle = handle
        self._title, self._left = QLabel(), QLabel()
        self._title.setProperty("role", "title")
        self._title.setWordWrap(True)
        self._left.setProperty("role", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel = QToolButton()
        self.cancel.setIcon(icon("x"))
        self.cancel.setToolTip(self.tr("Cancel"))
        self.cancel.clicked.connect(handle.cancel)
        top = QHBoxLayout()
        top.setSpacing(SPACE.S)
        top.addWidget(self._title, 1)
        top.addWidget(self._left)
        top.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(top)
        layout.addWidget(self._bar)
        self.refresh()

    def refresh(self) -> None:
        """Say again how far the job is."""
        handle = self.handle
        title = sentence(handle.title)
        progress = handle.progress
        counts = bool(progress and progress.total and progress.total >= 2 and float(progress.total).is_integer())
        if counts:
            title += " · " + self.tr("{0} of {1}").format(number(int(progress.done)), number(int(progress.total)))
        self._title.setText(title)
        self._title.setToolTip(progress.message if progress else "")
        if handle.cancelling:
            left = self.tr("stopping…")
        elif handle.state is JobState.PENDING:
            left = self.tr("waiting")
        else:
            left = self.tr("{0} left").format(duration(handle.left_s)) if handle.left_s is not None else ""
        self._left.setText(left)
        known = bool(progress and progress.total)
        self._bar.setRange(0, 1000 if known or handle.state is JobState.PENDING else 0)
        self._bar.setValue(round(1000 * min(1.0, progress.done / progress.total)) if known else 0)
        self.cancel.setEnabled(not handle.cancelling)


class JobTray(QFrame):
    """Shows the oldest few jobs; the rest is counted. Quiet jobs stay out, and so does what ends at once."""

    def __init__(self, queue: JobQueue, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setObjectName("job-tray")
        self._queue = queue
        self._lines: dict[int, _JobLine] = {}
        self._more = QLabel()
        self._more.setProperty("role", "muted")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE.M, SPACE.S + 2, SPACE.S, SPACE.M)
        self._layout.setSpacing(SPACE.M)
        self._layout.addWidget(self._more)
        self._appear = QTimer(self, singleShot=True, interval=_APPEAR_MS)
        self._appear.timeout.connect(self._refresh)
        queue.submitted.connect(self._submitted)
        queue.progressed.connect(self._progressed)
        queue.finished.connect(self._finished)
        parent.installEventFilter(self)
        self.setFixedWidth(SPACE.RIGHT_PANEL - 2 * SPACE.M)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            # A count that grows by a digit may take another line.
            self.place()
        return done

    def place(self) -> None:
        """Stand at the bottom right of the parent."""
        if self.isVisible():
            height = self.layout().totalHeightForWidth(self.width())
            self.resize(self.width(), height if height > 0 else self.sizeHint().height())
            parent = self.parentWidget()
            self.move(parent.width() - self.width() - SPACE.M, parent.height() - self.height() - SPACE.S)

    def _submitted(self, handle: JobHandle) -> None:
        if not handle.quiet and not self._appear.isActive():
            self._appear.start()

    def _progressed(self, handle: JobHandle) -> None:
        if line := self._lines.get(handle.id):
            line.refresh()

    def _finished(self, handle: JobHandle) -> None:
        if not handle.quiet:
            self._refresh()

    def _refresh(self) -> None:
        shown = [handle for handle in self._queue.active if not handle.quiet]
        for number_ in set(self._lines) - {handle.id for handle in shown[:_SHOWN]}:
            line = self._lines.pop(number_)
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
        for position, handle in enumerate(shown[:_SHOWN]):
            if handle.id not in self._lines:
                self._lines[handle.id] = _JobLine(handle, self)
                self._layout.insertWidget(position, self._lines[handle.id])
            self._lines[handle.id].refresh()
        rest = len(shown) - _SHOWN
        self._more.setVisible(rest > 0)
        self._more.setText(self.tr("{0} more waiting").format(rest))
        self.setVisible(bool(shown))
        self.raise_()
        self.place()
