"""How a figure is told, against texts written by hand, and against a slow way of writing numbers."""

import math
import random
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd
import pytest

from pipelines.core import figure as figures
from pipelines.core.figure import Figure
from pipelines.core.level import LEVELS
from pipelines.disclosure import background
from pipelines.publish.words.figure_words import NBSP, THIN, number, script_rule, tell


@pytest.mark.parametrize(
    ("figure", "sv", "en"),
    [
        (figures.share(94.0), "94,0 %", "94.0%"),
        (figures.share(94.0, decimals=0), "94 %", "94%"),
        (figures.share(97.54, decimals=2), "97,54 %", "97.54%"),
        (figures.share(100.0), "100 %", "100%"),
        (figures.share(100 - 1e-7), "100 %", "100%"),
        (figures.share(99.97), "över 99,9 %", "over 99.9%"),
        (figures.share(99.97, decimals=0), "över 99 %", "over 99%"),
        (figures.share(99.997, decimals=2), "över 99,99 %", "over 99.99%"),
        (figures.share(0.0), "0 %", "0%"),
        (figures.share(0.02), "under 0,1 %", "under 0.1%"),
        (figures.share(99.7, ">"), "minst 99,7 %", "at least 99.7%"),
        (figures.share(3.1, "<"), "högst 3,1 %", "at most 3.1%"),
        # A limit is never told as all or nothing.
        (figures.share(100.0, ">"), "över 99,9 %", "over 99.9%"),
        (figures.share(0.0, "<"), "under 0,1 %", "under 0.1%"),
        (figures.share(math.nan), "saknas", "not known"),
        (figures.HIDDEN, "–", "–"),
        (Figure(1_234_567), "1 234 567", "1,234,567"),
        (Figure(-1234.5, decimals=1), "−1 234,5", "−1,234.5"),
        (Figure(-0.04, decimals=1), "0,0", "0.0"),
        (Figure(20, ">"), "minst 20", "at least 20"),
        (Figure(1, to=4), "1–4", "1–4"),
        (Figure(1990, to=2010), "1 990–2 010", "1,990–2,010"),
        (figures.few_or(None, 5), "1–4", "1–4"),
        (figures.few_or(0, 5), "0", "0"),
        (figures.few_or(1230, 5), "ca 1 230", "about 1,230"),
        (figures.as_chosen(98), "98 %", "98%"),
        (figures.as_chosen(99.9), "99,9 %", "99.9%"),
        (figures.as_chosen(0.125, "pe", most=3), "0,125 procentenheter", "0.125 percentage points"),
        (Figure(12.34, unit="ha"), "12 ha", "12 ha"),
        (Figure(1e8, unit="kr"), "100 000 000 kr", "100,000,000 kr"),
        (Figure(0.5, decimals=1, unit="pe", signed=True), "+0,5 procentenheter", "+0.5 percentage points"),
        (Figure(0.04, decimals=1, unit="pe", signed=True), "0,0 procentenheter", "0.0 percentage points"),
        # A difference in per cent may be all of it, or nothing.
        (Figure(-100.0, decimals=1, unit="%", signed=True), "−100,0 %", "−100.0%"),
        (Figure(0.01, decimals=2, unit="%", signed=True), "+0,01 %", "+0.01%"),
    ],
)
def test_told_in_both_languages(figure: Figure, sv: str, en: str) -> None:
    assert tell(figure, "sv", " ") == sv
    assert tell(figure, "en", " ") == en


def test_spaces_within_a_number_never_break() -> None:
    assert tell(figures.share(12345.6)) == f"12{NBSP}345,6{NBSP}%"
    assert tell(figures.share(12345.6), space=THIN) == f"12{THIN}345,6{THIN}%"
    assert tell(Figure(5, unit="pe", signed=True), unit=False) == "+5"


def test_numbers_are_those_of_decimal_arithmetic() -> None:
    drawn = random.Random(1)
    for _ in range(500):
        decimals = drawn.randrange(4)
        x = drawn.choice([-1, 1]) * 10 ** drawn.uniform(-3, 7)
        exact = Decimal(x).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
        told = number(x, decimals, space=" ").replace(" ", "").replace(",", ".").replace("−", "-")
        assert Decimal(told) == exact
        assert len(told.partition(".")[2]) == decimals


def test_a_difference_is_known_as_its_coarser_share_is() -> None:
    own, fine, whole = figures.share(91.8), figures.share(93.1), figures.share(94.0, decimals=0)
    assert tell(figures.difference(own, fine), unit=False) == "−1,3"
    assert tell(figures.difference(own, whole), unit=False) == "−2"
    assert figures.difference(own, whole).rounded == -2
    assert figures.difference(figures.share(91.8, ">"), fine) is figures.HIDDEN
    assert figures.difference(own, figures.HIDDEN) is figures.HIDDEN
    assert tell(figures.difference(own, figures.share(math.nan))) == "saknas"


def test_what_is_sorted_by_tells_no_more_than_the_text() -> None:
    assert figures.share(91.84).rounded == 91.8
    assert figures.few_or(None, 5).rounded == 1.0
    assert figures.HIDDEN.rounded is None
    assert figures.share(math.nan).rounded is None


def test_a_script_writes_numbers_with_the_same_signs() -> None:
    for language in ("sv", "en"):
        signs = script_rule(language)
        assert number(1234.5, 1, language, THIN) == f"1{signs['grupp']}234{signs['decimal']}5"


def test_a_share_that_is_told_in_whole_per_cent_is_all_or_nothing() -> None:
    """Why PTS's share needs no rule of its own: where few lack coverage, or have it, it is 100, 0 or not told."""
    drawn = np.random.default_rng(7)
    n, limits = 4000, (5, 10)
    told = pd.DataFrame({"hushall_ca": pd.array(drawn.integers(1, 4000, n) * 10, dtype="Int64")})
    for level in LEVELS:
        few = drawn.integers(0, 3, n)
        told[f"{level.without()}_ca"] = pd.array(np.where(few == 1, np.nan, 100), dtype="Int64")
        told[level.share_sign] = np.where(few == 2, "<", "")
        told[level.pts_share] = np.where(few == 2, 1, 99) + drawn.uniform(-1, 1, n)
    out = background.with_pts_shares(told, limits)
    decimals = background.certain_decimals(out, pd.Series(range(n)), limits)
    some = 0
    for level in LEVELS:
        whole = (decimals[level.pts_share] == 0).to_numpy()
        assert set(out.loc[whole, level.pts_share]) <= {0.0, 100.0}
        some += int(whole.sum())
    assert some > 100
