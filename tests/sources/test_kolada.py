"""Kolada's answers: both versions, gaps, contradictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gpkg_files
import pandas as pd
import pts_files as make
import pytest

from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.read.kolada.kolada_answers import read_kolada

DATA = Path(__file__).parents[1] / "data" / "kolada"


def values(kpi: str, year: Any, shares: dict[str, Any]) -> list[dict[str, Any]]:
    """Entries as v3 gives them: men, women, all."""
    return [
        {
            "kpi": kpi,
            "municipality": code,
            "period": year,
            "values": [
                {"gender": "K", "value": 1.0, "status": ""},
                {"gender": "T", "value": v, "status": "" if v else "Missing"},
            ],
        }
        for code, v in shares.items()
    ]


ALL = {"9901": 90.5, "9902": 80.0, "9903": 70.25, "0099": 85.0}


def put(tmp: Path, body: Any, name: str = "a.json") -> Path:
    path = tmp / "kolada" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return path


def read(*paths: Path) -> tuple[pd.DataFrame, dict[str, float]]:
    ledger = Ledger("pts")
    table = read_kolada(list(paths), make.region(), ledger)[0]
    return table, {e.reason: e.count for e in ledger.entries}


def test_percentages_become_shares_of_all(tmp_path: Path) -> None:
    table, notes = read(put(tmp_path, {"values": values("N07900", 2025, ALL), "next_page": None}))
    assert table.set_index("kommunkod")["andel"].to_dict() == {"9901": 0.905, "9902": 0.8, "9903": 0.7025, "0099": 0.85}
    assert notes == {} and set(table["ar"]) == {2025}


def test_the_samples_of_both_versions() -> None:
    table, notes = read(DATA / "v2_N07918_2024.json", DATA / "v3_N07900_2024.json")
    got = table.set_index(["kpi", "kommunkod"])["andel"].to_dict()
    assert got == pytest.approx(
        {
            ("N07900", "9901"): 0.98,
            ("N07900", "9902"): 0.951,
            ("N07900", "9903"): 0.9,
            ("N07918", "0000"): 0.9,
            ("N07918", "9901"): 0.91,
            ("N07918", "9902"): float("nan"),
            ("N07918", "9903"): 0.87,
        },
        nan_ok=True,
    )
    assert notes == {
        "värden för andra nyckeltal": 1,
        "värden för grupper av kommuner": 1,
        "kommuner utan värde för N07918 2024": 1,
    }


def test_missing_values_are_kept_as_missing_and_missing_kommuner_named(tmp_path: Path) -> None:
    body = {"values": values("N07900", "2024", {"9901": 50.0, "9902": None})}
    table, notes = read(put(tmp_path, body))
    assert table["andel"].isna().tolist() == [False, True]
    assert notes == {"kommuner utan värde för N07900 2024": 2}


def test_what_lies_in_the_wrong_order_is_noted(tmp_path: Path) -> None:
    a = put(tmp_path, {"values": values("N07900", 2024, ALL)})
    b = put(tmp_path, {"values": values("N07918", 2024, {**ALL, "9901": 95.0})}, "b.json")
    c = put(tmp_path, {"values": values("N07919", 2024, {**ALL, "9902": 60.0})}, "c.json")
    d = put(tmp_path, {"values": values("N07920", 2024, {**ALL, "9901": 97.0, "9902": 55.0})}, "d.json")
    # 9901: fibre near by exceeds access to 100 Mbit/s, as it may
    assert read(a, b, c, d)[1] == {"N07918 (alla) ligger utanför N07919 (tät) och N07920 (gles)": 1}


def test_the_same_answer_twice_counts_once_and_another_answer_stops(tmp_path: Path) -> None:
    a = put(tmp_path, {"values": values("N07900", 2024, ALL)})
    b = put(tmp_path, {"values": values("N07900", 2024, ALL)}, "b.json")
    assert read(a, b)[1] == {"värden som upprepar ett annat": 4}
    put(tmp_path, {"values": values("N07900", 2024, {"9902": 81.0})}, "b.json")
    with pytest.raises(DataError, match="Två värden från Kolada") as e:
        read(a, b)
    assert "80 och 81 procent" in str(e.value) and "kolada/a.json och kolada/b.json" in str(e.value)


def test_a_list_of_indicators_has_no_values(tmp_path: Path) -> None:
    path = put(tmp_path, {"values": [{"id": "N07900", "title": "…"}]})
    table, newest = read_kolada([path], make.region(), Ledger("pts"))
    assert table.empty and newest == {path: None}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html>", "går inte att läsa som JSON"),
        ("[" * 100_000, "går inte att läsa som JSON"),
        ({"error": "not found"}, "inget svar från Kolada"),
        ({"values": values("N07900", 2024, {"9901": 101.0})}, "utanför 0–100"),
        ({"values": values("N07900", 2024, {"9901": -1})}, "utanför 0–100"),
        ({"values": values("N07900", 2024, {"9901": "90"})}, "väntad form"),
        ({"values": values("N07900", 2024, {"9901": 10**400})}, "väntad form"),
        ({"values": values("N07900", "förra året", {"9901": 90})}, "väntad form"),
        ({"values": values("N07900", 2024, {"Ale": 90})}, "väntad form"),
        ({"values": values("N07900", 2024, {f"{i}": 0.9 for i in range(1000, 1006)})}, "andelar, inte procent"),
    ],
)
def test_what_is_no_answer_stops(tmp_path: Path, body: Any, told: str) -> None:
    with pytest.raises(DataError, match=told) as e:
        read(put(tmp_path, body))
    assert "a.json" in str(e.value) and "Gör så här" in str(e.value)


def entry(code: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kpi": "N07900", "municipality": code, "period": 2024, "values": list(inner), **more}


def shares(table: pd.DataFrame) -> dict[str, float]:
    return table.dropna(subset="andel").set_index("kommunkod")["andel"].to_dict()


def test_deleted_values_are_skipped_and_counted(tmp_path: Path) -> None:
    body = {
        "values": [
            entry("9901", {"gender": "T", "value": 12.0, "isdeleted": True}, {"gender": "T", "value": 90.0}),
            entry("9902", {"gender": "T", "value": 11.0, "isdeleted": True}),
            entry("9903", {"gender": "T", "value": 70.0, "isdeleted": False}),
            entry("9903", {"gender": "T", "value": 10.0}, isdeleted=True),
            {"kpi": "N07900", "municipality": "0099", "period": 2024, "value": 13.0, "isdeleted": "true"},
            {"kpi": "N07900", "municipality": "0099", "period": 2024, "value": 80.0, "isdeleted": 0},
        ]
    }
    table, notes = read(put(tmp_path, body))
    assert shares(table) == {"9901": 0.9, "9903": 0.7, "0099": 0.8}
    assert notes["borttagna värden (isdeleted)"] == 4
    assert notes["kommuner utan värde för N07900 2024"] == 1


def test_a_value_of_one_sex_is_never_the_value_of_all(tmp_path: Path) -> None:
    body = {
        "values": [
            entry("9901", {"gender": "K", "value": 91.0}, {"gender": "M", "value": 89.0}),
            {"kpi": "N07900", "municipality": "9902", "period": "2024", "gender": "K", "value": 55.0},
            {"kpi": "N07900", "municipality": "9902", "period": "2024", "gender": "T", "value": 60.0},
            {"kpi": "N07900", "municipality": "9903", "period": "2024", "gender": "M", "value": 50.0},
        ]
    }
    table, notes = read(put(tmp_path, body))
    assert shares(table) == {"9902": 0.6} and notes["värden för bara kvinnor eller män"] == 4


def test_a_value_that_is_said_to_be_missing_is_missing_whatever_stands_there(tmp_path: Path) -> None:
    body = {
        "values": [
            entry("9901", {"gender": "T", "value": 0, "status": "Missing"}),
            entry("9902", {"gender": "T", "value": 80.0, "status": "Preliminary"}),
            entry("9903", {"gender": "T", "value": None, "status": "Private"}),
        ]
    }
    table, notes = read(put(tmp_path, body))
    assert shares(table) == {"9902": 0.8} and len(table) == 3
    assert notes["värden som Kolada säger saknas (Missing)"] == 1 and notes["värden med status Preliminary"] == 1


def page(number: int, last: int, codes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Page ``number`` of ``last`` as v3 gives it."""
    link = "https://api.kolada.se/v3/data/kpi/N07900/year/2024?per_page=2&page={}"
    return {
        "count": None,
        "previous_url": link.format(number - 1) if number > 1 else None,
        "next_url": link.format(number + 1) if number < last else None,
        "values": values("N07900", 2024, codes),
        **more,
    }


