"""What a model is for, in words."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

_TASKS = {
    "segmentation": QT_TRANSLATE_NOOP("model", "Segmentation"),
    "refinement": QT_TRANSLATE_NOOP("model", "Correction by clicks"),
    "synthesis": QT_TRANSLATE_NOOP("model", "Synthesis"),
    "super-resolution": QT_TRANSLATE_NOOP("model", "Super-resolution"),
    "encoder": QT_TRANSLATE_NOOP("model", "Encoder"),
    "distillation": QT_TRANSLATE_NOOP("model", "Preview of a generator"),
    "marks": QT_TRANSLATE_NOOP("model", "Burned-in marks")}


def task_title(task: str) -> str:
    """A row of `model_card.TASKS` as a title; empty for another word."""
    return QCoreApplication.translate("model", _TASKS[task]) if task in _TASKS else ""
