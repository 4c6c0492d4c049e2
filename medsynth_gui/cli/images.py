"""Commands on images: demo, info, segment, simulate, synthesize, upscale."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from medsynth_gui.cli.options import Count, Device, Json, Model, Out, Paths, Precision, Seed, Threads, compute
from medsynth_gui.cli.runner import run
from medsynth_gui.core.errors import UsageError
from medsynth_gui.core.field_of_view import BY_SEED

if TYPE_CHECKING:
    from medsynth_gui.jobs.fill_plan import FillPlan


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


def segment(paths: Paths, model: Model, out: Out,
            thorough: Annotated[bool, typer.Option("--thorough",
                                                   help="Look mirrored and at three scales: slower.")] = False,
            device: Device = "auto", precision: Precision = "auto", threads: Threads = 0, json: Json = False) -> Any:
    """Label images in source size: OUT/<stem>.png, a cine as OUT/<stem>/<frame>.png."""
    from medsynth_gui.jobs.segment import SegmentFiles

    return run(SegmentFiles(paths=tuple(paths), model=model, out=out, thorough=thorough,
                            compute=compute(device, precision, threads)))


def simulate(phantom: Annotated[str, typer.Option(metavar="NAME", help="breast-lesion, fetal-head, muscle-fat, lung, "
                                                                       "nerve-vessel or calcification.",
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


def synthesize(model: Model, seed: Seed, out: Out,
               count: Annotated[int | None, typer.Option(min=1, help="How many images; with --plan at most so many.",
                                                         show_default=False)] = None,
               plan: Annotated[Path | None, typer.Option(metavar="FILE", help="Fill this target table (see project "
                                                                              "plan) instead.", show_default=False)]
               = None,
               masks: Annotated[Path | None, typer.Option(metavar="DIR", help="Masks to follow in name order, cycling; "
                                                                             "of a training set those to train on.",
                                                          show_default=False)] = None,
               mask_source: Annotated[Literal["as-is", "warped", "shapes", "simulator"] | None,
                                      typer.Option(help="Masks of DIR as they are or warped, of the shape model, or of "
                                                        "the simulator; else of DIR, the simulator or the shape model.",
                                                   show_default=False)] = None,
               class_name: Annotated[str | None, typer.Option("--class", metavar="NAME", help="Class of the images.",
                                                              show_default=False)] = None,
               size: Annotated[int | None, typer.Option(min=32, metavar="PX", help="Long side; else the model's own.",
                                                        show_default=False)] = None,
               steps: Annotated[int | None, typer.Option(min=1, help="Sampling steps; else the model's own.",
                                                         show_default=False)] = None,
               guidance: Annotated[float | None, typer.Option(min=0, help="How strongly mask and class are followed.",
                                                              show_default=False)] = None,
               frame: Annotated[str | None, typer.Option(metavar="seed|whole|N", show_default=False,
                                                         help="Field of view: by the seed, from side to side, or "
                                                              "number N of the model's frames; else by the plan, or "
                                                              "the seed.")] = None,
               gates: Annotated[Literal["off", "record", "reject"] | None,
                                typer.Option(help="What becomes of images that fail a check: record; with --plan "
                                                  "reject.", show_default=False)] = None,
               training: Annotated[Path | None, typer.Option(metavar="DIR", help="Training images at hand: copies are "
                                                                                 "confirmed in their pixels.",
                                                             show_default=False)] = None,
               format: Annotated[Literal["png", "dicom"], typer.Option(help="dicom writes DICOM files, too.")] = "png",
               accept_licence: Annotated[bool, typer.Option("--accept-licence", help="The model's licence allows what "
                                                                                     "I want.")] = False,
               device: Device = "auto", precision: Precision = "auto", threads: Threads = 0,
               json: Json = False) -> Any:
    """New images from masks, a class and a seed: images/, masks/, manifest.jsonl. A killed run goes on."""
    from medsynth_gui.jobs.synthesize_files import SynthesizeFiles

    how = compute(device, precision, threads)
    if plan is not None:
        return run(_fill(plan, model=model, seed=seed, out=out, masks=masks, class_name=class_name, limit=count,
                         size=size, steps=steps, guidance=guidance, gates=gates or "reject", training=training,
                         accept_licence=accept_licence, frame=frame, compute=how))
    if count is None:
        raise UsageError("count-or-plan")
    return run(SynthesizeFiles(model=model, masks=masks, class_name=class_name, count=count, seed=seed, out=out,
                               size=size, steps=steps, guidance=guidance, gates=gates or "record", training=training,
                               format=format, accept_licence=accept_licence, mask_source=mask_source or "",
                               frame=frame or BY_SEED, compute=how))


def _fill(plan: Path, *, class_name: str | None, **request: Any) -> FillPlan:
    """The job that fills a plan file."""
    from medsynth_gui.dataset.plan_file import read_plan
    from medsynth_gui.jobs.fill_plan import FillPlan

    if class_name is not None:
        raise UsageError("plan-names-class", name=class_name)
    return FillPlan(read_plan(plan), **request)


def upscale(paths: Paths, model: Model,
            factor: Annotated[Literal["2", "4"], typer.Option(help="How many times larger.", show_default=False)],
            out: Out, device: Device = "auto", precision: Precision = "auto", threads: Threads = 0,
            json: Json = False) -> Any:
    """Enlarge images; the spacing is divided with them: OUT/<stem>.png, or the source's format for DICOM."""
    from medsynth_gui.jobs.upscale import UpscaleFiles

    return run(UpscaleFiles(paths=tuple(paths), model=model, factor=int(factor), out=out,
                            compute=compute(device, precision, threads)))