ONE, TWO, THREE = {"9901": 90.5}, {"9902": 80.0}, {"9903": 70.25}
WHOLE = {"9901": 0.905, "9902": 0.8, "9903": 0.7025}


@pytest.mark.parametrize(
    "files",
    [
        [[page(1, 3, ONE), page(2, 3, TWO), page(3, 3, THREE)]],
        [page(1, 3, ONE), page(2, 3, TWO), page(3, 3, THREE)],
        [page(3, 3, THREE), page(1, 3, ONE), page(2, 3, TWO)],
        [[page(1, 3, ONE, count=3), page(2, 3, TWO, count=3)], page(3, 3, THREE, count=3)],
        [[page(1, 2, {**ONE, **TWO}), {"values": values("N07900", 2024, THREE)}]],
        [[{"values": values("N07900", 2024, {**ONE, **TWO})}, {"results": values("N07900", 2024, THREE)}]],
        [values("N07900", 2024, {**ONE, **TWO, **THREE})],
        [{"count": 3, "next_page": None, "values": values("N07900", 2024, {**ONE, **TWO, **THREE})}],
    ],
)
def test_all_pages_are_read_in_one_file_or_several(tmp_path: Path, files: list[Any]) -> None:
    table, _ = read(*(put(tmp_path, body, f"{i}.json") for i, body in enumerate(files)))
    assert shares(table) == WHOLE


