"""The report's section on gap areas, against the hand-made county's figures worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest
import tiny_tables as tiny

from pipelines.config.region import Region
from pipelines.core.level import Level
from pipelines.publish.report import report_gaps
from tests.made_ledgers import complete

NBSP = "\N{NO-BREAK SPACE}"

LEVEL = Level("tillgang", 100)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Region]:
    region, paths = tiny.write(tmp_path_factory.mktemp("rapport"))
    return pd.read_parquet(paths.table("bristomraden"), columns=report_gaps.COLUMNS), region


def rows_of(text: str) -> list[list[str]]:
    """Take a Markdown table apart; the rule under its head left out."""
    lines = [x for x in text.replace(NBSP, " ").splitlines() if x.startswith("|")]
    cells = [[c.strip() for c in line.strip("|").split(" | ")] for line in lines]
    return [cells[0], *cells[2:]]


def test_overview_by_hand(made: tuple[pd.DataFrame, Region]) -> None:
    areas, _ = made
    known = areas[areas["bristomrade_id"].str[-13:] != "3210006400500"]
    head, *rows = rows_of(report_gaps.overview(known))
    assert head[0] == "Tröskel och mått"
    assert len(rows) == 6
    # 100 Mbit/s, tillgång: 1000 households at 150 000 kr (modelled), 10 000 at 30 000 kr (measured):
    # 150 + 300 = 450 million, half and twice that at the ends; 1 km of trench each.
    assert rows[2] == ["100 Mbit/s, tillgång", "2", "1", "1", "11 000", "1 000", "0", "2", "450", "225", "900"]
    # 30 Mbit/s, passerad: nothing but the area that was left out here.
    assert rows[1] == ["30 Mbit/s, passerad", *["0"] * 10]


def test_an_unknown_cost_makes_the_sum_unknown_not_smaller(made: tuple[pd.DataFrame, Region]) -> None:
    _, *rows = rows_of(report_gaps.overview(made[0]))
    assert [r[-3:] for r in rows] == [["okänd"] * 3] * 6
    assert rows[2][4] == "12 000"


def test_first_areas_stand_by_priority(made: tuple[pd.DataFrame, Region]) -> None:
    areas, region = made
    _, *rows = rows_of(report_gaps.first(areas, LEVEL, region))
    assert rows == [
        [
            "100-tillgang-3200006400250",
            "Härryda",
            "uppmätt",
            "1",
            "1",
            "10",
            "10 000,0",
            "300 000",
            "150 000",
            "600 000",
            "30 000",
        ],
        [
            "100-tillgang-3200006400000",
            "Härryda",
            "modellerat",
            "2",
            "1",
            "1",
            "1 000,0",
            "150 000",
            "75 000",
            "300 000",
            "150 000",
        ],
        ["100-tillgang-3210006400500", "Göteborg", "uppmätt", "3", "1", "1", "1 000,0", "–", "–", "–", "–"],
    ]
    none = areas[areas["prioritet"].isna()]
    assert report_gaps.first(none, LEVEL, region).endswith("Inga bristområden.")


def test_at_most_ten_are_listed(made: tuple[pd.DataFrame, Region]) -> None:
    areas, region = made
    one = areas[areas["bristomrade_id"] == "100-tillgang-3200006400250"]
    many = pd.concat([one.assign(prioritet=i) for i in range(1, 15)]).sample(frac=1, random_state=1)
    many["prioritet"] = many["prioritet"].astype("Int64")
    _, *rows = rows_of(report_gaps.first(many, LEVEL, region))
    assert [r[3] for r in rows] == [str(i) for i in range(1, 11)]


def test_costs_are_called_assumptions_with_the_configurations_own_figures(made: tuple[pd.DataFrame, Region]) -> None:
    areas, region = made
    none = complete("gaps")["schakt"]
    text = report_gaps.section(areas, none, region).replace(NBSP, " ")
    assert "Vägar saknas: schakt är raka linjer" in text and "omvägsfaktor 1,3 (1,1–1,5)" in text
    along = report_gaps.section(areas, none | {"underlag": "vagar", "vaglinjer": 2500}, region).replace(NBSP, " ")
    assert "Schakt följer 2 500 väglinjer" in along and "omvägsfaktor" not in along
    assert "Kostnaderna är antaganden" in text
    assert "docs/bristanalys.md" in text
    pris = region.kostnad.schakt_gles_sek_per_m
    assert f"{pris.mitt:.0f} ({pris.lag:.0f}–{pris.hog:.0f}) kr/m i glesbebyggt" in text
    for title in ("De 10 första: 1000 Mbit/s, passerad", "De 10 första: 100 Mbit/s, tillgång"):
        assert title in text
