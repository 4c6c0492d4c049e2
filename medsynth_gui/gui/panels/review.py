"""The review panel: who has looked at this series, and what they said."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, section_head, text
from medsynth_gui.gui.panels.series_list import STATE_GLYPHS
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries

STATE_WORDS = {ReviewState.UNLABELLED: "Not labelled", ReviewState.IN_PROGRESS: "In progress",
               ReviewState.NEEDS_REVIEW: "Needs second reader", ReviewState.APPROVED: "Approved",
               ReviewState.REJECTED: "Rejected"}


class ReviewPanel(QWidget):
    """State in words and colour, and the next step."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self.state, self.facts = text("", "title"), text("", "muted")
        self.ask = button(self.tr("Needs review"), self.needs_review, name="needs-review")
        self.approve_button = button(self.tr("Approve"), self.approve, name="approve")
        self._card = Card(self.state, self.facts)
        self._card.body.addLayout(row(self.ask, self.approve_button, spacing=SPACE.S))
        self._head = section_head(self.tr("Review"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(self._head)
        layout.addWidget(self._card)
        context.actions.bind("annotate.needs_review", self.needs_review)
        context.actions.bind("annotate.approve", self.approve)
        self.ask.setToolTip(context.actions.tip("annotate.needs_review"))
        self.approve_button.setToolTip(context.actions.tip("annotate.approve"))
        for signal in (self._session.current_changed, self._session.review_changed, self._session.history_changed):
            signal.connect(self._refresh)
        self._refresh(None)

    def needs_review(self) -> None:
        """Ask for a second reader."""
        self._decide(ReviewState.NEEDS_REVIEW)

    def approve(self) -> None:
        """Say that the masks are right."""
        self._decide(ReviewState.APPROVED)

    def _decide(self, state: ReviewState) -> None:
        if self._session.current is not None:
            at = datetime.now(UTC).isoformat(timespec="seconds")
            commands.set_review(self._session, Review(state, self._session.settings["reader"], at))

    def _refresh(self, _: object) -> None:
        opened = self._session.current
        self.setVisible(opened is not None)
        if opened is None:
            return
        review = opened.review
        self.state.setText(QCoreApplication.translate("review", STATE_WORDS[review.state]))
        color = self._context.theme.tokens
        self.state.setStyleSheet(f"color: {getattr(color, STATE_GLYPHS[review.state][1])};"
                                 if review.state in (ReviewState.APPROVED, ReviewState.REJECTED) else "")
        self.facts.setText(self._facts(opened))
        self.ask.setEnabled(review.state is not ReviewState.NEEDS_REVIEW)
        self.approve_button.setEnabled(review.state is not ReviewState.APPROVED)

    def _facts(self, opened: OpenSeries) -> str:
        count = opened.series.frame_count
        labelled = len(opened.document.labelled_frames()) if opened.loaded else 0
        parts = [self.tr("{0} of {1} frames labelled").format(labelled, count) if count > 1 else
                 self.tr("Labelled") if labelled else self.tr("Nothing drawn yet")]
        if opened.review.at:
            when = datetime.fromisoformat(opened.review.at).astimezone().strftime("%d %b %H:%M")
            parts.append(f"{opened.review.reader}, {when}" if opened.review.reader else when)
        return " · ".join(parts)
