"""`medsynth models`: what is installed, what it was measured to do, and whether it is intact."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from medsynth_gui.cli.options import Json
from medsynth_gui.cli.runner import Outcome, run

app = typer.Typer(no_args_is_help=True, help="Installed models: list, show, verify.")


@app.command("list")
def list_(json: Json = False) -> Any:
    """Every installed model with its task, licence and headline figure."""
    from medsynth_gui.jobs.catalogue import list_models, recipes

    models = [{"id": card.id, "title": card.title, "task": card.task, "evidence": card.headline,
               "licence": card.licence} for card in list_models()]
    return {"models": models, "recipes": recipes()}


@app.command()
def show(model: Annotated[str, typer.Argument(metavar="ID", help="A shipped model or a model folder.")],
         json: Json = False) -> Any:
    """The whole card of a model, and what a trial said of it."""
    from medsynth_gui.core.ablation import read_ablation
    from medsynth_gui.jobs.catalogue import find_model

    card = find_model(model)
    return {**asdict(card), "ablation": read_ablation(card.folder)}


@app.command()
def latency(models: Annotated[list[str] | None, typer.Argument(
                metavar="ID", help="Models to time; else every segmenter and the one that answers clicks.",
                show_default=False)] = None,
            rounds: Annotated[int, typer.Option(min=3, max=1000, help="Calls that are timed.")] = 20,
            json: Json = False) -> Any:
    """Time models on a 256 x 256 image with one and two threads; their results.json keeps the figures."""
    from medsynth_gui.jobs.latency import MeasureLatency, latency_models

    return {"models": [run(MeasureLatency(model, rounds=rounds)) for model in latency_models(models or ())]}


@app.command()
def verify(json: Json = False) -> Any:
    """Compare every model's weights with the digest in its card."""
    from medsynth_gui.jobs.catalogue import verify_models

    checked = verify_models()
    failed = [{"id": model, "message": message.english()} for model, message in checked if message]
    return Outcome({"intact": [model for model, message in checked if not message], "failed": failed},
                   exit_code=1 if failed else 0)
