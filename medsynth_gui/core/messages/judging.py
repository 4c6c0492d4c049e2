"""Comparing sets of images."""

from __future__ import annotations

JUDGING: dict[str, tuple[str, str]] = {
    "job-evaluate-images": ("Comparing {synthetic} with {real}", ""),
    "images-too-few": ("There are too few images to compare: {found} on a side, and {needed} are needed.",
                       "Add images; of the real ones, half are compared with the other half."),
    "images-none": ("{path} holds no image that can be read.", "Choose a folder of images or a training set."),
    "images-same-folder": ("{real} was given as real and as synthetic images.", "Choose two folders."),
    "image-tiny": ("{path} has {size} pixels: too few to look at.", "Use images of at least 32 x 32 pixels."),
    "scores-unlike": ("{first} and {second} cannot be ranked: they differ in {differ}.",
                      "Compare both with the same real images, the same encoder and the same number of images."),
    "scores-unreadable": ("{path} holds no figures of `evaluate images`: {detail}.",
                          "Give a file that `medsynth evaluate images --json` wrote."),
    "judging-few": ("Only {images} images a side: figures this small in number vary widely.",
                    "Read the intervals; {wanted} or more tell more."),
    "judging-frechet": ("The Frechet distances rest on {images} images and {features} features: their value means "
                        "little, beside the real one it can be read.", ""),
    "judging-no-groups": ("Nothing says which real images show the same patient.",
                          "Halves may share patients; give a training set with a column group."),
    "judging-sizes": ("Images differ in size (long side {smallest} to {largest} pixels): all were looked at with {used}.",
                      "Detail finer than that is not compared."),
    "judging-no-encoder": ("There is no encoder: texture alone is compared, and copies are not looked for.",
                           "Install the program again, or train it (medsynth train --recipe enc-medsynth)."),
    "judging-synthetic-real": ("{count} images of the real folder are marked as synthetic and were left out.", ""),
    "judging-held-out": ("{path} and the training images share no held-out image: the threshold of a copy comes from "
                         "training images of different patients.", "Give real images that were never trained on."),
    "judging-few-patients": ("The training set has {patients} patients: with fewer than {least} a generator remembers "
                             "more easily.", ""),
    "judging-few-made": ("{images} synthetic images were searched for copies.", "A rate below 1 in 1000 needs {least}."),
    "judging-same-scene": ("{count} held-out images show the scene of a training image under another patient.",
                           "Join them into one group: what is measured on them is known from training."),
}
