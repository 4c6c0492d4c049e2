"""The queue: what to look at first and why; what is reviewed leaves it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QListView, QProgressBar, QVBoxLayout, QWidget

from medsynth_gui.core.errors import Message
from medsynth_gui.dataset.ranking import Order, Ranked
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.item_models.queue_model import RANKED_ROLE, QueueDelegate, QueueModel
from medsynth_gui.gui.panels.fields import Choice, Segmented
from medsynth_gui.gui.panels.model_cards import compute
from medsynth_gui.gui.panels.parts import button, row, text
from medsynth_gui.gui.queue_judge import QueueJudge
from medsynth_gui.gui.review_words import order_words
from medsynth_gui.gui.sample_opening import SampleOpener
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import duration, sentence, words
from medsynth_gui.jobs.rank import Ranking, RankProject
from medsynth_gui.session.commands import sample_shown


class _Status(QWidget):
    """How far the judge is, with a pause, and what the order does without."""

    def __init__(self, judge: QueueJudge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._judge = judge
        self.judging, self.note = text("", "small"), text("", "small")
        self.pause = button(self.tr("Pause"), self._pause_or_go_on, kind="quiet", name="queue-pause")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.judging, self.pause, stretch=0))
        layout.addWidget(self.note)

    def _pause_or_go_on(self) -> None:
        self._judge.pause(not self._judge.paused)
        self.tell()

    def tell(self) -> None:
        """Say how it stands now."""
        last, at_work = self._judge.last, self._judge.at_work
        self.judging.setText(self._words(last) if last and at_work else "")
        self.judging.setVisible(at_work)
        self.pause.setVisible(at_work)
        self.pause.setText(self.tr("Go on") if self._judge.paused else self.tr("Pause"))
        notes = [sentence(note) for note in last.notes] if last else []
        if last and last.failed:
            notes.append(self.tr("{n} could not be read").format(n=len(last.failed)))
        self.warn("\n".join(notes), "\n".join(words(one.message) for one in last.failed[:20]) if last else "")

    def warn(self, told: str, tip: str = "") -> None:
        """Say what is missing; empty for nothing."""
        self.note.setText(told)
        self.note.setToolTip(tip)
        self.note.setVisible(bool(told))
        self.setVisible(bool(told) or self._judge.at_work)

    def _words(self, last: Ranking) -> str:
        told = self.tr("Judged {done} of {all}").format(done=last.judged, all=last.to_judge)
        left_s = self._judge.left_s
        return told if left_s is None else f"{told} · " + self.tr("{time} left").format(time=duration(left_s))


class QueuePanel(QWidget):
    """Judges in the background while it is shown; the samples stay in their order until it is asked for anew."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._opener = SampleOpener(context, self)
        self.judge = QueueJudge(context, self)
        self.judge.ranked.connect(self._ranked)
        self.judge.failed.connect(self._failed)
        self._reviewed, self._total = 0, 0
        self._stale = True
        self.model = QueueModel(context.queue, self)
        self._build()
        self._bind()
        self._tell()

    def _build(self) -> None:
        self.reader = Segmented([("first", self.tr("Review"), self.tr("What nobody has decided on yet")),
                                 ("second", self.tr("2nd reading"),
                                  self.tr("What waits for a second reader; the first one's masks are hidden"))])
        self.order = Choice(self.tr("What stands first"), name="queue-order")
        self.order.set_rows([(order, order_words(order)) for order in Order])
        self.progress, self.status = text("", "muted"), _Status(self.judge)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.list = QListView()
        self.list.setObjectName("queue-list")
        self.list.setModel(self.model)
        self.list.setItemDelegate(QueueDelegate(self._context.theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.previous = button(self.tr("Previous"), self.show_previous, name="queue-previous")
        self.next = button(self.tr("Next"), self.show_next, name="queue-next")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, SPACE.S)
        layout.setSpacing(SPACE.S)
        for widget in (self.reader, self.order, self.progress, self.bar, self.status):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        layout.addLayout(row(self.previous, self.next))

    def _bind(self) -> None:
        actions, session = self._context.actions, self._session
        for name, handler, shown in (("next", self.show_next, self.next), ("previous", self.show_previous,
                                                                           self.previous)):
            actions.bind(f"annotate.queue_{name}", handler)
            shown.setToolTip(actions.tip(f"annotate.queue_{name}"))
        self.reader.chosen.connect(lambda _: self.refresh())
        self.order.picked.connect(lambda _: self.refresh())
        self.list.clicked.connect(self._clicked)
        session.project_changed.connect(self._project_changed)
        session.sample_changed.connect(self._sample_changed)
        session.current_changed.connect(self._select_shown)
        session.frame_changed.connect(self._select_shown)
        self._context.theme.changed.connect(self.list.viewport().update)
        self._context.settings.changed.connect(self._setting_changed)

    @property
    def second(self) -> bool:
        """The queue of the second reader is shown."""
        return self.reader.key == "second"

    # --- judging

    def refresh(self) -> None:
        """Order anew, and judge what was not judged yet."""
        project = self._session.project
        self._stale = project is None or not self.isVisible()
        if project is None or self._stale:
            self.judge.stop()
            self.judge.last = None
            self.model.set_rows(())
            self._tell()
            return
        # What differs from the model would tell the second reader of the first one's mask.
        orders = [order for order in Order if not (self.second and order is Order.WRONG)]
        self.order.set_rows([(order, order_words(order)) for order in orders])
        self.judge.start(RankProject(project.folder, Order(self.order.currentData()),
                                     self._context.settings["model_segment"], compute(self._context),
                                     reader=self._context.settings["reader"], second=self.second, others=True,
                                     further=tuple(map(Path, self._context.settings["model_folders"]))))
        self._tell()

    def showEvent(self, event: object) -> None:
        if self._stale:
            self.refresh()

    def hideEvent(self, event: object) -> None:
        self.judge.stop()
        self._stale = True

    def _ranked(self, ranking: Ranking) -> None:
        self._reviewed, self._total = ranking.reviewed, ranking.total
        if list(map(_row, ranking.items)) != list(map(_row, self.model.rows)):
            self.model.set_rows(ranking.items)
            self._select_shown(None)
        self._tell()

    def _failed(self, message: Message) -> None:
        self.status.warn(words(message))

    # --- what is shown

    def show_next(self) -> None:
        """Show the sample below the one that is shown, or the first."""
        self._step(1)

    def show_previous(self) -> None:
        """Show the sample above the one that is shown."""
        self._step(-1)

    def _step(self, by: int) -> None:
        rows = self.model.rowCount()
        if not rows:
            return
        now = self.list.currentIndex().row()
        self._open(min(max(now + by, 0), rows - 1) if now >= 0 else 0)

    def _open(self, place: int) -> None:
        if 0 <= place < self.model.rowCount():
            index = self.model.index(place)
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
            reader = self._context.settings["reader"] if self.second else ""
            if self.second and not reader:
                self._context.notify(Message("reader-unnamed"), "caution")
                return
            self._opener.open(index.data(RANKED_ROLE).sample.id, second_reader=reader)

    def _clicked(self, index: QModelIndex) -> None:
        self._open(index.row())

    def _sample_changed(self, sample: Sample) -> None:
        """What is decided leaves at once, and the next one comes."""
        opened = self._session.current
        blind = bool(opened and opened.reader)
        if not (blind if self.second else sample.review.done):
            return
        place = self.model.remove(sample.id)
        if place < 0:
            return
        self._reviewed += 1
        self._tell()
        shown = opened is not None and any(known.id == sample.id for known in opened.samples.values())
        if shown and self.isVisible():
            self._open(min(place, self.model.rowCount() - 1))

    def _select_shown(self, _: object) -> None:
        sample = sample_shown(self._session)
        place = self.model.row_of(sample.id) if sample else -1
        if place < 0:
            self.list.clearSelection()
            return
        self.list.selectionModel().setCurrentIndex(self.model.index(place),
                                                   QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _project_changed(self, _: object) -> None:
        self._reviewed, self._total = 0, 0
        self.refresh()

    def _setting_changed(self, key: str) -> None:
        if key == "model_segment" or (key == "reader" and self.second):
            self.refresh()

    def _tell(self) -> None:
        for widget in (self.order, self.bar, self.list, self.previous, self.next):
            widget.setVisible(self._session.project is not None)
        for widget in (self.previous, self.next):
            widget.setEnabled(self.model.rowCount() > 0)
        self.progress.setText(self._progress_words())
        self.bar.setRange(0, max(1, self._total))
        self.bar.setValue(self._reviewed)
        self.status.tell()

    def _progress_words(self) -> str:
        if self._session.project is None:
            return self.tr("A queue is about a project: make or open one in the Library.")
        if self.judge.last is None and not self._total:
            return self.tr("Reading the project…")
        if not self._total:
            return self.tr("Nothing waits for a second reader. Mark images with “2nd reader” in Review.") \
                if self.second else self.tr("The project has no image yet.")
        done = self.tr("{done} of {all} read") if self.second else self.tr("{done} of {all} reviewed")
        return done.format(done=self._reviewed, all=self._total)


def _row(ranked: Ranked) -> tuple[object, ...]:
    """What is seen of a sample in the queue, but for its picture."""
    return ranked.sample.id, ranked.reason, ranked.value
