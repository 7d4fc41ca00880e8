"""PTS's own figures: taken as they stand, weighted for delregioner, never from our own."""

import numpy as np
import pandas as pd
import pytest

from pipelines.goals.pts_shares import mobile, published
from pipelines.tables.source_tables import TEKNIK_COLUMNS

from .regions import REGION

NONE = pd.DataFrame(columns=["ar", "bas", "niva", "omrade", "kommunkod", "omradestyp", "matt", "troskel_mbit", "andel"])


def _area(niva, omrade, kod, antal, fiber, **more):
    row = {"ar": 2025, "bas": "hushall", "niva": niva, "omrade": omrade, "kommunkod": kod, "omradestyp": "totalt"}
    shares = dict.fromkeys([f"andel_{t}" for t in TEKNIK_COLUMNS], np.nan)
    shares |= {"andel_fiber": fiber, "andel_narhet_fiber": fiber, "andel_kabel_tv": 0.0}
    return row | {"antal": antal} | shares | more


def _one(table, kod, matt="tillgang", troskel=1000):
    found = table[(table["kod"] == kod) & (table["matt"] == matt) & (table["troskel_mbit"] == troskel)]
    assert len(found) == 1
    return found.iloc[0]


# Ale and Lerum are of Göteborgsregionen, Borås of Sjuhärad, Habo of another län.
TEKNIK = pd.DataFrame(
    [
        _area("kommun", "Ale", "1440", 100, 0.5),
        _area("kommun", "Lerum", "1441", 300, 0.9),
        _area("kommun", "Borås", "1490", 50, np.nan, andel_kabel_tv=np.nan),
        _area("kommun", "Habo", "", 9, 0.1),
        _area("lan", "Västra Götalands län", "", 450, 0.8),
        _area("lan", "Skåne län", "", 450, 0.7),
    ]
)


def test_delregion_is_its_kommuner_weighted_and_says_it_is_calculated():
    got = published(TEKNIK, NONE, REGION)
    row = _one(got, "Göteborgsregionen")
    assert (row["antal"], row["andel_pct"], row["antal_utan"]) == pytest.approx((400, 80, 80))
    assert (row["kand_genom"], row["pts_kalla"], row["niva"]) == ("beraknad", "teknik", "delregion")
    lacking = _one(got, "Sjuhärad")
    assert np.isnan(lacking["andel_pct"]) and lacking["pts_kalla"] == ""
    assert set(got["kod"]) == {"1440", "1441", "1490", "14", "Skåne län", "Göteborgsregionen", "Sjuhärad"}


def test_speed_workbook_goes_before_technique_and_fills_in_what_it_leaves_out():
    speed = pd.DataFrame(
        [
            {**{c: TEKNIK.iloc[4][c] for c in NONE.columns[:6]}, "matt": "tillgang", "troskel_mbit": t, "andel": a}
            for t, a in ((30, 0.97), (100, 0.95), (1000, 0.85))
        ]
    )
    got = published(TEKNIK, speed, REGION)
    said = _one(got, "14")
    assert (said["andel_pct"], said["kand_genom"], said["pts_kalla"]) == (85, "publicerad", "hastighet")
    # passerad is not in the workbook: the larger of tillgång at the threshold and passerad_1000
    derived = _one(got, "14", "passerad", 30)
    assert (derived["andel_pct"], derived["kand_genom"]) == (97, "beraknad")
    assert _one(got, "Skåne län")["pts_kalla"] == "teknik"


def test_an_area_that_only_the_speed_workbook_has_keeps_its_share_without_a_number():
    speed = pd.DataFrame(
        [
            {
                "ar": 2025,
                "bas": "hushall",
                "niva": "riket",
                "omrade": "Riket",
                "kommunkod": "",
                "omradestyp": "totalt",
                "matt": "tillgang",
                "troskel_mbit": 100,
                "andel": 0.9,
            }
        ]
    )
    row = _one(published(TEKNIK, speed, REGION), "00", "tillgang", 100)
    assert row["andel_pct"] == 90
    assert np.isnan(row["antal"]) and np.isnan(row["antal_utan"])


@pytest.mark.parametrize(
    ("headers", "troskel", "chosen"),
    [
        (["Data 10 Mbit/s", "Data 30 Mbit/s", "Data 100 Mbit/s"], 30, "Data 30 Mbit/s"),
        (["Data 10 Mbit/s", "Data 30 Mbit/s"], 1000, "Data 30 Mbit/s"),
        (["Data 1 Gbit/s", "Data 100 Mbit/s"], 30, "Data 100 Mbit/s"),
        (["30 Mbit/s Samtliga operatörer", "30 Mbit/s Minst en operatör"], 100, "30 Mbit/s Minst en operatör"),
        (["4G", "5G"], 100, "4G"),
    ],
)
def test_mobile_takes_the_fastest_that_is_not_above_the_threshold(headers, troskel, chosen):
    rows = pd.DataFrame(
        [
            {
                "ar": 2025,
                "niva": "kommun",
                "omrade": "Ale",
                "kommunkod": "1440",
                "matt": h,
                "andel": 0.1 * (i + 1),
                "olikhet": "",
            }
            for i, h in enumerate(headers)
        ]
    )
    got = mobile(rows, REGION, troskel)
    assert got["mobil_matt"].tolist() == [f"{chosen} (2025)"]
    assert got["mobil_yta_pct"].tolist() == pytest.approx([10 * (headers.index(chosen) + 1)])


def test_mobile_is_empty_without_a_workbook():
    assert mobile(pd.DataFrame(columns=["ar", "niva", "omrade", "kommunkod", "matt", "andel"]), REGION, 30).empty
