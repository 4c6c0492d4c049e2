"""Review states and the reasons of the queue in words, each with its colour token."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QLocale

from medsynth_gui.core.review import Review, ReviewState
from medsynth_gui.dataset.ranking import UNLIKE_ALL, UNLIKE_ONE, Order, Ranked
from medsynth_gui.gui.translation import number

_STATES = {
    ReviewState.UNLABELLED: (QT_TRANSLATE_NOOP("review", "Not reviewed"), "muted"),
    ReviewState.IN_PROGRESS: (QT_TRANSLATE_NOOP("review", "In work"), "caution"),
    ReviewState.NEEDS_REVIEW: (QT_TRANSLATE_NOOP("review", "Needs a second reader"), "caution"),
    ReviewState.APPROVED: (QT_TRANSLATE_NOOP("review", "Approved"), "good"),
    ReviewState.REJECTED: (QT_TRANSLATE_NOOP("review", "Rejected"), "bad"),
}
_SHORT = {
    ReviewState.IN_PROGRESS: QT_TRANSLATE_NOOP("review", "in work"),
    ReviewState.NEEDS_REVIEW: QT_TRANSLATE_NOOP("review", "2nd reader"),
    ReviewState.APPROVED: QT_TRANSLATE_NOOP("review", "approved"),
    ReviewState.REJECTED: QT_TRANSLATE_NOOP("review", "rejected"),
}
_ORDERS = {
    Order.WRONG: QT_TRANSLATE_NOOP("review", "Most likely wrong"),
    Order.UNCERTAIN: QT_TRANSLATE_NOOP("review", "Most uncertain"),
    Order.ATYPICAL: QT_TRANSLATE_NOOP("review", "Most atypical"),
    Order.UNLIKE: QT_TRANSLATE_NOOP("review", "Least like anything labelled"),
}
_REASONS = {
    "dice": (QT_TRANSLATE_NOOP("review", "Mask and model agree to Dice {0}"), 2),
    "entropy": (QT_TRANSLATE_NOOP("review", "The model is unsure: entropy {0}"), 2),
    "typical": (QT_TRANSLATE_NOOP("review", "{0} × the usual distance to others"), 1),
    "labelled": (QT_TRANSLATE_NOOP("review", "{0} × the usual distance to labelled ones"), 1),
}

_UNLIKE = {
    UNLIKE_ONE: QT_TRANSLATE_NOOP("review", "Unlike the images that the model was taught with"),
    UNLIKE_ALL: QT_TRANSLATE_NOOP("review", "Unlike what any model here was taught with"),
}


def state_words(state: ReviewState) -> str:
    """A state as the window calls it."""
    return QCoreApplication.translate("review", _STATES[state][0])


def state_token(state: ReviewState) -> str:
    """The colour of a state."""
    return _STATES[state][1]


def short_state(state: ReviewState) -> str:
    """A state where there is room for a word; empty where nobody has looked."""
    return QCoreApplication.translate("review", _SHORT[state]) if state in _SHORT else ""


def order_words(order: Order) -> str:
    """What stands first."""
    return QCoreApplication.translate("review", _ORDERS[order])


def reason_words(ranked: Ranked) -> str:
    """Why an image stands where it does, with the figure."""
    if not ranked.reason:
        return QCoreApplication.translate("review", "Not judged yet")
    if ranked.reason in _UNLIKE:
        return QCoreApplication.translate("review", _UNLIKE[ranked.reason])
    if ranked.value is None:
        return QCoreApplication.translate("review", "A typical image: nothing is labelled yet")
    words, digits = _REASONS[ranked.reason]
    return QCoreApplication.translate("review", words).format(number(ranked.value, digits))


def said_by(review: Review) -> str:
    """Who said it and when; empty where nobody did."""
    if not review.at:
        return review.reader
    when = QLocale().toString(datetime.fromisoformat(review.at).astimezone(), "d MMM HH:mm")
    return f"{review.reader}, {when}" if review.reader else when
