import numpy as np
import pandas as pd
import pytest

from pipelines.region import Malniva
from pipelines.stages.gaps import goals

from .regions import REGION

# Two kommuner of Göteborgsregionen (1480, 1481) and one of Sjuhärad (1490). Hand-made, per cell part.
DELAR = pd.DataFrame(
    [
        ("1480", "tatbebyggt", 100.0, 10.0, 4.0),
        ("1480", "tatbebyggt", 100.0, 0.0, 0.0),
        ("1480", "glesbebyggt", 50.0, 40.0, 21.0),
        ("1481", "tatbebyggt", 250.0, 0.0, 0.0),
        ("1490", "glesbebyggt", 500.0, 50.0, 0.0),
        ("1490", "tatbebyggt", 0.0, 0.0, 0.0),
    ],
    columns=["kommunkod", "omradestyp", "hushall", "utan", "ej"],
)
for _t in (30, 100, 1000):
    DELAR[f"hushall_utan_{_t}"], DELAR[f"hushall_ej_passerade_{_t}"] = DELAR["utan"], DELAR["ej"]


def _row(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_shares_of_county_delregion_and_kommun_by_hand():
    got = goals.shares(DELAR, REGION)
    pick = {"troskel_mbit": 100, "matt": "tillgang", "omradestyp": "totalt"}
    assert _row(got, niva="lan", **pick)["andel_pct"] == pytest.approx(90)
    assert _row(got, niva="kommun", kod="1480", **pick)["andel_pct"] == pytest.approx(80)
    gbg = _row(got, niva="delregion", kod="Göteborgsregionen", **pick)
    assert (gbg["hushall"], gbg["andel_pct"]) == pytest.approx((500, 90))
    pick |= {"omradestyp": "glesbebyggt", "matt": "passerad"}
    assert _row(got, niva="kommun", kod="1480", **pick)["andel_pct"] == pytest.approx(58)
    empty = _row(got, niva="kommun", kod="1490", troskel_mbit=100, matt="passerad", omradestyp="tatbebyggt")
    assert np.isnan(empty["andel_pct"])


def test_against_goals_by_hand():
    riket = pd.DataFrame(
        {"omradestyp": ["totalt"], "troskel_mbit": [100], "matt": ["passerad"], "andel_pct": [95.0]}
    )
    rule = (Malniva(namn="98 %", troskel_mbit=100, andel_pct=98),)
    got = goals.against(goals.shares(DELAR, REGION), rule, riket)
    pick = {"matt": "passerad", "omradestyp": "totalt", "niva": "kommun"}
    gbg = _row(got, kod="1480", **pick)
    assert gbg["andel_pct"] == pytest.approx(90)
    assert gbg["skillnad_mal_pe"] == pytest.approx(-8)
    assert gbg["hushall_saknas"] == pytest.approx(0.98 * 250 - 225)
    assert gbg["rang"] == 3
    assert gbg["skillnad_lan_pe"] == pytest.approx(90 - 97.5)
    assert gbg["skillnad_riket_pe"] == pytest.approx(-5)
    assert not gbg["uppnatt"]
    assert gbg["mal_matt"]
    both = [_row(got, kod=k, **pick) for k in ("1481", "1490")]
    assert [x["rang"] for x in both] == [1, 1]  # equal shares share the rank
    assert all(x["uppnatt"] and x["hushall_saknas"] == 0 for x in both)
    assert not _row(got, kod="1480", niva="kommun", matt="tillgang", omradestyp="totalt")["mal_matt"]
    assert np.isnan(_row(got, kod="1480", **(pick | {"matt": "tillgang"}))["skillnad_riket_pe"])
    without = goals.against(goals.shares(DELAR, REGION), rule, riket.iloc[:0])
    assert without["skillnad_riket_pe"].isna().all()


def test_rank_among_all_counties_comes_from_pts_alone():
    base = {"ar": 2025, "bas": "hushall", "omradestyp": "totalt", "matt": "tillgang", "troskel_mbit": 100}
    rows = [("lan", "Hallands län", 0.97), ("lan", "Västra Götalands län", 0.95), ("lan", "Skåne län", 0.95),
            ("lan", "Gotlands län", 0.91), ("riket", "Riket", 0.94), ("kommun", "Habo", 0.99)]  # fmt: skip
    pts = pd.DataFrame([{**base, "niva": n, "omrade": o, "andel": a} for n, o, a in rows])
    got = goals.county_rank(pts, "västra götalands län").iloc[0]
    assert (got["rang"], got["av"]) == (2, 4)
    assert (got["andel_pct"], got["riket_pct"]) == pytest.approx((95, 94))
    assert goals.county_rank(pts, "Atlantis län").empty


def test_surface_parts_sum_to_100_on_every_level():
    kommuner = pd.DataFrame({"kommunkod": ["1480", "1481", "1490"], "land_ha": [100.0, 300.0, 600.0]})
    for t in (30, 100, 1000):
        kommuner[f"yta_utan_{t}_pct"], kommuner[f"yta_tackt_{t}_pct"] = [10.0, 2.0, 5.0], [40.0, 18.0, 25.0]
    kommuner["yta_obebodd_pct"] = [50.0, 80.0, 70.0]
    got = goals.surface(kommuner, REGION)
    assert len(got) == 3 * (1 + 2 + 3)
    total = got["yta_utan_pct"] + got["yta_tackt_pct"] + got["yta_obebodd_pct"]
    assert total.to_numpy() == pytest.approx(100)
    gbg = _row(got, kod="Göteborgsregionen", troskel_mbit=30)
    assert gbg["yta_utan_pct"] == pytest.approx((10 * 100 + 2 * 300) / 400)
    assert _row(got, niva="lan", troskel_mbit=30)["yta_utan_pct"] == pytest.approx(4.6)


def test_addresses_without_residents_are_counted_apart():
    got = goals.without_residents(
        pd.Series(["1480", "1480", "1490"]),
        pd.Series([0.0, 1.0, 0.0]),
        pd.Series([0.25, 0.0, 1.0]),
        30,
        "tillgang",
    )
    assert got[["adresser_utan_boende", "varav_utan"]].to_numpy().tolist() == [[1, 0.75], [1, 0.0]]
