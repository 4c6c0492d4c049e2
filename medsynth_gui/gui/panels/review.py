"""The review panel: who has looked at this image, what they said, and who reads now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError
from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.parts import Card, button, row, section_head, set_role, text
from medsynth_gui.gui.review_words import said_by, state_token, state_words
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries

_INITIALS = 8
_ENDS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Typed(QLineEdit):
    """A field in which Enter and Esc end the typing; elsewhere they accept and reject proposals."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _ENDS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _ENDS:
            super().keyPressEvent(event)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.undo_all()
        self.clearFocus()

    def undo_all(self) -> None:
        """Esc: what was typed is not meant."""
        while self.isUndoAvailable():
            self.undo()


class Initials(_Typed):
    """Who reads."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = context.settings
        self.setObjectName("reader-initials")
        self.setPlaceholderText(self.tr("Initials"))
        self.setToolTip(self.tr("Who reads: your initials go with every decision and every reading"))
        self.setAccessibleName(self.tr("Initials of the reader"))
        self.setMaxLength(_INITIALS)
        self.setFixedWidth(80)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setText(self._settings["reader"])
        self.editingFinished.connect(self.store)
        self._settings.changed.connect(self._changed)

    def store(self) -> None:
        """Remember what is typed."""
        self._settings["reader"] = self.text().strip()

    def _changed(self, key: str) -> None:
        if key == "reader" and self.text() != self._settings["reader"]:
            self.setText(self._settings["reader"])


class ReviewPanel(QWidget):
    """State in words and colour, and the next step."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._asked_initials = False
        self.state, self.facts = text("", "title"), text("", "muted")
        self.blind = text(self.tr("Second reading: what the first reader drew is hidden. Draw what you see, then "
                                  "finish."), "small")
        self.initials = Initials(context)
        self.class_name = QComboBox()
        self.class_name.setObjectName("review-class")
        self.class_name.setEditable(True)
        self.class_name.setLineEdit(_Typed())
        self.class_name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.class_name.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.class_name.lineEdit().setPlaceholderText(self.tr("Class"))
        self.class_name.setToolTip(self.tr("Class of the whole image: choose or type; stored with the decision"))
        self.class_name.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.class_name.setMinimumContentsLength(3)
        self._classed: tuple[object, int, str] = (None, 0, "")
        self.ask = self._button(self.tr("2nd reader"), "annotate.needs_review", self.needs_review, "needs-review")
        self.reject_button = self._button(self.tr("Reject"), "annotate.reject_sample", self.reject, "reject-sample")
        self.approve_button = self._button(self.tr("Approve"), "annotate.approve", self.approve, "approve")
        self._card = Card(self.state, self.facts, self.blind)
        self._card.body.addLayout(row(self.ask, self.reject_button, self.approve_button, spacing=SPACE.XS))
        self._card.body.addLayout(row(text(self.tr("Reader"), "muted", wrap=False), self.initials, self.class_name,
                                      stretch=2))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.S)
        layout.addWidget(section_head(self.tr("Review")))
        layout.addWidget(self._card)
        session = self._session
        for signal in (session.current_changed, session.frame_changed, session.review_changed,
                       session.history_changed, session.sample_changed, session.project_changed):
            signal.connect(self._refresh)
        self._refresh(None)

    def _button(self, words: str, action: str, handler: object, name: str) -> QWidget:
        made = button(words, handler, name=name)
        made.setStyleSheet("padding-left: 4px; padding-right: 4px;")
        self._context.actions.bind(action, handler)
        made.setToolTip(self._context.actions.tip(action))
        return made

    def needs_review(self) -> None:
        """Ask for a second reader."""
        self._decide(ReviewState.NEEDS_REVIEW)

    def approve(self) -> None:
        """Say that the masks are right; of a blind reading, that it is finished."""
        self._decide(ReviewState.APPROVED)

    def reject(self) -> None:
        """Say that the image is of no use."""
        self._decide(ReviewState.REJECTED)

    def _decide(self, state: ReviewState) -> None:
        if self._session.current is None:
            return
        self.initials.store()
        try:
            commands.decide(self._session, state, class_name=self._chosen_class())
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
            return
        if not self._session.settings["reader"] and not self._asked_initials:
            # Once, and without a dialog in the way: the decision stands.
            self._asked_initials = True
            self._context.notify(self.tr("Noted. Type your initials under Review, and it is known who said so."),
                                 "info")

    def _refresh(self, _: object) -> None:
        opened = self._session.current
        # A second reader has to say who reads before anything is shown.
        self.setVisible(opened is not None or self._session.project is not None)
        for widget in (self.state, self.facts, self.ask, self.reject_button, self.approve_button, self.blind):
            widget.setVisible(opened is not None)
        self.class_name.setVisible(False)
        if opened is None:
            return
        review = self._review(opened)
        self.state.setText(state_words(review.state))
        token = state_token(review.state)
        set_role(self.state, token if token in ("good", "bad") else "title")
        self.facts.setText(self._facts(opened, review))
        self._show_class(opened)
        blind = bool(opened.reader)
        self.ask.setVisible(not blind)
        self.reject_button.setVisible(not blind)
        done = blind and review.state is ReviewState.APPROVED
        if done:  # nobody approved it: two readings are compared first
            self.state.setText(self.tr("Reading finished"))
        self.blind.setVisible(blind and not done)
        self.approve_button.setText(self.tr("Finish it again") if done else self.tr("Finish the reading") if blind
                                    else self.tr("Approve"))
        self.ask.setEnabled(review.state is not ReviewState.NEEDS_REVIEW)
        self.reject_button.setEnabled(review.state is not ReviewState.REJECTED)

    def _chosen_class(self) -> str | None:
        """What the field says where it stands for a sample."""
        return self.class_name.currentText().strip() if not self.class_name.isHidden() else None

    def _show_class(self, opened: OpenSeries) -> None:
        """The class of the sample; a blind reader's is empty, and what is typed stays until another image comes."""
        sample, project = commands.sample_shown(self._session), self._session.project
        self.class_name.setVisible(sample is not None)
        if sample is None or project is None:
            return
        shown = "" if opened.reader else sample.class_name
        if self._classed != (opened, opened.frame, shown):
            self._classed = opened, opened.frame, shown
            self.class_name.clear()
            self.class_name.addItems(["", *project.classes()])
            self.class_name.setCurrentText(shown)

    def _review(self, opened: OpenSeries) -> Review:
        """Of the sample that is shown; of an image that is in no project, of its series."""
        sample = None if opened.reader else commands.sample_shown(self._session)
        return sample.review if sample else opened.review

    def _facts(self, opened: OpenSeries, review: Review) -> str:
        count = opened.series.frame_count
        labelled = len(opened.document.labelled_frames()) if opened.loaded else 0
        parts = [self.tr("{0} of {1} frames labelled").format(labelled, count) if count > 1 else
                 self.tr("Labelled") if labelled else self.tr("Nothing drawn yet")]
        return " · ".join(filter(None, (*parts, said_by(review))))
