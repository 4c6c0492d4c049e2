"""Commands that correct and carry masks: refine, propagate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medsynth_gui.cli.options import Device, Json, Out, Precision, Threads, compute
from medsynth_gui.cli.output import brief
from medsynth_gui.cli.runner import Outcome, run
from medsynth_gui.core.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(refine)
    app.command()(propagate)


def refine(image: Annotated[Path, typer.Argument(metavar="IMAGE", show_default=False)],
           out: Annotated[Path, typer.Option(metavar="PNG", help="The mask that is written.", show_default=False)],
           positive: Annotated[Path | None, typer.Option(metavar="PNG", help="Pixels inside, where not 0.",
                                                         show_default=False)] = None,
           negative: Annotated[Path | None, typer.Option(metavar="PNG", help="Pixels outside, where not 0.",
                                                         show_default=False)] = None,
           box: Annotated[str, typer.Option(metavar="x0,y0,x1,y1", help="Around the structure, in pixels.",
                                            show_default=False)] = "",
           mask: Annotated[Path | None, typer.Option(metavar="PNG", help="The mask to correct.",
                                                     show_default=False)] = None,
           frame: Annotated[int, typer.Option(min=0, help="Frame of a cine, from 0.")] = 0,
           model: Annotated[str, typer.Option(metavar="ID", help="Interactive model.")] = "refine-us",
           device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """The structure that clicks, scribbles, a box or a mask mean, as a mask of 0 and 1."""
    from medsynth_gui.jobs.refine import RefineFile

    return run(RefineFile(image=image, out=out, positive=positive, negative=negative, box=_box(box), mask=mask,
                          frame=frame, model=model, compute=compute(device, precision, threads)))


def propagate(cine: Annotated[Path, typer.Argument(metavar="CINE", show_default=False)],
              mask: Annotated[Path, typer.Option(metavar="PNG", help="Labels of frame K.", show_default=False)],
              frame: Annotated[int, typer.Option(min=0, metavar="K", help="Frame of the mask, from 0.",
                                                 show_default=False)],
              out: Out, json: Json = False) -> Any:
    """Carry a mask through a cine in both directions: OUT/<frame>.png, with a confidence for each."""
    from medsynth_gui.jobs.propagate import PropagateFile

    carried = run(PropagateFile(cine=cine, mask=mask, frame=frame, out=out))
    return Outcome(carried, 0, brief({**carried, "out": out}))


def _box(text: str) -> tuple[float, float, float, float] | None:
    """x0,y0,x1,y1 as (y0, x0, y1, x1)."""
    if not text:
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError("usage", detail=f"--box wants four numbers x0,y0,x1,y1, not {text!r}") from None
    return y0, x0, y1, x1
