"""Options that several commands share, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from medsynth_gui.jobs.catalogue import Compute

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
PrecisionName = Literal["auto", "fp32", "bf16"]

# main() looks for --json itself, so that a usage error is told as JSON too; a command only has to accept it.
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files or folders.", show_default=False)]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write.", show_default=False)]
Model = Annotated[str, typer.Option("--model", metavar="ID", help="A shipped model or a model folder.",
                                    show_default=False)]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same bytes.", show_default=False)]
Count = Annotated[int, typer.Option("--count", min=1, help="How many images.", show_default=False)]
Device = Annotated[DeviceName, typer.Option("--device", help="Where models run.")]
Precision = Annotated[PrecisionName, typer.Option("--precision", help="Numbers models calculate with.")]
Threads = Annotated[int, typer.Option("--threads", min=0, help="Threads; 0 chooses.")]


def compute(device: str, precision: str, threads: int) -> Compute:
    """Where and how a model runs, as the jobs take it."""
    from medsynth_gui.jobs.catalogue import Compute

    return Compute(device=device, precision=precision, threads=threads)
