"""The tiny training set of the engine's tests serves jobs too."""

from tests.engine.conftest import tiny_set

__all__ = ["tiny_set"]
