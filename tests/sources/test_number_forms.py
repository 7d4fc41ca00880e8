"""Separators by the column as a whole: what each column says, by hand; and what none can say."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from pipelines.formats.number_forms import read_forms


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1000", "100.5", "30"], [1000, 100.5, 30]),
        (["1000,0", "1,5"], [1000, 1.5]),
        (["1 000", "1\u00a0000", "1\u202f500,5", "1'000"], [1000, 1000, 1500.5, 1000]),
        (["1.000", "100,5"], [1000, 100.5]),  # comma before decimals: the point stands between thousands
        (["1,000", "100.5"], [1000, 100.5]),
        (["1,000", "100,5"], [1, 100.5]),
        (["1.000", "0.250"], [1, 0.25]),
        (["1.000", "1.000.000"], [1000, 1_000_000]),
        (["1,000", "1.000.000"], [1, 1_000_000]),
        (["1.000,5", "2.000"], [1000.5, 2000]),
        (["6 400 812,5", "400.812"], [6_400_812.5, 400_812]),
        (["1000.125", "100.000"], [1000.125, 100]),  # four digits before it: no thousands
        (["99,5", "100.5"], [99.5, 100.5]),  # each is clear by itself
        (["4.0e5", "4,0E+05", "1E3"], [400_000, 400_000, 1000]),
        ([">1000", "≥ 30"], [1000, 30]),
        (["-5", "\u22125", "+5"], [-5, -5, 5]),
        ([".5", "5."], [0.5, 5]),
    ],
)
def test_a_column_is_read_as_it_shows_itself(texts: list[str], values: list[float]) -> None:
    read = read_forms(pa.array(texts))
    assert (read.bad, read.unclear) == ((), ())
    assert read.value.tolist() == values


@pytest.mark.parametrize(
    ("texts", "unclear"),
    [
        (["1,000"], (0,)),
        (["1.000", "250", "30"], (0,)),
        (["1.000", "2,000"], (0, 1)),
        (["1,000", "99,5", "100.5"], (0,)),  # both signs stand before decimals
        (["1.000.000", "0.5"], (0,)),  # the point is both
        (["1.000.000", "0.5", "1.000"], (0, 2)),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(texts: list[str], unclear: tuple[int, ...]) -> None:
    assert read_forms(pa.array(texts)).unclear == unclear


def test_of_two_readings_the_only_possible_one_is_taken_and_told() -> None:
    shares = read_forms(pa.array(["1,000", "1"]), plausible=(0, 100))
    assert shares.value.tolist() == [1, 1] and shares.judged == (0,) and shares.told == "komma före decimaler"
    metres = read_forms(pa.array(["400.812", "401.000"]), plausible=(100_000, 8_000_000))
    assert metres.value.tolist() == [400_812, 401_000] and metres.told == "punkt mellan tusental"
    assert read_forms(pa.array(["400.812", "11.970"]), plausible=(100_000, 8_000_000)).unclear == (0, 1)


@pytest.mark.parametrize("text", ["<30", "snabbt", "1 00", "1.00.000", "1,000.5.5", "1e999", "0x10", "1_000", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_forms(pa.array(["100", text])).bad == (1,)


def test_what_says_that_there_is_no_figure_is_empty() -> None:
    read = read_forms(pa.array(["-", "saknas", "5"]))
    assert [math.isnan(v) for v in read.value] == [True, True, False] and read.bad == ()


def test_an_exponent_that_hides_digits_is_known() -> None:
    assert read_forms(pa.array(["6,4E+06", "4.0e5", "6.4008125e6", "1E3", "400000"])).rounded.tolist() == [
        True,
        True,
        False,
        True,
        False,
    ]
