"""`medsynth project`: create a dataset project, fill it, split it, export it, check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from medsynth_gui.cli.options import Json

app = typer.Typer(no_args_is_help=True, help="Dataset projects: create, import, split, export, check.")

Folder = Annotated[Path, typer.Argument(metavar="PROJECT", help="The project's folder.", show_default=False)]


@app.command()
def create(project: Folder,
           name: Annotated[str, typer.Option(metavar="NAME", help="Its name; else the folder's.",
                                             show_default=False)] = "",
           json: Json = False) -> Any:
    """Make an empty folder a project."""
    from medsynth_gui.dataset.project import Project

    with Project.create(project, name=name) as made:
        return {"project": made.folder, "name": made.name}
