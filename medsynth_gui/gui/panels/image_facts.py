"""The image panel: what is known of the image shown, and what a person can set right about it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from medsynth_gui.core.errors import MedSynthError, Message
from medsynth_gui.core.field_of_view import FieldOfView
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.icons import icon
from medsynth_gui.gui.image_words import facts, summary
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.parts import KeyValues, button, row, section_head, text, tool
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import briefly, sentence, words
from medsynth_gui.io.dicom.colour_decision import ColourSource
from medsynth_gui.session import commands
from medsynth_gui.session.opened import OpenSeries


class ImageFacts(QWidget):
    """Folded it is one line; unfolded it lists what the file says, its problems, and what can be changed."""

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._session = context, context.session
        self._looking: OpenSeries | None = None
        self.fold = tool("caret-right", context.actions.tip("annotate.image_facts"), self.toggle, name="image-fold")
        self.summary, self.problems = text("", "muted"), text("", "caution")
        self.facts = KeyValues()
        self.colour = Choice(self.tr("How the colours of this file are read"), name="image-colour")
        self.colour.picked.connect(self._colour_picked)
        self.crop = button(self.tr("Crop to the field of view"), self.toggle_crop, glyph="crop", name="image-crop",
                           tip=context.actions.tip("annotate.crop_view"))
        self.calibrate = button(self.tr("Calibrate on the ruler"), self._take_ruler, glyph="ruler",
                                name="image-calibrate", tip=context.actions.tip("annotate.tool_calibrate"))
        self.revoke = button(self.tr("Revoke the calibration by hand"), self.revoke_calibration, glyph="x",
                             name="image-revoke", tip=context.actions.tip("annotate.revoke_calibration"))
        self._lay_out()
        bind = context.actions.bind
        bind("annotate.image_facts", self.toggle)
        bind("annotate.crop_view", self.toggle_crop)
        bind("annotate.revoke_calibration", self.revoke_calibration)
        self._session.current_changed.connect(self._refresh)
        self._refresh(self._session.current)

    def toggle(self) -> None:
        """Fold or unfold."""
        self._context.settings["image_facts_open"] = not self._context.settings["image_facts_open"]
        self._refresh(self._session.current)

    def toggle_crop(self) -> None:
        """Look for the field of view and work on that alone, or on the whole image again."""
        opened = self._session.current
        if opened is None or self._looking is not None:
            return
        if opened.adjustments.crop:
            self._set_crop(opened, None)
            return
        from medsynth_gui.jobs.field_of_view import FindFieldOfView

        self._looking = opened
        self._context.queue.submit(FindFieldOfView(opened.as_read), on_done=partial(self._found, opened),
                                   on_failed=self._not_found)

    def revoke_calibration(self) -> None:
        """Go back to the pixel size of the file."""
        if (opened := self._session.current) and opened.adjustments.spacing:
            commands.set_spacing(self._session, opened, None)

    def _lay_out(self) -> None:
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(SPACE.S)
        for widget in (self.facts, self.problems, self.colour, self.calibrate, self.revoke, self.crop):
            body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE.XS)
        layout.addLayout(row(section_head(self.tr("Image")), self.fold, stretch=0, spacing=0))
        layout.addWidget(self.summary)
        layout.addWidget(self._body)

    def _refresh(self, opened: OpenSeries | None) -> None:
        unfolded = bool(self._context.settings["image_facts_open"])
        self.setVisible(opened is not None)
        self.fold.setIcon(icon("caret-down" if unfolded else "caret-right"))
        self._body.setVisible(unfolded)
        self.summary.setVisible(not unfolded)
        if opened is None:
            return
        series = opened.series
        self.summary.setText(summary(series))
        if not unfolded:
            return
        self.facts.set_rows(list(facts(series)))
        self.problems.setText("\n".join(sentence(briefly(problem)) for problem in series.problems))
        self.problems.setToolTip("\n".join(map(words, series.problems)))
        self.problems.setVisible(bool(series.problems))
        self.revoke.setVisible(opened.adjustments.spacing is not None)
        self.crop.setText(" " + (self.tr("Show the whole image") if opened.adjustments.crop else
                                 self.tr("Crop to the field of view")))
        self._show_colour(opened)

    def _show_colour(self, opened: OpenSeries) -> None:
        source = opened.as_read.source
        decision = source.colour if isinstance(source, ColourSource) else None
        self.colour.setVisible(decision is not None)
        if decision is not None:
            self.colour.set_rows([("auto", self.tr("Colours: decided from the pixels")),
                                  ("tag", self.tr("Colours: as tagged ({0})").format(decision.tagged)),
                                  ("RGB", self.tr("Colours: read as RGB")), ("YBR", self.tr("Colours: read as YCbCr"))])
            self.colour.choose(opened.adjustments.colour)

    def _colour_picked(self, choice: str) -> None:
        if self._session.current is not None:
            commands.set_colour(self._session, self._session.current, choice)

    def _take_ruler(self) -> None:
        self._context.actions.get("annotate.tool_calibrate").trigger()

    def _found(self, opened: OpenSeries, view: FieldOfView) -> None:
        self._looking = None
        if opened not in self._session.opened:
            return
        if view.kind == "whole":
            self._context.notify(Message("field-of-view-none", {"title": opened.title}), "info")
        else:
            self._set_crop(opened, view)

    def _not_found(self, message: Message) -> None:
        self._looking = None
        self._context.notify(message, "bad")

    def _set_crop(self, opened: OpenSeries, view: FieldOfView | None) -> None:
        try:
            commands.set_crop(self._session, opened, view.box if view else None)
        except MedSynthError as error:
            self._context.notify(error.message, "caution")
