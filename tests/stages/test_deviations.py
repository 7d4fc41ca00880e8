"""Why our figures differ from published ones, cause by cause: by hand, and summed in plain Python."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from pipelines.goals import deviations
from pipelines.tables import code_lists

NAN = float("nan")
# niva, kod, class, threshold, measure, ours, PTS's lower, upper, source, decided by evidence (%), wanted
CAUSES = [
    ("kommun", "1480", "tatbebyggt", 100, "tillgang", 90.0, 90.0, 90.0, "hastighet", 100.0, ""),
    ("kommun", "1480", "tatbebyggt", 30, "tillgang", 88.0, 90.0, 90.0, "hastighet", 100.0, "uppgifter_farre"),
    ("kommun", "1480", "glesbebyggt", 30, "tillgang", 92.0, 90.0, 90.0, "hastighet", 1.0, "uppgifter_fler"),
    ("kommun", "1480", "glesbebyggt", 100, "tillgang", 92.0, 90.0, 95.0, "teknik", 1.0, "undre_grans"),
    ("kommun", "1480", "glesbebyggt", 1000, "tillgang", 96.0, 90.0, 95.0, "teknik", 1.0, "uppgifter_fler"),
    ("kommun", "1480", "glesbebyggt", 1000, "passerad", 89.0, 90.0, 95.0, "teknik", 1.0, "uppgifter_farre"),
    ("kommun", "1407", "tatbebyggt", 100, "tillgang", 80.0, 90.0, 90.0, "hastighet", 100.0, "sammanslagen"),
    ("kommun", "1407", "totalt", 100, "tillgang", 80.0, 90.0, 90.0, "hastighet", 100.0, "uppgifter_farre"),
    ("kommun", "1490", "totalt", 100, "tillgang", 80.0, 90.0, 90.0, "hastighet", 0.0, "oforklarad"),
    ("kommun", "1490", "tatbebyggt", 100, "tillgang", NAN, 90.0, 90.0, "hastighet", NAN, ""),
    ("lan", "14", "totalt", 100, "tillgang", 80.0, 90.0, 90.0, "hastighet", 60.0, "uppgifter_farre"),
]
COLUMNS = ["niva", "kod", "omradestyp", "troskel_mbit", "matt", "andel_pct", "pts_andel_pct", "pts_andel_ovre_pct"]


@pytest.fixture
def table() -> pd.DataFrame:
    rows = pd.DataFrame(CAUSES, columns=[*COLUMNS, "pts_kalla", "uppgifter_pct", "vantad"])
    return rows.assign(avvikelse_pe=rows["andel_pct"] - rows["pts_andel_pct"])


def test_causes_by_hand(table: pd.DataFrame) -> None:
    assert deviations.causes(table, {"1407"}).tolist() == table["vantad"].tolist()


def test_a_class_with_households_at_pts_and_no_address_is_known_by_the_benchmark() -> None:
    rows = [
        ("1407", "glesbebyggt", 12.0, NAN),
        ("1480", "glesbebyggt", 12.0, 3.0),
        ("1490", "glesbebyggt", 0.0, NAN),
        ("1491", "totalt", 12.0, NAN),
    ]
    names = ["kommunkod", "omradestyp", "hushall_pts", "hushall_uppnatt"]
    assert deviations.without_address(pd.DataFrame(rows, columns=names)) == {"1407"}


def test_every_cause_has_words_and_something_to_do() -> None:
    assert set(code_lists.CAUSES) == {"", *deviations.CAUSES}
    for told, to_do in deviations.CAUSES.values():
        assert told.endswith(".") and to_do.endswith(".")


# kalla, storhet, kod, class, threshold, measure, difference, verdict, wanted
SOURCES = [
    ("PTS hastighet", "andel_hushall", "1480", "tatbebyggt", 30, "tillgang", -2.0, "utanfor", "uppgifter_farre"),
    ("Kolada N07919", "andel_hushall", "1480", "tatbebyggt", 30, "tillgang", -1.9, "utanfor", "uppgifter_farre"),
    ("Kolada N07900", "andel_befolkning", "1480", "tatbebyggt", 30, "tillgang", 1.9, "utanfor", "annat_matt"),
    ("Kolada N07920", "andel_hushall", "1480", "tatbebyggt", 30, "tillgang", 1.9, "utanfor", "oforklarad"),
    ("SCB folkmängd", "folkmangd", "1480", "totalt", None, "", 3.0, "utanfor", "rutorna"),
    ("SCB antal hushåll", "hushall", "1480", "totalt", None, "", 3.0, "inom", "annan_rakning"),
    ("PTS antal hushåll", "hushall", "1480", "totalt", None, "", 3.0, "utanfor", "oforklarad"),
    ("SCB landareal", "land_ha", "1407", "totalt", None, "", 0.0, "inom", ""),
    ("Publicerat: x", "andel_hushall", "1480", "tatbebyggt", 30, "tillgang", -9.0, "ej_jamforbart", "uppgifter_farre"),
]


@pytest.fixture
def sources() -> pd.DataFrame:
    names = ["kalla", "storhet", "kod", "omradestyp", "troskel_mbit", "matt", "skillnad", "utfall", "vantad"]
    rows = pd.DataFrame(SOURCES, columns=names).astype({"troskel_mbit": "Int64"})
    return rows.assign(niva="kommun", namn=rows["kod"], enhet=rows["matt"].map(lambda m: "procent" if m else "antal"))


def test_another_sources_figure_differs_for_the_reason_that_ptss_does(
    table: pd.DataFrame, sources: pd.DataFrame
) -> None:
    own = table.assign(avvikelse_orsak=table["vantad"])
    assert deviations.of_sources(sources, own).tolist() == sources["vantad"].tolist()


HOMES = [
    # kod, class, threshold, measure, households, cause
    ("Alfa", "tatbebyggt", 100, "tillgang", -30.0, "uppgifter_farre"),
    ("Alfa", "glesbebyggt", 100, "tillgang", -5.0, "uppgifter_farre"),
    ("Beta", "tatbebyggt", 100, "tillgang", -20.0, "uppgifter_farre"),
    ("Gamma", "tatbebyggt", 100, "tillgang", -25.0, "uppgifter_farre"),
    ("Delta", "tatbebyggt", 100, "tillgang", -35.0, "uppgifter_farre"),
    ("Alfa", "tatbebyggt", 1000, "tillgang", -60.0, "uppgifter_farre"),
    ("Alfa", "totalt", 100, "tillgang", -35.0, "uppgifter_farre"),
    ("Beta", "glesbebyggt", 100, "passerad", 7.0, "uppgifter_fler"),
]


def test_grouped_by_hand(sources: pd.DataFrame) -> None:
    own = pd.DataFrame(
        HOMES, columns=["namn", "omradestyp", "troskel_mbit", "matt", "avvikelse_hushall", "avvikelse_orsak"]
    ).assign(niva="kommun", flaggad=True)
    rows = sources.assign(avvikelse_orsak=sources["vantad"])
    told = deviations.by_cause(rows, own).set_index("avvikelse_orsak")
    # 8 can be compared, 6 are outside; the figure within its tolerance and the one of another year are not counted
    assert told["tal_jamforda"].tolist() == [8] * len(told)
    assert told["tal_utanfor"].to_dict() == {"oforklarad": 2, "uppgifter_farre": 2, "annat_matt": 1, "rutorna": 1}
    assert told["tal_utanfor"].sum() == 6
    fewer = told.loc["uppgifter_farre"]
    # at 100 Mbit/s: 30 + 5 + 20 + 25 + 35; 1000 Mbit/s has 60; a total is its classes again
    assert (fewer["skillnad_hushall"], fewer["troskel_mbit"], fewer["matt"]) == (-115.0, 100, "tillgang")
    # Alfa and Delta are as far: by name
    assert [fewer[f"storst_{i}"] for i in (1, 2, 3)] == ["Alfa", "Delta", "Gamma"]
    assert [fewer[f"storst_{i}_skillnad"] for i in (1, 2, 3)] == [-35.0, -35.0, -25.0]
    assert (fewer["skillnad_enhet"], fewer["antal_kommuner"]) == ("hushall", 1)
    people = told.loc["rutorna"]
    assert math.isnan(people["skillnad_hushall"]) and people["skillnad_enhet"] == "procent"
    assert (people["storst_1"], people["storst_1_skillnad"], people["storst_2"]) == ("1480", 3.0, "")


def test_nothing_outside_is_a_table_without_rows(sources: pd.DataFrame) -> None:
    own = pd.DataFrame(
        columns=["namn", "omradestyp", "troskel_mbit", "matt", "avvikelse_hushall", "avvikelse_orsak", "niva"]
    ).assign(flaggad=pd.Series(dtype=bool))
    rows = sources.assign(avvikelse_orsak="", utfall="inom")
    assert deviations.by_cause(rows, own).empty
