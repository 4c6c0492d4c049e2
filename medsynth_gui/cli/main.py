"""`medsynth`: parses the command, runs its job, prints one record.

Exit 0 done, 1 failed, 2 wrong usage, 130 stopped.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from medsynth_gui import __version__
from medsynth_gui.cli import correcting, images, models, project, training, trial
from medsynth_gui.cli.output import print_error, print_record
from medsynth_gui.cli.runner import Outcome, outcome_of
from medsynth_gui.core.errors import MedSynthError, Message, is_out_of_memory
from medsynth_gui.jobs.job import JobCancelled

STOPPED = 130

app = typer.Typer(name="medsynth", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]})
for register in (images.register, correcting.register, training.register, trial.register):
    register(app)
app.add_typer(project.app, name="project")
app.add_typer(models.app, name="models")


def _print_version(asked: bool) -> None:
    if asked:
        print(f"medsynth {__version__}")
        raise typer.Exit


@app.callback()
def root(version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True,
                                               help="Print the version.")] = False) -> None:
    """MedSynth Studio without its window. Research and dataset engineering; not for diagnosis."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments without the program's name; those of the process if None.

    Returns:
        The exit code. Nothing that a user can cause ends in a traceback.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in arguments
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        outcome = _outcome(arguments)
        if outcome is not None:
            print_record(outcome.record, as_json, outcome.text)
            return outcome.exit_code
        return 0
    except typer.Exit as stop:
        return stop.exit_code
    except typer.TyperException as error:
        _print_usage_error(error, as_json)
        return error.exit_code
    except MedSynthError as error:
        print_error(error.message, as_json)
        return error.exit_code
    except (KeyboardInterrupt, JobCancelled, typer.Abort):
        print_error(Message("cancelled", {"what": "The command"}), as_json)
        return STOPPED
    except BrokenPipeError:
        sys.stdout = None  # the reader has gone: nothing left to flush at exit
        return 1
    except Exception as error:  # the boundary: whatever is left is our mistake and goes to the log
        if is_out_of_memory(error):
            print_error(Message("out-of-memory", {"what": "this command"}), as_json)
            return 1
        _log_traceback()
        print_error(Message("unexpected", {"detail": f"{type(error).__name__}: {error}"}), as_json)
        return 1


def _outcome(arguments: list[str]) -> Outcome | None:
    result = app(arguments, standalone_mode=False)
    if result == STOPPED:  # what typer makes of an interrupt
        raise KeyboardInterrupt
    # Help and --version have printed; typer hands their exit code back as a number.
    return None if result is None or isinstance(result, int) else outcome_of(result)


def _print_usage_error(error: typer.TyperException, as_json: bool) -> None:
    show = getattr(error, "show", None)
    if as_json or show is None:
        print_error(Message("usage", {"detail": error.format_message().rstrip(".")}), as_json)
    else:
        show(sys.stderr)


def _log_traceback() -> None:
    from medsynth_gui.core.paths import user_data

    try:
        folder = user_data() / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "medsynth.log").open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
    except OSError:  # a log that cannot be written must not hide the failure itself
        traceback.print_exc(file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