@pytest.mark.parametrize(
    "files",
    [
        [page(1, 2, ONE)],
        [page(2, 2, TWO)],
        [page(1, 3, ONE), page(3, 3, THREE)],
        [page(1, 3, ONE), page(2, 3, TWO)],
        [[page(1, 3, ONE), page(3, 3, THREE)]],
        [[page(1, 2, ONE), page(1, 2, ONE)]],
        [page(1, 2, ONE), {"values": values("N07918", 2024, TWO)}],
        [{"count": 3, "values": values("N07900", 2024, {**ONE, **TWO})}],
        [{"next_page": "more", "values": values("N07900", 2024, ONE)}],
        [{"links": {"next": "https://x/v3/data?page=2"}, "values": values("N07900", 2024, ONE)}],
    ],
)
def test_a_page_whose_other_pages_are_not_there_stops(tmp_path: Path, files: list[Any]) -> None:
    with pytest.raises(DataError, match="en av flera sidor") as e:
        read(*(put(tmp_path, body, f"{i}.json") for i, body in enumerate(files)))
    assert "Gör så här" in str(e.value) and ".json" in str(e.value)


def test_an_answer_about_other_places_is_told(tmp_path: Path) -> None:
    _, notes = read(put(tmp_path, {"values": values("N07900", 2024, {"0180": 99.0, "0184": 98.0})}))
    assert notes["filen har inga värden för länet och dess kommuner"] == 1


@pytest.mark.parametrize("size", [1, 2])
def test_one_file_or_year_of_shares_among_percentages_stops(tmp_path: Path, size: int) -> None:
    """0.9 beside 90: each file, and each year of a file, is judged by itself."""
    a = put(tmp_path, {"values": values("N07900", 2023, ALL)})
    few = dict(list({"9901": 0.9, "9902": 0.85}.items())[:size])
    b = put(tmp_path, {"values": values("N07900", 2024, few)}, "b.json")
    with pytest.raises(DataError, match="andelar, inte procent") as e:
        read(a, b)
    assert "b.json" in str(e.value)


@pytest.mark.parametrize("year", [1066, 1999, 2099])
def test_a_year_that_cannot_be_stops(tmp_path: Path, year: int) -> None:
    with pytest.raises(DataError, match="väntad form") as e:
        read(put(tmp_path, {"values": values("N07900", year, ALL)}))
    assert "a.json" in str(e.value) and "period" in str(e.value) and str(year) in str(e.value)


def warned(path: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    ledger = Ledger("pts")
    read_kolada([path], make.region(), ledger)
    return {e.reason: (e.source, e.examples) for e in ledger.entries if e.kind == "varning"}


def test_a_file_or_an_indicator_without_values_is_a_warning(tmp_path: Path) -> None:
    """All deleted, only of women, and by another id."""
    none = "nyckeltal som filen inte har ett enda värde för"
    other = values("N07918", 2024, ALL)
    deleted = [entry(k, {"gender": "T", "value": v, "isdeleted": True}) for k, v in ALL.items()]
    women = [entry(k, {"gender": "K", "value": v}) for k, v in ALL.items()]
    for lost in (deleted, women):
        for body in (lost, [*lost, *other]):
            assert warned(put(tmp_path, {"values": body})) == {none: ("kolada/a.json", ("N07900",))}
    for kpi in ("N12345", "n07900"):
        told = warned(put(tmp_path, {"values": values(kpi, 2024, ALL)}))
        assert told == {"filen har inga värden för PTS:s nyckeltal": ("kolada/a.json", (kpi,))}


def test_a_value_of_at_most_one_per_cent_among_large_ones_is_named(tmp_path: Path) -> None:
    reason = "ett värde om högst 1 procent bland mycket större (N07900)"
    told = warned(put(tmp_path, {"values": values("N07900", 2024, {**ALL, "9901": 0.54})}))
    assert told == {reason: ("kolada/a.json", ("9901 2024: 0.54",))}
    assert warned(put(tmp_path, {"values": values("N07900", 2024, {"9901": 0.54, "9902": 3.0})})) == {}


def test_a_value_without_its_indicator_stops(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="väntad form"):
        read(put(tmp_path, {"values": [{"municipality": "9901", "period": 2024, "value": 5}]}))


def test_the_stage_reads_kolada_beside_the_workbooks(tmp_path: Path) -> None:
    from test_pts import put as put_workbook
    from test_pts import run

    put_workbook(tmp_path)
    (tmp_path / "raw/kolada").mkdir()
    body = {"_kommentar": "DEMO", "values": values("N07900", 2025, ALL)}
    (tmp_path / "raw/kolada/x.json").write_text(json.dumps(body), encoding="utf-8")
    tables, ledger = run(tmp_path)
    assert len(tables["kolada"]) == 4
    facts = ledger.facts["filer"]
    assert isinstance(facts, list)
    (fact,) = [f for f in facts if f["roll"] == "kolada"]
    assert fact["anvand"] and fact["demo"] and fact["fil"] == "kolada/x.json" and fact["ar"] == 2025
    assert gpkg_files.paths(tmp_path).table("kolada").exists()
