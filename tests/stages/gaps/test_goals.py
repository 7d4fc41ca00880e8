import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import Malniva
from pipelines.goals import distances

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
RULE = (Malniva(namn="98 %", troskel_mbit=100, andel_pct=98),)


def _ours(shares):
    return shares.assign(bas="hushall", kalla="egen")


def _pts(niva, kod, andel, **more):
    row = {
        "niva": niva,
        "kod": kod,
        "namn": kod,
        "delregion": "",
        "omradestyp": "totalt",
        "bas": "hushall",
        "kalla": "pts",
        "troskel_mbit": 100,
        "matt": "passerad",
        "antal": 1000.0,
        "antal_utan": 1000 * (1 - andel / 100),
        "andel_pct": andel,
    }
    return pd.DataFrame([row | more])


def _row(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_shares_of_county_delregion_and_kommun_by_hand():
    got = distances.shares(DELAR, REGION)
    pick = {"troskel_mbit": 100, "matt": "tillgang", "omradestyp": "totalt"}
    assert _row(got, niva="lan", **pick)["andel_pct"] == pytest.approx(90)
    assert _row(got, niva="kommun", kod="1480", **pick)["andel_pct"] == pytest.approx(80)
    gbg = _row(got, niva="delregion", kod="Göteborgsregionen", **pick)
    assert (gbg["antal"], gbg["andel_pct"]) == pytest.approx((500, 90))
    pick |= {"omradestyp": "glesbebyggt", "matt": "passerad"}
    assert _row(got, niva="kommun", kod="1480", **pick)["andel_pct"] == pytest.approx(58)
    empty = _row(got, niva="kommun", kod="1490", troskel_mbit=100, matt="passerad", omradestyp="tatbebyggt")
    assert np.isnan(empty["andel_pct"])


def test_every_place_and_class_has_a_row_even_without_households():
    got = distances.shares(DELAR, REGION)
    kommuner, delregioner = 49, len({k.delregion for k in REGION.lan.kommuner})
    assert len(got) == (1 + delregioner + kommuner) * 3 * 6
    assert got.loc[got["kod"] == "1401", "antal"].sum() == 0


def test_against_goals_by_hand():
    rows = pd.concat([_ours(distances.shares(DELAR, REGION)), _pts("riket", "00", 95.0)], ignore_index=True)
    got = distances.beside_larger(distances.against(rows, RULE), "14")
    pick = {"matt": "passerad", "omradestyp": "totalt", "niva": "kommun"}
    gbg = _row(got, kod="1480", **pick)
    assert gbg["andel_pct"] == pytest.approx(90)
    assert gbg["skillnad_mal_pe"] == pytest.approx(-8)
    assert gbg["antal_saknas"] == pytest.approx(0.98 * 250 - 225)
    assert (gbg["rang"], gbg["rang_av"]) == (3, 3)
    assert gbg["skillnad_lan_pe"] == pytest.approx(90 - 97.5)
    assert gbg["skillnad_riket_pe"] == pytest.approx(-5)
    assert gbg["uppnatt"] == "nej"
    assert gbg["mal_matt"]
    both = [_row(got, kod=k, **pick) for k in ("1481", "1490")]
    assert [x["rang"] for x in both] == [1, 1]  # equal shares share the rank
    assert all(x["uppnatt"] == "ja" and x["antal_saknas"] == 0 for x in both)
    assert not _row(got, kod="1480", niva="kommun", matt="tillgang", omradestyp="totalt")["mal_matt"]
    assert np.isnan(_row(got, kod="1480", **(pick | {"matt": "tillgang"}))["skillnad_riket_pe"])
    without = distances.beside_larger(distances.against(_ours(distances.shares(DELAR, REGION)), RULE), "14")
    assert without["skillnad_riket_pe"].isna().all()


def test_a_share_that_is_missing_is_neither_reached_nor_short_of_the_goal():
    rows = pd.concat(
        [
            _pts("kommun", "1480", float("nan"), antal_utan=float("nan")),
            _pts("kommun", "1490", 99.0),
            _pts("kommun", "1481", 98.0, antal=float("nan"), antal_utan=float("nan")),
        ],
        ignore_index=True,
    )
    got = distances.against(rows, RULE).set_index("kod")
    assert got["uppnatt"].to_dict() == {"1480": "saknas", "1490": "ja", "1481": "ja"}
    assert got["antal_saknas"].isna().to_dict() == {"1480": True, "1490": False, "1481": True}
    assert pd.isna(got.loc["1480", "rang"])
    assert (got.loc["1490", "rang"], got.loc["1490", "rang_av"]) == (1, 2)


def test_rank_among_all_counties_comes_from_pts_alone():
    shares = {"Hallands län": 97.0, "14": 95.0, "Skåne län": 95.0, "Gotlands län": 91.0}
    own = _ours(distances.shares(DELAR, REGION))
    rows = pd.concat([own, *(_pts("lan", k, a) for k, a in shares.items())], ignore_index=True)
    got = distances.against(rows, RULE)
    lan = _row(got, niva="lan", kod="14", kalla="pts")
    assert (lan["rang"], lan["rang_av"]) == (2, 4)
    ours = _row(got, niva="lan", kod="14", kalla="egen", matt="passerad", omradestyp="totalt")
    assert pd.isna(ours["rang"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([0.0, 50.0, 97.9999, 98.0, 98.5, 100.0]), min_size=1, max_size=12))
def test_rank_is_one_more_than_how_many_are_better(shares):
    rows = pd.concat([_pts("lan", f"l{i}", a) for i, a in enumerate(shares)], ignore_index=True)
    got = distances.against(rows, RULE)
    assert got["rang"].tolist() == [1 + sum(b > a for b in shares) for a in shares]
    assert got["uppnatt"].tolist() == ["ja" if a >= 98 else "nej" for a in shares]


def test_surface_parts_sum_to_100_on_every_level():
    # Cell A lies in both kommuner and has 4 addresses, all in 1480; cell B has none; cell C is 1490's own.
    delar = pd.DataFrame(
        [
            ("A", "1480", "tatbebyggt", 2.0, 4, 1.0, 0.0),
            ("A", "1490", "glesbebyggt", 4.0, 0, 0.0, 0.0),
            ("B", "1490", "glesbebyggt", 6.0, 0, 0.0, 0.0),
            ("C", "1490", "glesbebyggt", 6.0, 2, 2.0, 1.0),
        ],
        columns=["rutid_scb", "kommunkod", "omradestyp", "land_ha", "adresser", "utan", "ej"],
    )
    for t in (30, 100, 1000):
        delar[f"adresser_utan_{t}"], delar[f"adresser_ej_passerade_{t}"] = delar["utan"], delar["ej"]
    got = distances.surface(delar, REGION)
    parts = ["yta_utan_pct", "yta_tackt_pct", "yta_obebodd_pct"]
    has = got[got["land_ha"] > 0]
    assert has[parts].sum(axis=1).to_numpy() == pytest.approx(100)
    assert got[got["land_ha"] == 0][parts].isna().all(axis=None)
    pick = {"troskel_mbit": 100, "omradestyp": "totalt"}
    boras = _row(got, kod="1490", matt="tillgang", **pick)  # 4 ha at 1/4, 6 ha at 1, 6 ha empty
    assert boras[parts].tolist() == pytest.approx([100 * 7 / 16, 100 * 3 / 16, 100 * 6 / 16])
    assert _row(got, kod="1490", matt="passerad", **pick)["yta_utan_pct"] == pytest.approx(100 * 3 / 16)
    assert _row(got, niva="lan", matt="tillgang", **pick)["yta_utan_pct"] == pytest.approx(100 * 7.5 / 18)


def test_addresses_without_residents_are_counted_apart():
    points = pd.DataFrame({"kommunkod": ["1480", "1480", "1490"], "omradestyp": ["tatbebyggt"] * 3})
    people = pd.DataFrame({"befolkning": [0.0, 1.0, 0.0], "hushall": [0.0, 1.0, 0.0]})
    coverage = pd.DataFrame(
        {
            f"{name}_{m}_{t}": v
            for name, v in (("sannolikhet", [0.25, 0.0, 1.0]), ("underlag", ["adress"] * 3))
            for m in ("tillgang", "passerad")
            for t in (30, 100, 1000)
        }
    )
    coverage["underlag_tillgang_30"] = ["adress", "statistik", "adress"]
    got = distances.of_addresses(points, people, coverage, REGION)
    pick = {"troskel_mbit": 30, "matt": "tillgang", "omradestyp": "totalt"}
    columns = ["adresser_utan_boende", "utan_boende_utan"]
    assert _row(got, kod="1480", **pick)[columns].tolist() == [1, 0.75]
    assert _row(got, kod="1490", **pick)[columns].tolist() == [1, 0.0]
    assert _row(got, niva="lan", **pick)["uppgifter_pct"] == 0
    assert _row(got, niva="lan", **(pick | {"matt": "passerad"}))["uppgifter_pct"] == 100


def test_holiday_homes_by_hand_and_missing_where_nobody_knows():
    """1480 has a holiday home and a half: all of one and none of the other have it. Of 1481 nothing is known."""
    points = pd.DataFrame(
        {
            "kommunkod": ["1480", "1480", "1480", "1481", "1490"],
            "omradestyp": ["glesbebyggt", "glesbebyggt", "tatbebyggt", "tatbebyggt", "glesbebyggt"],
        }
    )
    has = [1.0, 0.2, 0.6, 0.5, 0.25]
    coverage = pd.DataFrame({f"sannolikhet_{m}_{t}": has for m in ("tillgang", "passerad") for t in (30, 100, 1000)})
    decided = ["adress", "statistik", "statistik", "adress", "ruta"]
    coverage = coverage.assign(
        **{f"underlag_{m}_{t}": decided for m in ("tillgang", "passerad") for t in (30, 100, 1000)}
    )
    got = distances.holiday_homes(points, pd.Series([1.0, 0.5, 0.0, np.nan, 2.0]), coverage, REGION)
    pick = {"troskel_mbit": 100, "matt": "tillgang"}
    one = _row(got, niva="kommun", kod="1480", omradestyp="totalt", **pick)
    assert tuple(one[["antal", "antal_utan", "andel_pct", "uppgifter_pct"]]) == pytest.approx(
        (1.5, 0.4, 100 * 1.1 / 1.5, 100 * 1 / 1.5)
    )
    other = _row(got, niva="kommun", kod="1490", omradestyp="glesbebyggt", **pick)
    assert (other["antal"], other["antal_utan"]) == pytest.approx((2, 1.5))
    for where in (
        {"niva": "kommun", "kod": "1481"},
        {"niva": "lan"},
        {"niva": "delregion", "kod": "Göteborgsregionen"},
    ):
        row = _row(got, omradestyp="totalt", **where, **pick)
        assert row[["antal", "antal_utan", "andel_pct", "uppgifter_pct"]].isna().all()
    # In the class where all is known the sum is known.
    dense = _row(got, niva="lan", omradestyp="glesbebyggt", **pick)
    assert (dense["antal"], dense["antal_utan"]) == pytest.approx((3.5, 1.9))
    told = distances.against(got.assign(bas="fritidshus", kalla="egen"), RULE)
    kommun = told[(told["niva"] == "kommun") & (told["omradestyp"] == "totalt") & (told["matt"] == "tillgang")]
    kommun = kommun.set_index("kod")
    assert (kommun.loc["1481", "uppnatt"], kommun.loc["1480", "uppnatt"]) == ("saknas", "nej")
    assert kommun.loc["1480", "antal_saknas"] == pytest.approx(0.98 * 1.5 - 1.1)
    assert kommun.loc[["1490", "1480"], "rang_av"].tolist() == [2, 2]  # kommuner without any have no rank
