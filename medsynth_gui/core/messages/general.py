"""What any part may say: the unexpected, the command line, the disk."""

from __future__ import annotations

GENERAL: dict[str, tuple[str, str]] = {
    # --- general
    "unexpected": ("Something unexpected went wrong: {detail}.",
                   "Your work is saved. Please report this with the log file."),
    "cancelled": ("{what} was cancelled.", ""),
    # --- command line
    "usage": ("{detail}.", "Add --help to see what the command takes."),
    # --- storage
    "disk-full": ("The disk is full: {path} could not be written.",
                  "Free some space and try again; what was there before is unchanged."),
    "not-writable": ("{path} cannot be written: {detail}.", "Choose another folder or change its permissions."),
}
