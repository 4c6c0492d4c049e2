"""Requests: jobs built from what the session shows. Each job holds snapshots, never the session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.review import ReviewState
from medsynth_gui.session.opened import OpenSeries
from medsynth_gui.session.project_commands import sample_of
from medsynth_gui.session.session import Session

if TYPE_CHECKING:
    from medsynth_gui.jobs.catalogue import Compute
    from medsynth_gui.jobs.segment import SegmentSeries
    from medsynth_gui.jobs.synthesize import Synthesize
    from medsynth_gui.jobs.upscale import UpscaleFrame


def compute(session: Session) -> Compute:
    """Device, precision and threads as the settings have them."""
    from medsynth_gui.jobs.catalogue import Compute

    settings = session.settings
    return Compute(settings["device"], settings["precision"], settings["threads"])


def segment_job(session: Session, frames: Iterable[int] | None = None, model: str = "",
                how: Compute | None = None) -> SegmentSeries:
    """Segment frames of the current series (the one shown by default) with a model (the remembered one).

    Raises:
        UsageError: nothing is open.
    """
    from medsynth_gui.jobs.segment import SegmentSeries

    opened = _current(session)
    return SegmentSeries(series=opened.series, frames=(opened.frame,) if frames is None else tuple(frames),
                         model=model or session.settings["model_segment"], compute=how or compute(session),
                         document_revision=opened.document.revision)


def images_to_segment(session: Session, among: Iterable[OpenSeries] | None = None) -> tuple[OpenSeries, ...]:
    """Open stills (all, or among some) that have neither a mask nor a proposal, and that nobody has reviewed."""
    return tuple(one for one in (session.opened if among is None else among)
                 if (not one.is_read or one.series.frame_count == 1) and not one.reader and one.proposal is None
                 and one.review.state is ReviewState.UNLABELLED
                 and not (one.loaded and one.document.labelled_frames()))


def synthesize_job(session: Session, *, count: int = 1, seed: int = 0, class_name: str | None = None,
                   masks: Iterable[npt.NDArray[np.uint8]] | None = None, model: str = "", size: int | None = None,
                   steps: int | None = None, how: Compute | None = None) -> Synthesize:
    """Make images from masks (y, x): those given, else what is drawn on the frame shown.

    Raises:
        UsageError: neither is there.
    """
    from medsynth_gui.jobs.synthesize import Synthesize

    names: tuple[str, ...] = ()
    if masks is None:
        opened = _current(session)
        drawn = opened.document.labels(opened.frame)
        if not drawn.any():
            raise UsageError("nothing-labelled", title=opened.title)
        masks = (drawn.copy(),)
        sample = sample_of(session.project, opened.series, opened.frame) if session.project else None
        names = (sample.id,) if sample else ()
    return Synthesize(model=model or session.settings["model_synthesize"], masks=tuple(masks), class_name=class_name,
                      count=count, seed=seed, size=size, steps=steps, compute=how or compute(session),
                      mask_names=names)


def upscale_job(session: Session, *, factor: int = 2, model: str = "", frame: int | None = None,
                how: Compute | None = None) -> UpscaleFrame:
    """Enlarge a frame of the current series (the one shown by default).

    Raises:
        UsageError: nothing is open.
    """
    from medsynth_gui.jobs.upscale import UpscaleFrame

    opened = _current(session)
    return UpscaleFrame(series=opened.series, frame=opened.frame if frame is None else frame,
                        model=model or session.settings["model_upscale"], factor=factor,
                        compute=how or compute(session))


def _current(session: Session) -> OpenSeries:
    if session.current is None:
        raise UsageError("nothing-open")
    return session.current
