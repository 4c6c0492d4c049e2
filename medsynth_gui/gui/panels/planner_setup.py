"""The left column of the planner: generator, what tells rows apart, sizes, proposals of targets, and the start."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QWidget

from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.dataset.plan import FACETS, Plan, SizeBounds
from medsynth_gui.gui.context import AppContext
from medsynth_gui.gui.panels.fields import Segmented, number_box
from medsynth_gui.gui.panels.frame_choice import FrameChoice
from medsynth_gui.gui.panels.generator_choice import GeneratorChoice
from medsynth_gui.gui.panels.licence_question import LicenceQuestion
from medsynth_gui.gui.panels.parts import SidePanel, button, row, section_head, text
from medsynth_gui.gui.theme import SPACE
from medsynth_gui.gui.translation import number

_SEEDS = 1_000_000


class PlannerSetup(SidePanel):
    """Asks for a plan and for its filling.

    Signals:
        changed: count again: another model, other rows, sizes or samples.
        proposed(str, int): "balance", "least" (with the number) or "clear".
        framed(str): the person wishes for another frame, named as `--frame` does.
        fill: begin. estimate: measure how long it will take.
    """

    changed = Signal()
    proposed = Signal(str, int)
    framed = Signal(str)
    fill = Signal()
    estimate = Signal()

    def __init__(self, context: AppContext, parent: QWidget | None = None) -> None:
        super().__init__(SPACE.RIGHT_PANEL, parent)
        self.model = GeneratorChoice(context)
        self.licence = LicenceQuestion(context, self.model)
        self.frame = FrameChoice("plan-frame")
        self.frame.offer(self.model.card)
        self.frame.picked.connect(self.framed.emit)
        self.model.changed.connect(self._model_changed)
        self.licence.answered.connect(self.changed.emit)
        self._facets: dict[str, QCheckBox] = {}
        self.sizes = Segmented([("thirds", self.tr("Thirds"), self.tr("A third of your labelled images in each size")),
                                ("fixed", self.tr("Fixed"), self.tr("Bounds that you set"))])
        self._bounds = self._bound_boxes()
        self.part = Segmented([
            ("train", self.tr("Training part"), self.tr("Synthetic images may only train: count what trains")),
            ("all", self.tr("All samples"), self.tr("Count validation and test samples too"))])
        self.least = number_box(1, 100_000, 50, name="plan-least", tip=self.tr("At least so many images in each row"))
        self.seed = number_box(0, _SEEDS - 1, 1, name="plan-seed",
                               tip=self.tr("The same seed, plan and project give the same images"))
        self.forecast = text("", "muted")
        self.go = button(self.tr("Fill"), self.fill.emit, kind="primary", name="plan-fill",
                         tip=context.actions.tip("synthesize.fill"))
        self.time = button(self.tr("How long?"), self.estimate.emit, name="plan-estimate",
                           tip=self.tr("Make a few images, keep none, and say how long the whole will take"))
        self._build()
        for segmented in (self.sizes, self.part):
            segmented.chosen.connect(self._chosen)

    def _bound_boxes(self) -> tuple[QDoubleSpinBox, QDoubleSpinBox]:
        tips = (self.tr("Below this share of the image, what is drawn is small"),
                self.tr("From this share on, what is drawn is large"))
        boxes = []
        for name, tip, share in zip(("small", "large"), tips, (SizeBounds().small, SizeBounds().large), strict=True):
            box = QDoubleSpinBox()
            box.setRange(0.1, 99.0)
            box.setDecimals(1)
            box.setSuffix(" %")
            box.setValue(100 * share)
            box.setObjectName(f"plan-bound-{name}")
            box.setToolTip(tip)
            box.setAccessibleName(tip)
            box.setKeyboardTracking(False)
            box.valueChanged.connect(self.changed.emit)
            boxes.append(box)
        return boxes[0], boxes[1]

    def _build(self) -> None:
        self.add(section_head(self.tr("Generator")), self.model, self.licence)
        self.gap()
        self.add(section_head(self.tr("Rows by")), self._facet_grid())
        self.gap()
        self._bounds_line = QWidget()
        self._bounds_line.setLayout(row(text(self.tr("small below"), "muted", wrap=False), self._bounds[0],
                                        text(self.tr("large from"), "muted", wrap=False), self._bounds[1],
                                        spacing=SPACE.XS))
        self._size_head = section_head(self.tr("Sizes"))
        self.add(self._size_head, self.sizes, self._bounds_line)
        self.gap()
        self.add(section_head(self.tr("Count")), self.part)
        self.gap()
        least, clear = QWidget(), QWidget()
        least.setLayout(row(button(self.tr("At least"), self._propose_least, name="plan-at-least",
                                   tip=self.tr("Raise every row to this many images")), self.least, stretch=1))
        clear.setLayout(row(button(self.tr("Balance classes"), self._propose_balance, name="plan-balance",
                                   tip=self.tr("Raise every class to the largest one; its mix of sizes stays")),
                            button(self.tr("Clear"), self._propose_nothing, name="plan-clear", kind="quiet",
                                   tip=self.tr("Targets as many as there are")), stretch=0))
        self.add(section_head(self.tr("Propose targets")), clear, least)
        self.gap()
        self.add(section_head(self.tr("Frame")), self.frame, section_head(self.tr("Seed")), self.seed)
        self.gap()
        both = QWidget()
        both.setLayout(row(self.go, self.time, stretch=0))
        self.add(both, self.forecast)
        self.end()
        self._show_bounds()

    def _facet_grid(self) -> QWidget:
        names = dict(zip(FACETS, (self.tr("Class"), self.tr("View"), self.tr("Scanner"), self.tr("Size")), strict=True))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(SPACE.XS)
        for place, (key, words) in enumerate(names.items()):
            box = QCheckBox(words)
            box.setObjectName(f"plan-by-{key}")
            box.setChecked(key in ("class", "size"))
            box.toggled.connect(self._facet_toggled)
            self._facets[key] = box
            grid.addWidget(box, place // 2, place % 2)
        holder = QWidget()
        holder.setLayout(grid)
        return holder

    @property
    def facets(self) -> tuple[str, ...]:
        return tuple(name for name, box in self._facets.items() if box.isChecked())

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Shares of the image; None for thirds."""
        if self.sizes.key == "thirds":
            return None
        small, large = (box.value() / 100 for box in self._bounds)
        return (small, large) if small < large else (small, min(0.99, small + 0.01))

    def offer(self, known: dict[str, bool]) -> None:
        """Facets of which the project knows nothing cannot tell rows apart."""
        for key, there in known.items():
            box = self._facets[key]
            box.setEnabled(there or box.isChecked())
            box.setToolTip("" if there else self.tr("No sample of the project says this"))

    def set_plan(self, plan: Plan | None, busy: bool, forecast: str) -> None:
        """Say how much is missing and what it takes."""
        missing = plan.missing if plan else 0
        self.go.setText(self.tr("Fill {count} images").format(count=number(missing)) if missing else self.tr("Fill"))
        self.go.setEnabled(missing > 0 and not busy and self.model.card is not None)
        self.time.setEnabled(self.go.isEnabled())
        self.frame.choose(plan.frame_for(self.model.ref) if plan else BY_SEED)
        self.forecast.setText(forecast)
        if plan is not None and self.sizes.key == "thirds":
            for box, share in zip(self._bounds, (plan.bounds.small, plan.bounds.large), strict=True):
                box.blockSignals(True)
                box.setValue(100 * share)
                box.blockSignals(False)

    def _model_changed(self) -> None:
        self.frame.offer(self.model.card)
        self.changed.emit()

    def _facet_toggled(self, _: bool) -> None:
        if not self.facets:
            self._facets["class"].setChecked(True)
            return
        self._show_bounds()
        self.changed.emit()

    def _chosen(self, _: str) -> None:
        self._show_bounds()
        self.changed.emit()

    def _show_bounds(self) -> None:
        by_size = "size" in self.facets
        for widget in (self._size_head, self.sizes):
            widget.setVisible(by_size)
        self._bounds_line.setVisible(by_size and self.sizes.key == "fixed")

    def _propose_balance(self) -> None:
        self.proposed.emit("balance", 0)

    def _propose_least(self) -> None:
        self.proposed.emit("least", self.least.value())

    def _propose_nothing(self) -> None:
        self.proposed.emit("clear", 0)
