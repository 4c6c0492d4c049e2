"""Commands on images: demo, info, segment, simulate, synthesize, upscale."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medsynth_gui.cli.options import Count, Device, Json, Model, Out, Paths, Precision, Seed, Threads, compute
from medsynth_gui.cli.runner import run


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (demo, info, segment, simulate, synthesize, upscale):
        app.command()(command)


def demo(out: Out, device: Device = "auto", precision: Precision = "auto", threads: Threads = 0,
         json: Json = False) -> Any:
    """The main job end to end on the bundled sample."""
    from medsynth_gui.jobs.demo import Demo

    return run(Demo(out=out, compute=compute(device, precision, threads)))


def info(paths: Paths,
         field_of_view: Annotated[bool, typer.Option("--field-of-view", help="Also tell where the body is.")] = False,
         json: Json = False) -> Any:
    """What a file is: modality, frames, size, spacing and its source, regions, problems."""
    from medsynth_gui.jobs.open_study import DescribePaths

    return run(DescribePaths(paths=tuple(paths), field_of_view=field_of_view))


def segment(paths: Paths, model: Model, out: Out, device: Device = "auto", precision: Precision = "auto",
            threads: Threads = 0, json: Json = False) -> Any:
    """Label images in source size: OUT/<stem>.png, a cine as OUT/<stem>/<frame>.png."""
    from medsynth_gui.jobs.segment import SegmentFiles

    return run(SegmentFiles(paths=tuple(paths), model=model, out=out, compute=compute(device, precision, threads)))


def simulate(phantom: Annotated[str, typer.Option(metavar="NAME", help="breast-lesion, fetal-head, muscle-fat or lung.",
                                                  show_default=False)],
             count: Count,
             size: Annotated[int, typer.Option(min=32, metavar="PX", help="Rows and columns.", show_default=False)],
             seed: Seed, out: Out,
             probe: Annotated[Literal["linear", "curved"], typer.Option(help="Shape of the probe.")] = "linear",
             severity: Annotated[int, typer.Option(min=0, max=3, help="How hard the case is.")] = 1,
             frames: Annotated[int, typer.Option(min=1, help="Frames per image; above 1 a cine.")] = 1,
             like: Annotated[Path | None, typer.Option(metavar="DIR", help="Images whose gray values to meet.",
                                                       show_default=False)] = None,
             json: Json = False) -> Any:
    """Ultrasound from physics, image and mask per seed: images/, masks/, manifest.jsonl."""
    from medsynth_gui.jobs.simulate import Simulate

    return run(Simulate(phantom=phantom, count=count, size=size, seed=seed, out=out, probe=probe, severity=severity,
                        frames=frames, like=like))


def synthesize(model: Model, count: Count, seed: Seed, out: Out,
               masks: Annotated[Path | None, typer.Option(metavar="DIR", help="Masks to follow in name order, cycling.",
                                                          show_default=False)] = None,
               class_name: Annotated[str | None, typer.Option("--class", metavar="NAME", help="Class of the images.",
                                                              show_default=False)] = None,
               size: Annotated[int | None, typer.Option(min=32, metavar="PX", help="Long side; else the model's own.",
                                                        show_default=False)] = None,
               steps: Annotated[int | None, typer.Option(min=1, help="Sampling steps; else the model's own.",
                                                         show_default=False)] = None,
               gates: Annotated[Literal["off", "record", "reject"],
                                typer.Option(help="What to do with images that fail a check.")] = "off",
               device: Device = "auto", precision: Precision = "auto", threads: Threads = 0,
               json: Json = False) -> Any:
    """New images from masks, a class and a seed: images/, masks/, manifest.jsonl."""
    from medsynth_gui.jobs.synthesize import SynthesizeFiles

    return run(SynthesizeFiles(model=model, masks=masks, class_name=class_name, count=count, seed=seed, out=out,
                               size=size, steps=steps, gates=gates, compute=compute(device, precision, threads)))


def upscale(paths: Paths, model: Model,
            factor: Annotated[Literal["2", "4"], typer.Option(help="How many times larger.", show_default=False)],
            out: Out, device: Device = "auto", precision: Precision = "auto", threads: Threads = 0,
            json: Json = False) -> Any:
    """Enlarge images; the spacing is divided with them: OUT/<stem>.png, or the source's format for DICOM."""
    from medsynth_gui.jobs.upscale import UpscaleFiles

    return run(UpscaleFiles(paths=tuple(paths), model=model, factor=int(factor), out=out,
                            compute=compute(device, precision, threads)))
