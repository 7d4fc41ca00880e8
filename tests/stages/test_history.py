"""The published series: breaks marked, projections against a hand calculation and a simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.config.fetching import SerieBrott
from pipelines.config.region import Demo, Framskrivning, Kommun, Lan, Mal, Malniva, Publicering, Region
from pipelines.sums import projection, published_series
from pipelines.tables.history_tables import FRAMSKRIVNING, HISTORIK, PTS_HISTORIK

GOAL = Malniva(namn="98 %", troskel_mbit=1000, andel_pct=98)


def region(*goals: Malniva, **more) -> Region:
    return Region(
        lan=Lan(kod="99", namn="Provlän", kortnamn="Prov", kommuner=(Kommun(kod="9901", namn="Håbo", land_ha=1),)),
        publicering=Publicering(utgivare="P", kontakt_epost="a@b.se", bas_url="https://example.org"),
        demo=Demo(adresser=1, befolkning=1, hushall=1, orter_fil="a", kalibrering_fil="b"),
        mal=Mal(nivaer=goals or (GOAL,)),
        framskrivning=Framskrivning(**more),
    )


def kolada(values: dict[int, float], kpi="N07918", kommun="9901") -> pd.DataFrame:
    return pd.DataFrame([{"kpi": kpi, "kommunkod": kommun, "ar": y, "andel": v} for y, v in values.items()])


def nothing() -> pd.DataFrame:
    kinds = {"text": "str", "decimal": "float64", "heltal": "int64"}
    return pd.DataFrame(
        {c.name: pd.Series(dtype="Int64" if c.nullable else kinds[c.kind]) for c in PTS_HISTORIK.columns}
    )


def made(table: pd.DataFrame, where: Region) -> pd.DataFrame:
    return published_series.with_breaks(published_series.history(nothing(), table, where), where)


def one(table: pd.DataFrame, where: Region, code="9901") -> pd.Series:
    rows = projection.projections(made(table, where), where)
    assert list(rows.columns) == FRAMSKRIVNING.names
    found = rows[(rows["kommunkod"] == code) & (rows["mal_nr"] == 1)]
    return found.iloc[0]


def test_the_change_to_population_is_a_break_where_there_is_something_before():
    values = {2019: 0.7, 2020: 0.75, 2021: 0.8, 2022: 0.82}
    table = made(
        pd.concat([kolada(values), kolada(values, "N07919"), kolada({2021: 0.5, 2022: 0.6}, kommun="0099")]), region()
    )
    assert list(table.columns) == HISTORIK.names
    of = {(r.serie, r.kommunkod, r.ar): r for r in table.itertuples()}
    assert of["kolada_N07918", "9901", 2021].brott == "Från 2021 andel av befolkningen, tidigare av hushållen."
    assert [of["kolada_N07918", "9901", y].bas for y in values] == ["hushall", "hushall", "befolkning", "befolkning"]
    assert of["kolada_N07918", "9901", 2022].brott == ""
    assert of["kolada_N07918", "99", 2021].brott == "", "serien börjar där: inget att skilja sig från"
    assert {of["kolada_N07919", "9901", y].brott for y in values} == {""}
    assert of["kolada_N07919", "9901", 2019].omradestyp == "tatbebyggt"
    assert of["kolada_N07918", "99", 2021].niva == "lan" and of["kolada_N07918", "99", 2021].kommunnamn == "Provlän"


def test_a_missing_year_moves_the_break_to_the_next_there_is():
    table = made(kolada({2019: 0.7, 2022: 0.8}), region())
    assert table["brott"].tolist() == ["", "Från 2022 andel av befolkningen, tidigare av hushållen."]


def test_a_configured_break():
    where = region(brott=(SerieBrott(serie="kolada_", ar=2023, text="Ny metod."),))
    table = made(kolada({2021: 0.7, 2022: 0.75, 2024: 0.8, 2025: 0.81}), where)
    assert table["brott"].tolist() == ["", "", "Ny metod.", ""]
    last = one(kolada({2021: 0.7, 2022: 0.75, 2024: 0.8, 2025: 0.81}), where)
    assert (last["antal_ar"], last["utfall"]) == (2, "for_fa_ar"), "över ett brott dras ingen linje"


def test_values_that_are_missing_or_of_others_are_left_out():
    table = made(
        pd.concat(
            [kolada({2019: math.nan, 2020: 0.5}), kolada({2020: 0.4}, kommun="0180"), kolada({2020: 0.3}, kpi="N00001")]
        ),
        region(),
    )
    assert table[["kommunkod", "ar"]].to_numpy().tolist() == [["9901", 2020]]


def test_an_exact_line_on_the_logit_scale_reaches_the_goal_when_it_does_by_hand():
    """logit(0.90) = 2.1972, logit(0.98) = 3.8918; at 0.25 a year from 2025: 6.78 years, so 2032."""
    z = {y: math.log(9) + 0.25 * (y - 2025) for y in range(2021, 2026)}
    row = one(kolada({y: 1 / (1 + math.exp(-v)) for y, v in z.items()}), region())
    assert math.ceil((math.log(49) - math.log(9)) / 0.25) == 7
    assert (row["utfall"], row["nas_ar"], row["nas_tidigast_ar"], row["nas_senast_ar"]) == ("nas", 2032, 2032, 2032)
    assert row["takt_pe"] == pytest.approx(100 * (1 / (1 + math.exp(-math.log(9) - 0.25)) - 0.9), abs=1e-5)
    assert row["text"].startswith("Nås 2032 om takten håller i sig (tidigast 2032, senast 2032; intervall 80 %).")
    assert "andel av befolkningen" in row["text"]


def test_the_interval_is_that_of_ordinary_least_squares():
    """Against scipy's own regression and the textbook's formula for a new observation."""
    years = np.array([2021.0, 2022, 2023, 2024, 2025])
    shares = np.array([0.80, 0.83, 0.84, 0.88, 0.885])
    low, mid, high = projection.fit(years, shares).at(np.array([2028.0]), 0.8)
    z = np.log(shares / (1 - shares))
    fitted = stats.linregress(years, z)
    s = np.sqrt(((z - fitted.intercept - fitted.slope * years) ** 2).sum() / 3)
    half = stats.t.ppf(0.9, 3) * s * np.sqrt(1 + 1 / 5 + (2028 - 2023) ** 2 / 10)
    centre = fitted.intercept + fitted.slope * 2028
    assert [low[0], mid[0], high[0]] == pytest.approx(
        [1 / (1 + np.exp(-(centre + d))) for d in (-half, 0, half)], rel=1e-9
    )


def test_the_interval_holds_a_new_year_as_often_as_it_says():
    """800 series of a known truth: the share of intervals that hold the next-but-two year is near 80 %."""
    rng = np.random.default_rng(5)
    years, held = np.arange(2021.0, 2026), 0
    for _ in range(800):
        z = 1.0 + 0.2 * (np.arange(2021, 2029) - 2021) + rng.normal(0, 0.15, 8)
        p = 1 / (1 + np.exp(-z))
        low, _, high = projection.fit(years, p[:5]).at(np.array([2028.0]), 0.8)
        held += bool(low[0] <= p[7] <= high[0])
    assert 0.76 <= held / 800 <= 0.84


@pytest.mark.parametrize(
    ("values", "outcome", "said"),
    [
        ([0.97, 0.975, 0.98], "natt", "Enligt serien nått 2023."),
        ([0.80, 0.79, 0.78], "nas_inte", "Nås inte med dagens takt (före 2040)."),
        ([0.70, 0.7001, 0.7002], "nas_inte", "Nås inte med dagens takt (före 2040)."),
        ([0.80, 0.85], "for_fa_ar", "För få jämförbara år (2) för en framskrivning."),
    ],
)
def test_each_outcome(values, outcome, said):
    row = one(
        kolada({2024 - len(values) + i: v for i, v in enumerate(values)}, "N07919").assign(kpi="N07918"), region()
    )
    assert row["utfall"] == outcome and row["text"].startswith(said)
    if outcome != "nas":
        assert pd.isna(row["nas_ar"])


def test_a_series_that_is_at_100_does_not_break_the_arithmetic():
    row = one(
        kolada(dict.fromkeys(range(2021, 2026), 1.0)), region(Malniva(namn="alla", troskel_mbit=1000, andel_pct=100))
    )
    assert row["utfall"] == "natt"


def test_a_goal_of_100_counts_as_reached_when_rounded_to_one_decimal():
    goal = Malniva(namn="alla", troskel_mbit=1000, andel_pct=100)
    row = one(kolada({2021: 0.99, 2022: 0.995, 2023: 0.998}), region(goal))
    assert row["utfall"] == "nas"
    assert one(kolada({2021: 0.99, 2022: 0.995, 2023: 0.9996}), region(goal))["utfall"] == "natt"


def test_the_goals_own_measure_is_taken_first_and_another_is_named():
    goal = Malniva(namn="99,9 %", troskel_mbit=100, andel_pct=99.9)
    row = one(kolada({2022: 0.8, 2023: 0.85, 2024: 0.9}, "N07900"), region(goal))
    assert row["serie"] == "kolada_N07900" and not row["samma_matt"]
    assert "Serien är mätt i tillgång; målet är skrivet i passerad." in row["text"]
    none = one(kolada({2022: 0.8, 2023: 0.85, 2024: 0.9}, "N07900"), region())
    assert (none["utfall"], none["serie"]) == ("ingen_serie", "")
    assert none["text"] == "Ingen publicerad serie gäller 1000 Mbit/s."


def test_only_the_latest_years_and_never_over_the_break():
    values = {y: 0.5 + 0.01 * (y - 2015) for y in range(2015, 2026)}
    row = one(kolada(values), region())
    assert (row["forsta_ar"], row["senaste_ar"], row["antal_ar"]) == (2021, 2025, 5)
    values.pop(2024)
    row = one(kolada(values), region(ar_bakat=9))
    assert (row["forsta_ar"], row["antal_ar"]) == (2021, 4), "brottet 2021 passeras inte"


def test_of_a_region_that_is_the_whole_country_riket_is_the_region():
    """Its projection is told of level lan, code 00: Kolada's 0000 is that, and of a län it is riket."""
    values = {2022: 0.90, 2023: 0.92, 2024: 0.94, 2025: 0.95}
    whole = region().model_copy(
        update={"lan": region().lan.model_copy(update={"kod": "00", "namn": "Riket", "kortnamn": "Riket"})}
    )
    assert whole.riket
    assert set(made(kolada(values, kommun="0000"), whole)["niva"]) == {"lan"}
    assert one(kolada(values, kommun="0000"), whole, code="00")["utfall"] == "nas"
    of_lan = made(kolada(values, kommun="0000"), region())
    assert set(zip(of_lan["niva"], of_lan["kommunkod"], strict=True)) == {("riket", "00")}


def test_no_figures_at_all():
    where = region()
    empty = pd.DataFrame({"kpi": [], "kommunkod": [], "ar": [], "andel": []})
    empty = empty.astype({"kpi": "str", "kommunkod": "str", "ar": "int64"})
    table = made(empty, where)
    assert table.empty and list(table.columns) == HISTORIK.names
    assert set(projection.projections(table, where)["utfall"]) == {"ingen_serie"}
