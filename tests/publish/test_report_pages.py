"""The report: two pages that decide, and its appendix. Every number worked out again from the tables beside it."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from pipelines.config.region import load_region
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS
from pipelines.goals import deviations
from pipelines.orders.plan import order_plan
from pipelines.orders.plan.plan_request import request
from pipelines.projects import build_plan
from pipelines.publish.geopackage import edition
from pipelines.publish.report import report_decide
from pipelines.publish.report.report_decide import Found
from tests.made_ledgers import complete

VG = Path(__file__).parents[2] / "config" / "vastra-gotaland.toml"
SPACE = "\N{NO-BREAK SPACE}"
LINES, WIDTH, LETTERS = 90, 100, 9000
"""Two pages: lines of so many letters as they are read, and letters in all."""
HEADINGS = ["Läget", "Vad som bör göras", "Vad som bör kontrolleras först", "Hur säkert det är"]
NAMED = {"tillgang": "tillgång", "passerad": "passerad"}


def read_lines(text: str) -> int:
    """Lines of text as they are read: a row of a table is one, a paragraph as many as it fills."""
    shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    lines = [x for x in shown.splitlines() if x and not re.fullmatch(r"[|:-]+", x)]
    return sum(1 if x.startswith("|") else math.ceil(len(x) / WIDTH) for x in lines)


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub and most others make it."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


@pytest.fixture(scope="module")
def report(small_edition: Path) -> str:
    return (small_edition / "out/rapport.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def appendix(small_edition: Path) -> str:
    return (small_edition / "out/rapport_bilaga.md").read_text(encoding="utf-8")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def tables(text: str) -> list[list[list[str]]]:
    """The Markdown tables of a text: head and rows, cell by cell."""
    found: list[list[list[str]]] = [[]]
    for line in text.replace(SPACE, " ").splitlines():
        if line.startswith("| "):
            found[-1].append([c.strip() for c in line.strip("|").split(" | ")])
        elif not line.startswith("|") and found[-1]:
            found.append([])
    return [t for t in found if t]


def swedish(number: float, decimals: int = 0) -> str:
    """A number as the report has it, told another way than the program does."""
    text = f"{number:,.{decimals}f}".replace(",", " ").replace(".", ",")
    return "0" + text[2:] if set(text) <= set("-0,") and text.startswith("-") else text.replace("-", "−")


def test_two_pages_that_decide(report: str) -> None:
    assert len(report) <= LETTERS and read_lines(report) <= LINES
    assert [h for h in re.findall(r"^## (.*)$", report, re.M) if not h.startswith("⚠")] == HEADINGS


def test_both_are_of_the_same_run_and_lead_to_each_other(report: str, appendix: str, small_edition: Path) -> None:
    facts = json.loads((small_edition / "out/.steg/korning.json").read_text(encoding="utf-8"))
    assert f"`{facts['korning_id']}`" in report and f"`{facts['korning_id']}`" in appendix
    assert "](rapport.md)" in appendix
    there = {slug(h) for h in re.findall(r"^#+ (.*)$", appendix, re.M)}
    asked = re.findall(r"\]\(rapport_bilaga\.md#([^)]*)\)", report)
    assert len(asked) == len(report_decide.LINKS) and set(asked) <= there
    for file in re.findall(r"`((?:tabeller/)?\w+\.(?:csv|xlsx|md))`", report + appendix):
        assert (small_edition / "out" / file).exists(), file


def test_the_state_is_the_sum_of_the_kommuner(report: str, small_edition: Path) -> None:
    kommuner = [r for r in rows(small_edition, "kommuner.csv") if len(r["kommunkod"]) == 4]
    homes = sum(float(r["hushall"]) for r in kommuner)
    assert f"{swedish(homes)} hushåll (PTS)" in report.replace(SPACE, " ")
    told = {r[0]: r[1:] for r in tables(report)[0][1:]}
    coverage = pd.read_parquet(small_edition / "out/.steg/adresser_tackning.parquet")
    assert len(told) == len(LEVELS)
    for level in LEVELS:
        without = sum(float(r[level.without()]) for r in kommuner)
        line = told[f"{level.mbit} Mbit/s, {NAMED[level.measure]}"]
        assert line[0] == swedish(100 * (1 - without / homes), 2)
        assert line[2] == swedish(without)
        known = sum(basis != "statistik" for basis in coverage[f"underlag_{level.measure}_{level.mbit}"].tolist())
        assert line[4] == swedish(100 * known / len(coverage), 1)


def test_each_goal_is_told_in_its_own_measure(report: str, small_edition: Path) -> None:
    goals = rows(small_edition, "tabeller/mal.csv")
    lines = [
        x for x in report.replace(SPACE, " ").splitlines() if x.startswith("- **") and "kommuner har nått det" in x
    ]
    numbers = sorted({int(r["mal_nr"]) for r in goals})
    assert len(lines) == len(numbers)
    for n, line in zip(numbers, lines, strict=True):
        same = [r for r in goals if (r["mal_nr"], r["mal_matt"], r["omradestyp"]) == (str(n), "ja", "totalt")]
        mine = [r for r in same if (r["kalla"], r["bas"]) == ("egen", "hushall")]
        (lan,) = [r for r in mine if r["niva"] == "lan"]
        kommuner = [r for r in mine if r["niva"] == "kommun"]
        reached = sum(float(r["antal_saknas"]) == 0 for r in kommuner)
        assert f"({lan['troskel_mbit']} Mbit/s, {NAMED[lan['matt']]})" in line
        assert f"{reached} av {len(kommuner)} kommuner har nått det" in line
        missing = float(lan["mal_pct"]) / 100 * float(lan["antal"]) - (float(lan["antal"]) - float(lan["antal_utan"]))
        said = "Målet är **nått**" if missing <= 1e-6 else f"**{swedish(missing)} hushåll kvar** av"
        assert said in line


def test_workplaces_and_holiday_homes_have_their_own_counts(report: str, small_edition: Path) -> None:
    (line,) = [x for x in report.replace(SPACE, " ").splitlines() if x.startswith("- **Kvar till samma mål**")]
    goals = rows(small_edition, "tabeller/mal.csv")
    for source, bas, words in (("pts", "arbetsstallen", "arbetsställen (PTS)"), ("egen", "fritidshus", "fritidshus (")):
        own = [
            r
            for r in goals
            if (r["mal_matt"], r["omradestyp"], r["niva"], r["kalla"], r["bas"]) == ("ja", "totalt", "lan", source, bas)
        ]
        own.sort(key=lambda r: int(r["mal_nr"]))
        told = [swedish(float(r["antal_saknas"])) if r["antal_saknas"] else "okänt" for r in own]
        assert own and words in line and ", ".join(told) in line
        if own[0]["antal"]:
            assert f"{told[-1]} av {swedish(float(own[0]['antal']))}" in line


def test_a_budget_buys_what_the_list_says(report: str, small_edition: Path) -> None:
    """Down the list of priority, what fits and is below the stop price: households, modelled ones, ends of the cost."""
    region = load_region(small_edition / "county.toml")
    level, stop = region.planering.level, region.projekt.stoppris_sek_per_hushall or math.inf
    ranked = [
        r
        for r in rows(small_edition, "tabeller/projekt.csv")
        if (r["troskel_mbit"], r["matt"]) == (str(level.mbit), level.measure)
    ]
    ranked.sort(key=lambda r: int(r["prioritet"]))
    lan = next(r for r in rows(small_edition, "kommuner.csv") if len(r["kommunkod"]) == 2)
    whole = float(lan[level.without()])
    head, *told = tables(report)[1]
    assert head[3:5] == ["90 %-intervall", f"Av {swedish(whole)} (%)"]
    assert [r[0] for r in told] == ["50", "100", "300"]
    for line in told:
        left, built = float(line[0]) * 1e6, []
        for area in ranked:
            each = float(area["kostnad_per_hushall_sek"] or "inf")
            if each <= stop and float(area["hushall_utan"]) > 1e-9 and float(area["kostnad_sek"] or "inf") <= left:
                left -= float(area["kostnad_sek"])
                built.append(area)
        homes = sum(float(r["hushall_utan"]) for r in built)
        modelled = sum(float(r["hushall_utan"]) for r in built if r["modellerad"] == "ja")
        ends = [sum(float(r[c]) for r in built) / 1e6 for c in ("kostnad_lag_sek", "kostnad_hog_sek")]
        wanted = [len(built), homes, 100 * homes / whole, modelled, *ends]
        assert [*line[1:3], *line[4:]] == [swedish(x, int(i == 2)) for i, x in enumerate(wanted)]
        # Each project errs on its own: variances add up, each read from its own interval of ±1.645 standard deviations.
        spread = sum(((float(r["hushall_utan_hog"]) - float(r["hushall_utan_lag"])) / 3.29) ** 2 for r in built)
        sure = [
            gamma.ppf(x, homes**2 / spread, scale=spread / homes) if homes and spread else homes for x in (0.05, 0.95)
        ]
        assert line[3] == "–".join(swedish(x) for x in sure)
    first = re.findall(r"^\d+\. \*\*([^*]*)\*\*", report, re.M)
    assert first == [r["namn"] for r in ranked[: len(first)]] and len(first) == min(5, len(ranked))


def test_a_budget_buys_what_make_plan_builds(report: str, small_edition: Path) -> None:
    region = load_region(small_edition / "county.toml")
    source = edition.open_edition(small_edition / "out", "")
    for line in tables(report)[1][1:]:
        wish = request(region, f"{line[0]}000000", "", "", "")
        projects, parts, _ = order_plan.read_projects(source, wish)
        kommuner = order_plan.read_kommuner(source, wish)
        parts = build_plan.by_kommun(projects, parts)
        made = build_plan.plan(projects, parts, kommuner, region, wish.budget_sek).fakta
        ends = [made[f"kostnad_{end}_sek"] / 1e6 for end in ("lag", "hog")]
        told = [made["hushall_nas"], made["hushall_nas_modellerade"], *ends]
        assert [line[2], *line[5:]] == [swedish(x) for x in told]
        assert line[3] == "–".join(swedish(made[f"hushall_nas_{end}"]) for end in ("lag", "hog"))


def test_deviations_are_counted_once_each_by_cause(report: str, appendix: str, small_edition: Path) -> None:
    every = rows(small_edition, "tabeller/avstamning_kallor.csv")
    outside = [r for r in every if r["utfall"] == "utanfor"]
    compared = sum(r["utfall"] in ("inom", "utanfor") for r in every)
    said = f"{len(outside)} av {compared} publicerade tal skiljer sig"
    assert outside and said in report.replace(SPACE, " ") and said in appendix.replace(SPACE, " ")
    counted = Counter(r["avvikelse_orsak"] for r in outside)
    grouped = {r["avvikelse_orsak"]: r for r in rows(small_edition, "tabeller/avvikelser.csv")}
    assert {k: int(r["tal_utanfor"]) for k, r in grouped.items()} == counted
    lines = [x.replace(SPACE, " ") for x in report.splitlines() if " tal i " in x]
    assert len(lines) == min(len(counted), report_decide.CAUSES)
    for line, (cause, r) in zip(lines, grouped.items(), strict=False):
        kommuner = {x["kod"] for x in outside if x["avvikelse_orsak"] == cause and x["niva"] == "kommun"}
        assert line.startswith(f"- **{counted[cause]} tal i {len(kommuner)} av ")
        assert deviations.CAUSES[cause][1] in line
        if r["skillnad_hushall"]:
            mine = [
                x
                for x in rows(small_edition, "tabeller/avstamning.csv")
                if (x["avvikelse_orsak"], x["flaggad"], x["niva"]) == (cause, "ja", "kommun")
                and (x["troskel_mbit"], x["matt"]) == (r["troskel_mbit"], r["matt"])
                and x["omradestyp"] != "totalt"
            ]
            homes = sum(float(x["avvikelse_hushall"]) for x in mine)
            assert float(r["skillnad_hushall"]) == pytest.approx(homes, abs=1e-4)
            assert f" {'+' if homes > 0 else ''}{swedish(homes)} hushåll vid " in line
    assert "avstamning_kallor.csv" in appendix, "the figures themselves are in a file"


def test_addresses_decided_by_evidence_and_not_are_all(report: str, small_edition: Path) -> None:
    level = load_region(small_edition / "county.toml").planering.level
    basis = pd.read_parquet(small_edition / "out/.steg/adresser_tackning.parquet")[level.basis].tolist()
    known = sum(b != "statistik" for b in basis)
    text = report.replace(SPACE, " ")
    assert f"täckningen på {swedish(known)} av {swedish(len(basis))} adresser" in text
    assert f"täckningen på de andra {swedish(len(basis) - known)} adresserna" in text


# --- by hand ---------------------------------------------------------------------------------------------


def made(serious: int = 0, causes: Iterable[str] = (), cost: float = 1e6) -> Found:
    """Every line as long as it can become: the longest names, all levels, numbers of the whole country."""
    region = load_region(VG)
    name = "Upplands Väsby"
    level = region.planering.level
    lan = pd.Series(
        {"hushall": 4_900_000.0, "befolkning": 10_500_000.0, "adresser": 4_000_000}
        | {x.share: 93.4567 for x in LEVELS}
        | {x.pts_share: 93.4567 for x in LEVELS}
        | {x.without(): 400_000.0 for x in LEVELS}
        | {x.limit(end): 400_000.0 for x in LEVELS.of("tillgang") for end in ("lag", "hog")}
    )
    kommuner = pd.DataFrame(
        {"kommunkod": [f"{i:04}" for i in range(290)], "kommunnamn": name, level.without(): 12_345.0}
    )
    goals = pd.DataFrame(
        [
            {
                "mal_nr": n,
                "matt": goal.matt,
                "niva": niva,
                "kalla": source,
                "omradestyp": "totalt",
                "bas": bas,
                "andel_pct": 93.4567,
                "antal": 4_900_000.0,
                "antal_saknas": 123_456.0,
                "uppnatt": "nej",
                "namn": name,
            }
            for n, goal in enumerate(region.mal.nivaer, 1)
            for niva, source, bas, k in (
                *(("lan", "egen", "hushall", 1), ("lan", "pts", "hushall", 1), ("kommun", "egen", "hushall", 290)),
                *(("lan", "pts", "arbetsstallen", 1), ("lan", "egen", "fritidshus", 1)),
            )
            for _ in range(k)
        ]
    )
    areas = pd.DataFrame(
        [
            {
                "projekt_id": f"projekt-{level.area_head}3205006401250-2",
                "namn": "Södra Kungsängen, Gamla Landsvägen",
                "adresser": 150,
                "hushall_utan_lag": 100.0,
                "hushall_utan_hog": 150.0,
                "troskel_mbit": level.mbit,
                "matt": level.measure,
                "modellerad": i % 2 == 0,
                "kommuner": "1480,1407,1401",
                "hushall_utan": 123.0,
                "kostnad_sek": cost,
                "kostnad_lag_sek": cost,
                "kostnad_hog_sek": cost,
                "kostnad_per_hushall_sek": cost / 123,
                "prioritet": i + 1,
            }
            for i in range(20_000)
        ]
    )
    rows = [
        {
            "avvikelse_orsak": cause,
            "forklaring": deviations.CAUSES[cause][0],
            "tal_utanfor": 12_345,
            "tal_jamforda": 123_456,
            "antal_kommuner": 290,
            "skillnad_hushall": -123_456.0,
            "troskel_mbit": 1000,
            "matt": "tillgang",
            **{f"storst_{i}": name for i in (1, 2, 3)},
            **{f"storst_{i}_skillnad": -12_345.0 for i in (1, 2, 3)},
            "skillnad_enhet": "hushall",
            "atgard": deviations.CAUSES[cause][1],
        }
        for cause in causes
    ]
    said = {s: Ledger(s, facts=complete(s)) for s in ("goals", "evidence", "laws", "tackning")}
    counts = {"adress": 3_000_000, "statistik": 1_000_000}
    said["evidence"].facts["adresser_per_underlag"] = {f"{x.measure} {x.mbit}": counts for x in LEVELS}
    for i in range(serious):
        said["evidence"].add("allvarlig", f"fil_{i}.csv", "40 av 46 rader träffar inget", 40, "kontrollera filen")
    doubtful = pd.DataFrame({"hushall_osakra": np.full(12_345, 0.5)})
    return Found(lan, kommuner, goals, areas, doubtful, pd.DataFrame(rows, columns=COLUMNS), said, region)


COLUMNS = (
    *("avvikelse_orsak", "forklaring", "tal_utanfor", "tal_jamforda", "antal_kommuner", "skillnad_hushall"),
    *("troskel_mbit", "matt", "skillnad_enhet", "atgard"),
    *(f"storst_{i}{end}" for i in (1, 2, 3) for end in ("", "_skillnad")),
)
FACTS = {
    "korning_id": "0123456789ab",
    "demo": True,
    "lan": "Västra Götaland",
    "pts_datum": "2025-10-01",
    "scb_ar": 2024,
    "version": "0.1.0",
}


def test_two_pages_whatever_there_is_to_say() -> None:
    text = report_decide.pages(made(9, deviations.CAUSES), FACTS, "> **DEMO – x**\n\n" * 3)  # type: ignore[arg-type]
    assert len(text) <= LETTERS and read_lines(text) <= LINES
    assert len(deviations.CAUSES) > report_decide.CAUSES
    assert f"Och {len(deviations.CAUSES) - report_decide.CAUSES} orsaker till" in text


def test_what_may_be_wrong_stands_first_and_only_when_there_is_something() -> None:
    found = made(5)
    text = report_decide.first(found)
    assert text.startswith("## ⚠ Läs detta först") and text.count("40 av 46 rader") == report_decide.SERIOUS
    assert "Och 3 till av 5: se bilagan" in text and "fil_0.csv" in text and "Kontrollera filen." in text
    assert report_decide.first(made()) == ""


def test_nothing_outside_its_tolerance_is_said() -> None:
    assert "Alla publicerade tal som går att jämföra ryms i toleransen" in report_decide.to_check(made())


def test_an_unknown_cost_builds_nothing_and_makes_the_sum_unknown() -> None:
    found = made(cost=float("nan"))
    assert [r[1:3] for r in tables(report_decide.to_do(found))[0][1:]] == [["0", "0"]] * 3
    assert "kostnaden okänd (modellerat)" in report_decide.to_do(found)
    assert "(okänd mkr att bygga alla" in report_decide.how_sure(found)
