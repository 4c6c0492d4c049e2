"""`medsynth trial`: does it help? `medsynth doctor`: what does it run on?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medsynth_gui.cli.options import Device, Json, Out, Precision, Threads, compute
from medsynth_gui.cli.runner import run
from medsynth_gui.core.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(trial)
    app.command()(doctor)


def trial(recipe: Annotated[str, typer.Option(metavar="FILE|ID", help="A recipe of a segmenter.", show_default=False)],
          data: Annotated[list[Path], typer.Option(metavar="DIR", help="A training set, one or several.",
                                                   show_default=False)],
          out: Out,
          synthetic: Annotated[Path | None, typer.Option(
              metavar="DIR", help="What synthesize wrote, for arms with synthetic images.", show_default=False)] = None,
          arms: Annotated[str, typer.Option(
              help="Of: real, classic, real+synthetic, classic+synthetic, synthetic, fresh, pretrained.",
          )] = "real,classic,real+synthetic,synthetic",
          real_images: Annotated[str, typer.Option(
              metavar="N,N", help="Sizes of the real training set, each with every arm; else all of it.",
              show_default=False)] = "",
          seeds: Annotated[int, typer.Option(help="Trainings of each arm.")] = 3,
          steps: Annotated[int, typer.Option(help="Steps of 8 images, the same in every arm.")] = 400,
          resume: Annotated[bool, typer.Option("--resume", help="Keep what is finished in OUT and go on.")] = False,
          device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """Train small networks that differ in one thing and compare them on held-out groups; it may say that it does not
    help."""
    from medsynth_gui.jobs.trial import Trial

    return run(Trial(recipe=recipe, data=tuple(data), out=out, arms=tuple(arms.split(",")), synthetic=synthetic,
                     real_images=_numbers(real_images), seeds=seeds, steps=steps, resume=resume,
                     compute=compute(device, precision, threads)))


def doctor(device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """What this installation runs on: libraries, hardware, models; and what is wrong with it."""
    from medsynth_gui.jobs.doctor import Doctor

    return run(Doctor(compute(device, precision, threads)))


def _numbers(words: str) -> tuple[int, ...]:
    """`10,25` as numbers, each once.

    Raises:
        UsageError: a word is no number.
    """
    try:
        return tuple(dict.fromkeys(int(word) for word in words.split(",") if word.strip()))
    except ValueError:
        raise UsageError("usage", detail=f"--real-images {words} is no list of numbers like 10,25,50") from None
