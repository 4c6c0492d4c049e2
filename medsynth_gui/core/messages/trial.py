"""Trials (does it help?), and what the program finds out about itself."""

from __future__ import annotations

_FIGURES = ("{arm} instead of {base}{images}: Dice {after} instead of {before}, difference {gain} ({low} to {high}) over "
            "{seeds} seed(s) and {groups} held-out groups")

TRIAL: dict[str, tuple[str, str]] = {
    "job-latency": ("Timing {model}", ""),
    "job-doctor": ("Looking at this installation", ""),
    "fast-given-up": ("OpenVINO is installed but does not run ({detail}): models run on torch alone.",
                      "Install the extra `fast` again, or remove openvino."),
    "job-trial": ("Trial of {count} trainings of {recipe}", ""),
    "trial-helps": (f"{_FIGURES}: it helps.", ""),
    "trial-harms": (f"{_FIGURES}: it does harm.", ""),
    "trial-not-shown": (f"{_FIGURES}: it is not shown to help.", ""),
    "trial-synthetic-missing": ("The arm {arm} needs synthetic images, and none were given.",
                                "Name their folder with --synthetic (medsynth synthesize writes one), or leave the arm out."),
    "trial-synthetic-unused": ("Synthetic images were given, but no arm trains on them.",
                               "Add the arm real+synthetic or synthetic, or leave --synthetic out."),
    "trial-no-simulator": ("The recipe {recipe} names no phantom to pretrain on.",
                           "Leave the arm pretrained out, or add [simulator] phantom to the recipe."),
    "trial-too-few": ("{count} real images were asked for, but only {there} are there to train on.",
                      "Ask for fewer, or add images."),
    "trial-nothing-held-out": ("The data leave no held-out image with a label: there is nothing to measure the arms on.",
                               "Add labelled images from more patients."),
    "trial-leak": ("All synthetic images of {path} were drawn for masks of held-out patients.",
                   "Draw them for masks of the training part: what is measured must not be known."),
    "trial-differs": ("{path} holds another trial: {detail}.",
                      "Ask for the same again to resume it, or choose another folder."),
}
