"""The rows above and below the canvas of Synthesize: tools of the mask, how it is shown; what the image is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from medsynth_gui.core.labels import LabelSet
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Choice
from medsynth_gui.gui.panels.gate_words import gate_name, reason
from medsynth_gui.gui.panels.parts import Elided, button, set_role, text
from medsynth_gui.gui.panels.synthesize_live import LiveState, Phase
from medsynth_gui.gui.panels.synthesize_pad import PAD_TOOLS, MaskPad
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import sentence
from medsynth_gui.gui.translation import words as failure_words
from medsynth_gui.session.synthesis import BY_HAND, Made

_OPACITY = 0.25
# Side by side in the narrowest window, with a name of six letters in the list.
_LABEL_PX, _SLIDER_PX = 92, 54


class MaskBar(QWidget):
    """Tools and history of the mask, the label that is drawn, and how the mask is shown over the image.

    Signals:
        look_changed: opacity, or one of the actions `synthesize.outline` and `synthesize.split`.
    """

    look_changed = Signal()

    def __init__(self, context: AppContext, pad: MaskPad, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._pad = context, pad
        self._group = QButtonGroup(self)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE.S, 0, SPACE.S, 0)
        self._layout.setSpacing(2)
        self.setFixedHeight(SPACE.TOOL_BAR)
        self._tools: dict[str, QToolButton] = {}
        for spec in PAD_TOOLS:
            made = self._button(f"synthesize.tool_{spec.id}", QCoreApplication.translate("tools", spec.hint))
            made.setCheckable(True)
            self._group.addButton(made)
            self._tools[spec.id] = made
        self._layout.addSpacing(SPACE.S)
        for name in ("undo", "redo", "clear"):
            self._button(f"synthesize.{name}")
        self._layout.addSpacing(SPACE.S)
        self.label = Choice(self.tr("The label that is drawn"), name="synthesize-label")
        self.label.setMinimumWidth(_LABEL_PX)
        self.label.setMaximumWidth(110)
        self.label.picked.connect(self._label_picked)
        self.radius = self._slider("synthesize-radius", self.tr("Size of the brush ([ and ], or Ctrl+wheel)"), 2, 60)
        self.radius.setValue(round(pad.radius))
        self.radius.valueChanged.connect(self._radius_moved)
        for widget in (self.label, self.radius):
            self._layout.addWidget(widget)
        self._layout.addStretch(1)
        self.outline = self._button("synthesize.outline")
        self.opacity = self._slider("synthesize-opacity", self.tr("How strong the mask is over the image"), 0, 100)
        self.opacity.setValue(round(_OPACITY * 100))
        self.opacity.valueChanged.connect(self.look_changed.emit)
        self._layout.addWidget(self.opacity)
        for name in ("split", "nearest"):
            self._button(f"synthesize.{name}")
        pad.tool_changed.connect(self._show_tool)
        pad.radius_changed.connect(self._show_radius)
        self._show_tool(pad.tool.id)

    def set_labels(self, labels: LabelSet) -> None:
        """Offer these labels; a choice is shown where there are several."""
        self.label.set_rows([(label.value, label.name) for label in labels])
        self.label.setVisible(len(labels) > 1)
        self._pad.label = self.label.currentData() or 1

    def choose_label(self, number: int) -> None:
        """Draw with the label at a place of the list."""
        if number < self.label.count():
            self.label.setCurrentIndex(number)
            self._pad.label = self.label.currentData()

    def _button(self, action_id: str, hint: str = "") -> QToolButton:
        """A button that looks as the table says and follows its action."""
        action = self._context.actions.get(action_id)
        made = QToolButton()
        made.setObjectName(action_id)
        made.setIcon(action.icon())
        made.setIconSize(QSize(SPACE.ICON, SPACE.ICON))
        made.setToolTip("\n".join(filter(None, (self._context.actions.tip(action_id), hint))))
        made.setAccessibleName(action.text())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(action.trigger)
        if action.isCheckable():
            made.setCheckable(True)
            made.setChecked(action.isChecked())
            action.toggled.connect(made.setChecked)
            made.clicked.connect(partial(self._agree, made, action))
        action.enabledChanged.connect(made.setEnabled)
        self._layout.addWidget(made)
        return made

    @staticmethod
    def _agree(made: QToolButton, action: QAction) -> None:
        made.setChecked(action.isChecked())

    @staticmethod
    def _slider(name: str, tip: str, low: int, high: int) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(low, high)
        made.setFixedWidth(_SLIDER_PX)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setObjectName(name)
        return made

    def _label_picked(self, value: int) -> None:
        self._pad.label = value

    def _radius_moved(self, value: int) -> None:
        if round(self._pad.radius) != value:
            self._pad.radius = value

    def _show_radius(self, value: float) -> None:
        self.radius.setValue(round(value))

    def _show_tool(self, tool_id: str) -> None:
        self._tools[tool_id].setChecked(True)
        self.radius.setVisible(next(spec for spec in PAD_TOOLS if spec.id == tool_id).cursor == "circle")


class ImageBar(QWidget):
    """What is shown, how it came about, and what to do with it.

    Signals: keep, reject, annotate, live.
    """

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.setFixedHeight(SPACE.TOOL_BAR)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE.M, 0, SPACE.M, 0)
        layout.setSpacing(SPACE.S)
        self.state, self.facts = text("", "title", wrap=False), Elided()
        set_role(self.facts, "muted")
        # One above the other: side by side they would be cut off in a small window.
        said = QVBoxLayout()
        said.setSpacing(0)
        for label in (self.state, self.facts):
            said.addWidget(label)
        layout.addLayout(said, 1)
        trigger = context.actions.get
        self.buttons = {}
        for name, words, kind in (("live", self.tr("Back to live"), "quiet"), ("keep", self.tr("Keep"), "primary"),
                                  ("reject", self.tr("Reject"), ""), ("annotate", self.tr("To canvas"), "")):
            action = trigger(f"synthesize.{name}")
            made = button(words, action.trigger, kind=kind, name=f"synthesize-{name}",
                          tip=context.actions.tip(f"synthesize.{name}"))
            action.changed.connect(partial(self._follow, name))
            self.buttons[name] = made
            layout.addWidget(made)

    def _follow(self, name: str) -> None:
        self.buttons[name].setEnabled(self._context.actions.get(f"synthesize.{name}").isEnabled())
        if name == "live":
            self.buttons[name].setVisible(self.buttons[name].isEnabled())

    def show_live(self, state: LiveState, facts: str, steps: tuple[int, int] | None = None) -> None:
        """Say what the live image is, honestly.

        Args:
            steps: of the sampler, and how many the model's card asks for; None where there is no such thing.
        """
        words, role = self._words(state)
        if state.phase is Phase.FINAL and steps and steps[0] < steps[1]:
            words = self.tr("{steps} of {all} steps · {seconds}").format(
                steps=steps[0], all=steps[1], seconds=f"{state.seconds:.2f} s")
            role = "caution"
        if state.waits_for is not None:
            words, role = self.tr("Waits for: {job}").format(job=sentence(state.waits_for)), "muted"
        self.set_words(words, role, facts)
        if state.failure is not None:
            # A sentence is longer than the other states: it may take two lines, and the room of the facts.
            self.state.setWordWrap(True)
            self.facts.hide()
            self.state.setToolTip(failure_words(state.failure))

    def show_made(self, made: Made, facts: str) -> None:
        """Say what became of an image that was made."""
        if made.sample_id:
            words, role = self.tr("Kept as {id}").format(id=made.sample_id), "good"
        elif made.failed or made.rejected:
            words, role = gate_name(made.failed[0].gate if made.failed else BY_HAND), "bad"
        elif made.unjudged:
            words, role = self.tr("Not judged"), "caution"
        elif made.verdicts is None:
            words, role = self.tr("Judging…"), "muted"
        else:
            silent = len(made.doubtful)
            words, role = self.tr("Passed {count} gates").format(count=len(made.verdicts) - silent), "good"
            if silent:
                words, role = words + self.tr(" · {silent} could not judge").format(silent=silent), "caution"
        self.set_words(words, role, facts)
        self.state.setToolTip("\n".join([made.unjudged, *(reason(verdict) for verdict in made.verdicts or ())]).strip())

    def set_words(self, words: str, role: str, facts: str) -> None:
        self.state.setText(words)
        self.state.setWordWrap(False)
        self.state.setToolTip("")
        set_role(self.state, role)
        self.facts.show()
        self.facts.setText(facts)
        self.facts.setToolTip(facts)

    def _words(self, state: LiveState) -> tuple[str, str]:
        seconds = f"{state.seconds:.2f} s"
        return {
            Phase.NOTHING: (self.tr("Draw a mask, or take one: the image follows"), "muted"),
            Phase.PREVIEWING: (self.tr("Preview…"), "muted"),
            Phase.PREVIEW: (self.tr("Preview · {seconds}").format(seconds=seconds), "caution"),
            Phase.REFINING: (self.tr("Preview · refining {done} %").format(done=round(100 * state.done)), "caution"),
            Phase.FINAL: (self.tr("Full quality · {seconds}").format(seconds=seconds), "good"),
            Phase.FAILED: (sentence(state.failure) if state.failure else "", "bad"),
        }[state.phase]
