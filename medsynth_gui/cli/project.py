"""`medsynth project`: create a dataset project, fill it, split it, export it, check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medsynth_gui.cli import reviewing
from medsynth_gui.cli.options import Json, Out, Paths
from medsynth_gui.cli.runner import run
from medsynth_gui.core.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Dataset projects: create, import, split, plan, export, check.")

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.", show_default=False)]


@app.command()
def create(project: Folder,
           name: Annotated[str, typer.Option(metavar="NAME", help="Its name; else the folder's.",
                                             show_default=False)] = "",
           label: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A label; values in the order given.",
                                                           show_default=False)] = None,
           json: Json = False) -> Any:
    """Make an empty or new folder a project."""
    from medsynth_gui.jobs.project import CreateProject

    return run(CreateProject(project, name=name, labels=tuple(label or ())))


@app.command("import")
def import_(project: Folder, paths: Paths,
            class_name: Annotated[str, typer.Option("--class", metavar="NAME", help="Class of images without one.",
                                                    show_default=False)] = "",
            every: Annotated[int, typer.Option(min=1, help="One frame in so many of a cine.")] = 1,
            masks: Annotated[Literal["auto", "off"], typer.Option(help="Masks that come with the images.")] = "auto",
            labels: Annotated[list[str] | None, typer.Option(
                metavar="SOURCE=NAME", help="What a label of the files becomes (also SOURCE=VALUE:NAME); an empty "
                                            "name leaves it out.", show_default=False)] = None,
            json: Json = False) -> Any:
    """Add files, folders, training sets, what simulate and synthesize wrote, and images with their masks."""
    from medsynth_gui.jobs.project import ImportIntoProject

    return run(ImportIntoProject(project, tuple(paths), class_name=class_name, every=every, masks=masks == "auto",
                                 labels=tuple(labels or ())))


@app.command()
def split(project: Folder,
          validation_parts: Annotated[int, typer.Option(min=0, help="One group in so many validates; 0: none.")] = 10,
          json: Json = False) -> Any:
    """Place every sample by its group; synthetic images follow the patients of their generator."""
    from medsynth_gui.jobs.project import SplitProject

    return run(SplitProject(project, validation_parts=validation_parts))


@app.command()
def plan(project: Folder,
         model: Annotated[str, typer.Option("--generator", metavar="ID", help="Which shall fill it; adds its "
                                                                          "classes.", show_default=False)] = "",
         out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Plan file (TOML) to write.",
                                                  show_default=False)] = None,
         balance: Annotated[bool, typer.Option("--balance", help="Raise every class to the largest one.")] = False,
         least: Annotated[int, typer.Option("--at-least", min=0, metavar="N", help="At least N images in each row."
                                            )] = 0,
         by: Annotated[str, typer.Option(metavar="NAMES", help="What tells rows apart: class, view, scanner, size.")]
         = "class,size",
         sizes: Annotated[str, typer.Option(metavar="A,B", help="Labelled shares at which medium and large begin; else "
                                                                "thirds of the project.", show_default=False)] = "",
         part: Annotated[Literal["train", "all"], typer.Option(help="Samples that count.")] = "train",
         json: Json = False) -> Any:
    """Show what is missing, and propose how many images of each kind to add (see synthesize --plan)."""
    from medsynth_gui.jobs.make_plan import MakePlan

    return run(MakePlan(project, model=model, out=out, balance=balance, least=least, part=part,
                        facets=tuple(filter(None, map(str.strip, by.split(",")))), bounds=_bounds(sizes)))


def _bounds(text: str) -> tuple[float, float] | None:
    """Two shares, as `0.03,0.1` or `3%,10%`."""
    if not text:
        return None
    try:
        small, large = (float(word.rstrip("%")) / (100 if word.endswith("%") else 1)
                        for word in map(str.strip, text.split(",")))
    except ValueError:
        raise UsageError("plan-bounds", given=text) from None
    return small, large


@app.command()
def export(project: Folder,
           format: Annotated[str, typer.Option(metavar="NAME", help="images-masks or coco.", show_default=False)],
           out: Out,
           dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")]
           = False,
           json: Json = False) -> Any:
    """Write the samples as a dataset, and read it back before it is put in place."""
    from medsynth_gui.jobs.export import ExportProject, PlanExport

    return run((PlanExport if dry_run else ExportProject)(project, format, out))


@app.command()
def check(project: Folder,
          clean: Annotated[bool, typer.Option("--clean", help="Remove files that no sample names.")] = False,
          json: Json = False) -> Any:
    """Read every file of a project and compare it with its digest."""
    from medsynth_gui.jobs.project import CheckProject

    return run(CheckProject(project, clean=clean))


reviewing.register(app)
