"""Figures of a comparison in words."""

from __future__ import annotations

from medsynth_gui.jobs.comparison import signed


def test_a_small_difference_keeps_the_digits_that_tell_its_sign() -> None:
    assert signed(-0.0123, 0.0456) == ("-0.012", "+0.046")
    assert signed(-0.0003, 0.0004) == ("-0.0003", "+0.0004")
    assert signed(-0.0003, 0.02) == ("-0.0003", "+0.0200")
    assert signed(0.0, -0.0) == ("0.000", "0.000")
    assert signed(-1e-9, 0.1) == ("0.00000", "+0.10000")
