"""Bands and classes tell nothing below the suppression threshold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import classes
from pipelines.disclosure import bands

LIMITS = (5, 10, 20, 50)


@given(st.floats(0, 1000))
def test_a_value_lies_in_its_own_band(x):
    text = str(bands.of([x], LIMITS)[0])
    if x < 1e-9:
        assert text == "0"
        return
    low, high = text.split("–")
    assert (x >= int(low) - 1e-6) or int(low) == 1
    assert high == "" or x < int(high) + 1


def test_bands_never_split_what_is_suppressed():
    assert set(bands.of([0.01, 1, 2, 3, 4, 4.99], LIMITS).tolist()) == {"1–4"}


@given(st.integers(1, 4), st.floats(0, 1))
def test_a_small_cell_has_one_of_two_classes(n, share):
    name = classes.of_share(np.array([share * n]), np.array([n]), 5)[0]
    assert name == ("fa_minst_halften" if round(share, 9) >= 0.5 else "fa_under_halften")


def test_classes_of_larger_cells_by_hand():
    covered = np.array([0, 0.4, 1, 5, 9, 9.5, 10])
    assert classes.of_share(covered, np.full(7, 10), 5).tolist() == [
        "utan",
        "utan",
        "mindre_del",
        "storre_del",
        "storre_del",
        "tackt",
        "tackt",
    ]
