"""Readers in Quality: which two are compared, what they make of it, and who settles it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.consensus import Consensus
from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.dataset.reviewing import adjudicated
from medsynth_gui.dataset.sample import Sample
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.adjudication import AdjudicationView
from medsynth_gui.gui.panels.agreement_results import AgreementResults
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import button, row, section_head, text
from medsynth_gui.gui.panels.reading import Reading
from medsynth_gui.gui.panels.review import Initials
from medsynth_gui.gui.sample_opening import SampleOpener
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import words
from medsynth_gui.jobs.agreement import Agreement, MeasureAgreement, Readings, read_readings
from medsynth_gui.jobs.open_sample import LoadedSample
from medsynth_gui.session import commands


class ReadersPage(QWidget):
    """The left page; it leads `view` (the middle) and `results` (the right column).

    Signals:
        changed(): what is compared is another.
    """

    changed = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._opener = SampleOpener(context, self)
        self._agreement: Agreement | None = None
        self._shown = ""
        self.view, self.results = AdjudicationView(context), AgreementResults()
        self.pairs = Choice(self.tr("Which two readers are compared"), name="reader-pairs")
        self.pairs.picked.connect(lambda _: self._show_pair())
        self.compare = button(self.tr("Compare readers"), self.refresh, kind="primary", name="readers-compare",
                              tip=self.tr("Measure how far the readers of the project agree"))
        self.state = text("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE.S, 0, 0)
        layout.setSpacing(SPACE.S)
        for widget in (section_head(self.tr("Readers")), self.pairs, self.state, self.compare,
                       section_head(self.tr("Who settles"))):
            layout.addWidget(widget)
        layout.addLayout(row(text(self.tr("Reader"), "muted", wrap=False), Initials(context), QWidget(), stretch=2))
        self._connect()
        self._show_pair()

    def _connect(self) -> None:
        self.results.picked.connect(self._picked)
        self.view.decided.connect(self._decide)
        self.view.edit.connect(self._edit)
        self.view.taken_back.connect(self._take_back)
        self._session.project_changed.connect(self._project_changed)
        self._session.sample_changed.connect(self._sample_changed)
        bind = self._context.actions.bind
        bind("quality.next_disputed", partial(self._step, 1))
        bind("quality.previous_disputed", partial(self._step, -1))

    def refresh(self) -> None:
        """Compare the readers of the project anew."""
        project = self._session.project
        self.compare.setEnabled(project is not None)
        if project is None:
            self._nothing(self.tr("Readers are compared in a project: make or open one in the Library."))
            return
        self._context.queue.submit(MeasureAgreement(project.folder), self._measured, self._failed)

    def _measured(self, agreement: Agreement) -> None:
        self._agreement = agreement
        self.pairs.set_rows([(pair.readers, " – ".join(pair.readers)) for pair in agreement.pairs])
        self._show_pair()

    def _failed(self, message: Message) -> None:
        self._nothing(words(message))

    def _nothing(self, told: str) -> None:
        self._agreement = None
        self.pairs.set_rows([])
        self._show_pair()
        self.state.setText(told)

    def _show_pair(self) -> None:
        agreement, chosen = self._agreement, self.pairs.currentData()
        pair = next((one for one in agreement.pairs if one.readers == chosen), None) if agreement else None
        self.pairs.setVisible(pair is not None)
        self._shown = ""
        self.results.show_pair(pair, agreement.settled if agreement else frozenset())
        self.view.show_readings(None, settled=False)
        self._tell()
        if pair and pair.images:
            self.results.choose(pair.images[0].id)

    def _tell(self) -> None:
        rows = self.results.model.rows
        left = sum(not self.results.settled(row.id) for row in rows)
        self.state.setText(self.tr("{n} of {all} images are settled.").format(n=len(rows) - left, all=len(rows)))
        self.state.setVisible(True)

    def _step(self, by: int) -> None:
        if self.isVisible():
            self.results.choose(self.results.neighbour(self._shown, by))

    def _picked(self, identity: str) -> None:
        project = self._session.project
        self._shown = identity
        if project is not None:
            self._context.queue.submit(Reading(partial(read_readings, project.folder, identity)),
                                       partial(self._show, identity), quiet=True, first=True)

    def _show(self, identity: str, readings: Readings) -> None:
        if identity == self._shown:
            self.view.show_readings(self._as_paired(readings), settled=adjudicated(readings.sample))

    def _as_paired(self, readings: Readings) -> Readings:
        """The two readers that are compared first; further ones count for the majority only."""
        pair = self.pairs.currentData() or ()
        order = sorted(range(len(readings.readings)), key=lambda place: readings.readings[place].reader not in pair)
        return replace(readings, readings=tuple(readings.readings[place] for place in order),
                       masks=tuple(readings.masks[place] for place in order))

    def _decide(self, how: Consensus) -> None:
        readings = self.view.readings
        if readings is not None and self._try(lambda: commands.adjudicate_sample(self._session, readings, how)):
            following = self.results.neighbour(readings.sample.id, 1, open_only=True)
            if following:
                self.results.choose(following)
            else:
                self._picked(readings.sample.id)
                self._context.notify(self.tr("Every image that two have read is settled."), "good")

    def _take_back(self) -> None:
        readings = self.view.readings
        if readings is not None:
            identity = readings.sample.id
            self._try(lambda: commands.take_back_adjudication(self._session, identity))
            self._picked(identity)

    def _edit(self) -> None:
        readings = self.view.readings
        if readings is None:
            return

        def show(loaded: LoadedSample) -> object:
            return commands.edit_adjudication(self._session, loaded, readings)

        self._opener.open(readings.sample.id, show=show, then=partial(self._context.show_workspace, "annotate"))

    def _try(self, do: Callable[[], object]) -> bool:
        try:
            do()
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return False
        return True

    def _project_changed(self, _: object) -> None:
        self._nothing("")
        if self.isVisible():
            self.refresh()

    def _sample_changed(self, sample: Sample) -> None:
        self.results.set_settled(sample.id, adjudicated(sample))
        if self._agreement is not None:
            self._tell()
