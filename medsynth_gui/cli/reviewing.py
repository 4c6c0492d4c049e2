"""`medsynth project queue` and `agreement`: what to look at first, and how far readers agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medsynth_gui.cli.options import Device, Json, Precision, Threads, compute
from medsynth_gui.cli.runner import run

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.", show_default=False)]


# Of segmenters that suit an image equally well.
_PREFERRED = "seg-breast-us"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (queue, agreement):
        app.command()(command)


def queue(project: Folder,
          order: Annotated[Literal["wrong", "uncertain", "atypical", "unlike"], typer.Option(
              help="Mask and model differ; the model is unsure; unlike the others; unlike anything labelled.")]
          = "wrong",
          model: Annotated[str | None, typer.Option("--model", metavar="ID", show_default=False,
                                                    help="The segmenter whose doubts count; else for each image the "
                                                         "one that was taught with images like it.")] = None,
          second_reader: Annotated[str, typer.Option("--second-reader", metavar="INITIALS",
                                                     help="What waits for this second reader; else for the first.",
                                                     show_default=False)] = "",
          device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """Order what waits for a reader, the most urgent first; what was judged once is remembered."""
    from medsynth_gui.dataset.ranking import Order
    from medsynth_gui.jobs.rank import RankProject

    return run(RankProject(project, Order(order), model or _PREFERRED, compute(device, precision, threads),
                           reader=second_reader, second=bool(second_reader), others=model is None))


def agreement(project: Folder,
              reader: Annotated[list[str] | None, typer.Option("--reader", metavar="INITIALS",
                                                               help="Only these readers; else every two.",
                                                               show_default=False)] = None,
              json: Json = False) -> Any:
    """Dice, HD95, NSD and kappa of readers on what both have read, with intervals over patients."""
    from medsynth_gui.jobs.agreement import MeasureAgreement

    return run(MeasureAgreement(project, tuple(reader or ())))
