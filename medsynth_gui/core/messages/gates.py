"""Acceptance gates of synthetic images, and their export."""

from __future__ import annotations

GATES: dict[str, tuple[str, str]] = {
    "gate-copy-passed": ("No training image is a copy of it: similarity {value}, at most {limit}.", ""),
    "gate-copy-failed": ("It is nearly the training image {neighbour}: similarity {value}, at most {limit} ({detail}).",
                         "It is no new image: another seed or another mask draws another one."),
    "gate-faithful-passed": ("{judge} finds the mask again: Dice {value}, at least {limit}.", ""),
    "gate-faithful-failed": ("{judge} does not find the mask in it: Dice {value}, at least {limit}.",
                             "Another seed, or a larger structure, is drawn more clearly."),
    "gate-faithful-empty-passed": ("{judge} sees nothing, as was asked for: {value} of the image, at most {limit}.", ""),
    "gate-faithful-empty-failed": ("{judge} sees something where nothing was asked for: {value} of the image, at most "
                                   "{limit}.", "Try another seed."),
    "gate-unlike-passed": ("It is like real images of its kind: distance {value}, at most {limit}.", ""),
    "gate-unlike-failed": ("It is unlike real images of its kind: distance {value}, at most {limit}.",
                           "Try another seed, less guidance, or a mask as real images have."),
    "gate-artefact-passed": ("No artefact: {detail} is {value} of what real images show, at most {limit}.", ""),
    "gate-artefact-failed": ("It has an artefact ({detail}): {value} of what real images show, at most {limit}.",
                             "Try another seed or more steps."),
    "gate-any-unjudged": ("The gate {gate} was not judged: {detail}.",
                          "Look at the image yourself before you use it."),
    "gate-few-patients": ("{model} has seen {count} patients of its kind only (fewer than {least}): it may remember them.",
                          "Keep the copy gate on, and look at the nearest real image before you pass images on."),
    # --- what a gate stops, in few words: in the window and in reports
    "gate-name-copy": ("Copies a real image", ""),
    "gate-name-faithful": ("Mask not found again", ""),
    "gate-name-faithful-empty": ("Something in an empty mask", ""),
    "gate-name-unlike": ("Unlike real images", ""),
    "gate-name-artefact": ("Artefacts", ""),
    "gate-name-hand": ("Rejected by hand", ""),
    "gate-turned-down": ("{title} was turned down: {reason}",
                         "If it is to count in spite of that, take it anyway among the rejected images of Synthesize, "
                         "and keep it there; a copy never counts."),
    "gates-unreadable": ("{path} cannot be read: {detail}.",
                         "Measure the gates again: medsynth train --recipe ID --init ID --minutes 0."),
    # --- export of synthetic images
    "licence-asks": ("{model} is licensed as `{licence}`: not for every use.",
                     "If your use is one that it allows, say so: the box below the model, or --accept-licence. It is "
                     "recorded with the images."),
    "licence-missing": ("{model} says no licence.",
                        "Ask whoever made it. If you may use it, say so: the box below the model, or --accept-licence."),
    "synthesis-other-request": ("{path} was begun with another {what}.",
                                "Choose another folder, or give the same options to go on."),
    "synthesis-damaged": ("{path} cannot be continued: {detail}.", "Choose another folder, or remove this one."),
}
