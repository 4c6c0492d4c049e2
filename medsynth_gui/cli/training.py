"""Commands that train and measure: augment, train, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medsynth_gui.cli.options import Device, Json, Out, Precision, Threads, compute
from medsynth_gui.cli.output import brief
from medsynth_gui.cli.runner import Outcome, run

_evaluate = typer.Typer(no_args_is_help=True, help="Figures from files.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(augment)
    app.command()(train)
    _evaluate.command()(segmentation)
    _evaluate.command()(images)
    app.add_typer(_evaluate, name="evaluate")


@_evaluate.callback()
def _group() -> None:
    """Figures from files."""


def augment(data: Annotated[Path, typer.Option(metavar="DIR", help="A training set.", show_default=False)], out: Out,
            count: Annotated[int | None, typer.Option(min=1, help="How many; else one of each image.",
                                                      show_default=False)] = None,
            seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 0,
            json: Json = False) -> Any:
    """Changed copies of a training set's pairs, each in the group of its parent; up stays up."""
    from medsynth_gui.jobs.augment import AugmentFiles

    return run(AugmentFiles(data=data, out=out, count=count, seed=seed))


def train(recipe: Annotated[str, typer.Option(metavar="FILE|ID", help="A shipped recipe or a recipe file.",
                                              show_default=False)],
          out: Out,
          data: Annotated[list[Path] | None, typer.Option(
              metavar="DIR", help="A training set, one or several; a recipe of simulated pairs needs none.",
              show_default=False)] = None,
          init: Annotated[str, typer.Option(metavar="ID", help="A model to start from.", show_default=False)] = "",
          minutes: Annotated[float | None, typer.Option(
              min=0.0, help="Time to train (0 only measures --init); else the recipe's.", show_default=False)] = None,
          resume: Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint in OUT.")] = False,
          compare: Annotated[str, typer.Option(metavar="ID", help="A model to compare the new one with.",
                                               show_default=False)] = "",
          device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """Train a model; OUT becomes a model folder that --model and --init accept."""
    from medsynth_gui.jobs.train import Train

    results = run(Train(recipe=recipe, data=tuple(data or ()), out=out, init=init, minutes=minutes, resume=resume,
                        compare=compare, compute=compute(device, precision, threads)))
    return Outcome(results, 0, brief(results))


def segmentation(predictions: Annotated[Path, typer.Option(metavar="DIR", help="Predicted label images.",
                                                           show_default=False)],
                 truth: Annotated[Path, typer.Option(metavar="DIR", help="Label images drawn by people.",
                                                     show_default=False)],
                 json: Json = False) -> Any:
    """Compare label images with equal names: Dice, IoU, surface distances, lesions, empty masks."""
    from medsynth_gui.jobs.evaluate import EvaluateSegmentation

    return run(EvaluateSegmentation(predictions=predictions, truth=truth))


def images(real: Annotated[Path, typer.Option(metavar="DIR", help="Real images, or a training set with groups.",
                                              show_default=False)],
           synthetic: Annotated[Path, typer.Option(metavar="DIR", help="Synthetic images.", show_default=False)],
           training: Annotated[Path | None, typer.Option(
               metavar="DIR", help="What the generator was trained on: looks for copies.", show_default=False)] = None,
           against: Annotated[Path | None, typer.Option(
               metavar="JSON", help="An earlier result (--json) to rank with.", show_default=False)] = None,
           device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """Compare synthetic with real images: distances and coverage beside real against real, and copies."""
    from medsynth_gui.jobs.evaluate_images import EvaluateImages

    return run(EvaluateImages(real=real, synthetic=synthetic, training=training, against=against,
                              compute=compute(device, precision, threads)))
