"""FillPlan: make images until enough of each kind are accepted; goes on where it was after a pause or a crash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from medsynth_gui.core.errors import Message, UsageError
from medsynth_gui.core.field_of_view import BY_SEED
from medsynth_gui.core.model_card import ModelCard
from medsynth_gui.dataset.plan import Plan
from medsynth_gui.dataset.plan_file import plan_of, plan_record
from medsynth_gui.jobs.catalogue import Compute, find_model, model_name
from medsynth_gui.jobs.fill_estimate import need_room
from medsynth_gui.jobs.fill_report import FillReport
from medsynth_gui.jobs.fill_run import FillRun
from medsynth_gui.jobs.frames import check_frame
from medsynth_gui.jobs.gates import Thresholds
from medsynth_gui.jobs.job import JobContext, Lane
from medsynth_gui.jobs.licence import check_licence
from medsynth_gui.jobs.synthesize import check_request

GATES = ("off", "record", "reject")
FILLS = "fills"


@dataclass(frozen=True)
class FillPlan:
    """Fill the missing images of a plan.

    Attributes:
        project: where accepted images go, as samples; else `out`.
        out: a folder that becomes a training set. One of both.
        masks: folder of label images to warp; by default masks of the project, the shape model or the simulator.
        gates: "reject" counts an image only if it passes all; "record" notes what gates say; "off" asks none.
        thresholds: of the gates; None for their calibrated defaults.
        training: folder of training images, in whose pixels a copy is confirmed.
        limit: accept at most so many images; None for all that are missing.
        accept_licence: the user says that the model's licence allows the wanted use.
        frame: field of view, see `Synthesize`; None for that of the plan.
        patience: attempts for each image wanted, before a row is given up.
    """

    plan: Plan
    model: str
    seed: int = 0
    project: Path | None = None
    out: Path | None = None
    masks: Path | None = None
    gates: str = "reject"
    thresholds: Thresholds | None = None
    training: Path | None = None
    size: int | None = None
    steps: int | None = None
    guidance: float | None = None
    limit: int | None = None
    patience: int = 6
    accept_licence: bool = False
    frame: str | None = None
    compute: Compute = field(default_factory=Compute)
    lane = Lane.GPU

    @property
    def title(self) -> Message:
        return Message("job-fill-plan", {"model": model_name(self.model)})

    def run(self, ctx: JobContext) -> FillReport:
        """The report, which also lies in the folder of the fill; `ctx` publishes a `FillProgress` after each image.

        Raises:
            UsageError: nothing is missing, no row can be filled, or a number is out of its range.
            ModelError: the generator, or the judge of a gate, is not there.
            StorageError: the disk is too small, or full; what was made stays, and the same job goes on later.
            JobCancelled: stopped; the same job goes on later.
        """
        ctx.checkpoint(0, None, "loading the model")
        card = self.checked()
        need_room(self, card)
        with FillRun(self, card, ctx) as fill:
            return fill.run()

    def checked(self) -> ModelCard:
        """The generator's card, after the request was found to make sense."""
        card = find_model(self.model, task="synthesis")
        check_request(card, None, 1 if self.limit is None else self.limit, self.size, self.steps)
        if self.gates not in GATES:
            raise UsageError("gates-unknown", gates=self.gates, known=", ".join(GATES))
        check_licence(card, self.accept_licence)
        if self.frame is None and self.wished_frame != self.plan.frame:
            raise UsageError("frame-of-another", name=self.plan.frame, known=model_name(self.plan.frame_model),
                             model=card.id)
        check_frame(card, self.wished_frame)
        if (self.project is None) == (self.out is None):
            raise UsageError("plan-no-place")
        return card

    @property
    def wished_frame(self) -> str:
        """The field of view that the images have."""
        return self.plan.frame_for(self.model) if self.frame is None else self.frame

    def request(self, card: ModelCard) -> dict[str, Any]:
        """What decides the images, JSON-ready."""
        # The frame stands in one place, as it did before plans had any: what was begun then goes on.
        plan, frame = plan_record(self.plan.with_frame(BY_SEED, "")), self.wished_frame
        return {"model": self.model, "model_sha256": card.weights_sha256, "seed": self.seed,
                "accept_licence": self.accept_licence,
                "masks": _text(self.masks), "training": _text(self.training), "gates": self.gates,
                "thresholds": asdict(self.thresholds) if self.thresholds else None, "size": self.size,
                "steps": self.steps, "guidance": self.guidance, "limit": self.limit, "patience": self.patience,
                "plan": plan, **({} if frame == BY_SEED else {"frame": frame})}

    @classmethod
    def again(cls, request: dict[str, Any], *, project: Path, compute: Compute) -> FillPlan:
        """The fill that a project's folder was begun with.

        Raises:
            KeyError, TypeError, ValueError: the record is none.
        """
        fields = {name: request[name] for name in ("model", "seed", "gates", "size", "steps", "guidance", "limit",
                                                   "patience", "accept_licence")}
        return cls(plan_of(request["plan"]), project=project, compute=compute,
                   masks=_path(request["masks"]), training=_path(request["training"]),
                   thresholds=Thresholds(**request["thresholds"]) if request["thresholds"] else None,
                   frame=str(request.get("frame", BY_SEED)), **fields)

    def folder(self, card: ModelCard) -> Path:
        """Where the fill keeps its state; a project keeps each of its fills apart."""
        if self.project is None:
            assert self.out is not None
            return self.out
        digest = hashlib.sha256(json.dumps(self.request(card), sort_keys=True, default=str).encode()).hexdigest()
        return self.project / FILLS / f"{card.id}-{self.seed}-{digest[:8]}"


def _text(path: Path | None) -> str | None:
    return str(path.absolute()) if path else None


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
