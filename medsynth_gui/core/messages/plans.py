"""The planner: target tables and filling them."""

from __future__ import annotations

PLANS: dict[str, tuple[str, str]] = {
    "plan-unreadable": ("The plan {path} cannot be used: {detail}.",
                        "Correct the line, or make a new plan with `medsynth project plan`."),
    "plan-bounds": ("Sizes cannot be parted at {given} of the image.",
                    "Give two shares between 0 and 1, the smaller one first."),
    "count-or-plan": ("Nothing says how many images to make.", "Give --count, or a --plan to fill."),
    "plan-names-class": ("A plan says the classes itself: {name} was asked for beside it.",
                         "Leave --class out, or change the plan."),
    "plan-not-aimed": ("{model} cannot aim at the {what} {name}.",
                       "Set the target of that row to what is there, or choose a generator that was trained for it."),
    "plan-class-drawn": ("All {count} images of the class {name} have something drawn: an empty one would carry the wrong class.",
                         "Set the target of that row to 0."),
    "plan-class-empty": ("All {count} images of the class {name} have an empty mask: a {size} one would carry the wrong class.",
                         "Set the target of that row to 0."),
    "plan-size-unreachable": ("No mask reaches the size of {stratum} ({low} to {high} of the image); sources of masks: {sources}.",
                              "Move the bounds of the sizes, lower the target, or draw masks of that size."),
    "plan-nothing-missing": ("Nothing is missing: every target is met.", "Raise a target."),
    "plan-no-room": ("{images} images need about {needed}, but {path} has {free} free.",
                     "Lower the targets, free some space or choose another disk."),
    "plan-hopeless": ("Given up: {accepted} of {wanted} images after {made} attempts; most were stopped: {gate}.",
                      "Look at the rejected ones: choose another generator, other masks, or another threshold."),
    "plan-no-place": ("A plan is filled into a project or into a folder.", "Name one of them."),
    "plan-empty-project": ("{path} has no sample to plan with.", "Import images and masks first."),
    "job-find-fills": ("Looking for fills that were stopped", ""),
    "job-read-rejected": ("Reading rejected images", ""),
    "job-make-plan": ("Counting what is missing", ""),
    "job-save-plan": ("Saving {path}", ""),
    "job-fill-plan": ("Filling the plan with {model}", ""),
    "job-estimate-fill": ("Timing {model} on this machine", ""),
}
