"""Our households with coverage beside PTS's: counted by hand, and what the report says of it."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.publish.report import report_coverage
from pipelines.publish.words import beside_pts

NBSP = "\N{NO-BREAK SPACE}"
# kommun, class, measure, threshold, PTS's share, households with coverage here, difference
ROWS = [
    ("1480", "tatbebyggt", "tillgang", 100, 0.90, 900.0, 0.0),
    ("1480", "glesbebyggt", "tillgang", 100, 0.50, 50.5, 0.5),
    ("1480", "glesbebyggt", "passerad", 100, 0.60, 59.5, -0.5),
    ("1480", "glesbebyggt", "passerad", 1000, 0.60, 59.4, -0.6),
    ("1407", "tatbebyggt", "tillgang", 100, 0.80, 120.0, 40.0),
    ("1407", "tatbebyggt", "tillgang", 1000, None, 120.0, None),  # PTS has no share
    ("1407", "glesbebyggt", "tillgang", 1000, 0.10, None, None),  # no address here
    ("1407", "totalt", "tillgang", 100, 0.80, 120.0, 40.0),  # the classes' sum
]


@pytest.fixture
def wanted() -> pd.DataFrame:
    names = ["kommunkod", "omradestyp", "matt", "troskel_mbit", "andel", "hushall_uppnatt", "rest_hushall"]
    return pd.DataFrame(ROWS, columns=names)


def cells(text: str) -> list[list[str]]:
    lines = [x for x in text.replace(NBSP, " ").splitlines() if x.startswith("|") and not x.startswith("|-")]
    return [[c.strip() for c in line.strip("|").split(" | ")] for line in lines]


def test_counted_by_hand(wanted):
    told = beside_pts.count(wanted)
    assert (told.lika, told.fler, told.farre) == (3, 1, 1)
    assert told.compared == 5, "två utan tal och en summa räknas inte"


def test_the_report_names_numerator_denominator_and_who_decides(wanted):
    text = report_coverage.beside_benchmarks(wanted)
    assert "5 tal är jämförda, ett för varje kommun, områdestyp" in text
    rows = cells(text)
    assert [r[2:] for r in rows[1:4]] == [["3", "60,0"], ["1", "20,0"], ["1", "20,0"]]
    assert rows[1][0].startswith("lika många") and "statistik" in rows[1][1]
    assert [r[:2] for r in rows[2:4]] == [
        ["fler än enligt PTS", "täckningsuppgifterna"],
        ["färre än enligt PTS", "täckningsuppgifterna"],
    ]
    assert "inte hur stor del av bredbandsmålen" in text and "Innan pengar fördelas" in text
    assert len(rows) == 4 and "`tabeller/avstamning.csv`" in text, "the figures themselves are in a file"


def test_nothing_to_compare_is_said_and_is_no_agreement(wanted):
    text = report_coverage.beside_benchmarks(wanted.iloc[5:7])
    assert text.endswith("PTS har ingen andel att jämföra med.")
