"""Kommun pages, the entry page and the statement: their figures are the open tables', their links lead somewhere."""

from __future__ import annotations

import csv
import html
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pages_county
import pandas as pd
import pytest

from pipelines.config.region import Malniva, load_region
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.figure import HIDDEN
from pipelines.core.level import Level
from pipelines.publish.pages import entry, front, page_charts, page_figures, page_reconciliation, render, write_pages
from pipelines.publish.words import level_figures
from pipelines.publish.words.figure_words import tell

SWEDISH = ("kommuner/1401.html", "kommuner/1480.html", "index.html", "tillganglighet.html")
VOID = {"meta", "link", "input", "path", "rect", "circle", "br", "img"}


class Reader(HTMLParser):
    """Reads a page as a stranger would: its tables as text, its links, its ids, its headings."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.counts: dict[str, int] = {}
        self.section = ""
        self.row: list[str] | None = None
        self.feed(body)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a":
            self.links.append(given["href"])
        if tag == "section":
            self.section = given["aria-labelledby"].removesuffix("-rubrik")
        if tag == "tr":
            self.row = []
        if tag in ("td", "th") and self.row is not None:
            self.row.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.open.pop() == tag, f"</{tag}>"
        if tag == "tr":
            self.tables.setdefault(self.section, []).append([c.strip() for c in self.row])
            self.row = None

    def handle_data(self, data):
        if self.row is not None and {"td", "th"} & set(self.open):
            self.row[-1] += data


def read(path: Path) -> Reader:
    return Reader(path.read_text(encoding="utf-8"))


def number(text: str) -> float:
    """Read a number as a Swede writes it."""
    return float(re.sub(r"[^\d,−-]", "", text).replace(",", ".").replace("−", "-"))


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return pages_county.build(tmp_path_factory.mktemp("sidor"))


@pytest.fixture(scope="module")
def published(small_edition) -> tuple[Path, list[dict[str, str]]]:
    with (small_edition / "maps/data/kommuner.csv").open(encoding="utf-8-sig", newline="") as f:
        return small_edition / "maps", list(csv.DictReader(f))


# --- the figures -------------------------------------------------------------------------------------


def count_is(text: str, given: str) -> bool:
    """Say whether a page's count is the row's: tens, nothing, or a band where the cell is empty."""
    if given == "":
        return text == "1–4"
    return number(text) == float(given) and text.startswith("ca ") == (float(given) > 0)


def share_is(text: str, given: str, sign: str = "") -> bool:
    if given == "":
        return text == "–"
    x = float(given)
    words = {"": "", ">": "minst", "<": "högst"}[sign]
    if sign == "" and x < 100 and round(x, 1) == 100:
        return text.startswith("över")
    return abs(number(text) - x) <= 0.05 + 1e-9 and text.startswith(words)


def test_every_figure_of_every_kommun_is_the_csv_files(published):
    maps, rows = published
    told = {p.name for p in (maps / "kommuner").glob("*.html")}
    assert told == {f"{r['kommunkod']}{tail}" for r in rows for tail in (".html", ".en.html")}
    for row in rows:
        told = read(maps / f"kommuner/{row['kommunkod']}.html").tables["lage"][2:]
        assert [number(r[0]) for r in told] == [30, 100, 1000]
        for t, cells in zip((30, 100, 1000), told, strict=True):
            for name, lacking, at in (("andel", "utan", 1), ("andel_passerade", "ej_passerade", 6)):
                share, pts, gap, without, _ = cells[at : at + 5]
                own, sign = row[f"{name}_{t}_pct"], row[f"{name}_{t}_olikhet"]
                assert share_is(share, own, sign), (row["kommunkod"], t, name)
                assert share_is(pts, row[f"pts_{name}_{t}_pct"])
                assert count_is(without, row[f"hushall_{lacking}_{t}_ca"])
                if sign or not own or not row[f"pts_{name}_{t}_pct"]:
                    assert gap == "–"
                else:
                    assert number(gap) == pytest.approx(float(own) - float(row[f"pts_{name}_{t}_pct"]), abs=0.0501)


def test_the_entry_table_is_the_csv_files(published):
    maps, rows = published
    told = read(maps / "index.html").tables["kommun"][1:]
    by_name = {r["kommunnamn"]: r for r in rows}
    assert {r[0] for r in told} == set(by_name)
    for name, households, share, without, passed, not_passed in (r[:6] for r in told):
        row = by_name[name]
        assert count_is(households, row["hushall_ca"])
        assert share_is(share, row["andel_100_pct"], row["andel_100_olikhet"])
        assert share_is(passed, row["andel_passerade_1000_pct"], row["andel_passerade_1000_olikhet"])
        assert count_is(without, row["hushall_utan_100_ca"])
        assert count_is(not_passed, row["hushall_ej_passerade_1000_ca"])


def test_projects_are_the_csv_files_in_order_with_running_sums(published):
    maps, rows = published
    with (maps / "data/projekt.csv").open(encoding="utf-8-sig", newline="") as f:
        every = [a for a in csv.DictReader(f) if a["troskel_mbit"] == "100" and a["matt"] == "tillgang"]
    for row in rows:
        own = [a for a in every if row["kommunkod"] == a["kommunkod"]]
        own = sorted(own, key=lambda a: int(a["prioritet"]))[:6]
        body = (maps / f"kommuner/{row['kommunkod']}.html").read_text(encoding="utf-8")
        assert re.findall(r'<tr data-id="([^"]+)"', body) == [a["projekt_id"] for a in own]
        modelled = [str(i) for i, a in enumerate(own, 1) if a["modellerad"] == "ja"]
        said = "Modellerad täckning: nr {}; övriga" if 0 < len(modelled) < len(own) else "Alla bygger på modellerad"
        said = said if modelled else "Täckningen är uppmätt"
        assert said.format(", ".join(modelled)) in body or not own
        kronor, most = 0, 0
        for told, a in zip(Reader(body).tables.get("projekt", [[]])[1:], own, strict=True):
            assert told[1].startswith(a["namn"])
            assert number(told[2]) == float(a["hushall_per_miljon"])
            assert number(told[4].partition(" ")[0]) == int(a["kostnad_sek_ca"]) / 1e6
            if a["over_stoppris"] == "nej" and int(a["hushall_utan_hogst"]):
                kronor, most = kronor + int(a["kostnad_sek_ca"]), most + int(a["hushall_utan_hogst"])
                assert number(told[5]) == round(kronor / 1e6, 1)
                assert number(re.split("[– ]", told[6])[-1]) == most


def test_rural_and_urban_are_counted_in_the_published_cells(county):
    _, paths = county
    cells = files.read_table(paths.table("oppen_rutnat_250m"))
    told = read(paths.built("maps/kommuner/1401.html")).tables["split"][1:]
    for line, typ in zip(told, ("tatbebyggt", "glesbebyggt"), strict=True):
        mine = [
            c
            for c in cells.to_dict("records")
            if c["kommunkod"] == "1401" and c["omradestyp"] == typ and c["klass_tillgang_100"] != "ingen_adress"
        ]
        assert number(line[1]) == len(mine)
        for t, text in zip((30, 100, 1000), line[2:5], strict=True):
            has = sum(c[f"klass_tillgang_{t}"] in ("tackt", "storre_del", "fa_minst_halften") for c in mine)
            assert number(text) == pytest.approx(100 * has / len(mine), abs=0.0501)
        assert number(line[5]) == sum(
            c["klass_tillgang_100"] in ("utan", "mindre_del", "fa_under_halften") for c in mine
        )


def test_the_projection_stands_in_its_own_words(published):
    maps, rows = published
    with (maps / "data/framskrivning.csv").open(encoding="utf-8", newline="") as f:
        every = [r for r in csv.DictReader(f) if r["niva"] == "kommun"]
    assert every
    for row in rows:
        body = (maps / f"kommuner/{row['kommunkod']}.html").read_text(encoding="utf-8")
        told = re.findall(r"<li><strong>(.*?)\.</strong> (.*?)</li>", body)
        assert [(html.unescape(a), html.unescape(b)) for a, b in told] == [
            (r["mal"], r["text"]) for r in every if r["kommunkod"] == row["kommunkod"]
        ]


# --- published figures beside ours ----------------------------------------------------------------------


def test_the_reconciliation_on_a_page_is_the_csv_files(published):
    maps, rows = published
    with (maps / "data/avstamning_kallor.csv").open(encoding="utf-8", newline="") as f:
        every = list(csv.DictReader(f))
    pages_ = [("lan", rows[0]["kommunkod"][:2], maps / "index.html")]
    pages_ += [("kommun", r["kommunkod"], maps / f"kommuner/{r['kommunkod']}.html") for r in rows]
    words = {"inom": "inom", "utanfor": "utanför\u00a0⚠", "oavgjort": "kan vara avrundning"}
    for niva, kod, page in pages_:
        own = [r for r in every if (r["niva"], r["kod"]) == (niva, kod) and r["utfall"] != "ej_jamforbart"]
        told = [r[-6:] for r in read(page).tables["avst"][1:] if len(r) >= 6]
        assert sorted(r[-1] for r in told) == sorted(words[r["utfall"]] for r in own)
        shares = [r for r in own if r["storhet"] == "andel_hushall"]
        shown = sorted(
            (number(v), number(d)) for what, v, d, *_ in told if "Mbit/s" in what and v[:5] not in ("minst", "högst")
        )
        exact = [r for r in shares if not r["vart_tal_olikhet"]]
        assert shares
        wanted = sorted((float(r["vart_tal"]), float(r["deras_tal"])) for r in exact)
        assert shown == [(pytest.approx(a, abs=0.0501), pytest.approx(b, abs=0.0501)) for a, b in wanted]
        said = page.read_text(encoding="utf-8")
        within = sum(r["utfall"] == "inom" for r in own)
        assert (f"{within} av {len(own)} som går" if within < len(own) else f"alla ({len(own)}) som går") in said
        assert said.count("⚠ Utanför: ") == (2 if niva == "kommun" else 1) * any(r["utfall"] == "utanfor" for r in own)


def test_what_is_outside_is_named_by_source_with_its_speeds():
    tell, swedish = level_figures.OpenFigures(load_region(pages_county.synthetic_tables.CONFIG)), render.Speech("sv")
    base = {
        "niva": "kommun",
        "kod": "1480",
        "namn": "x",
        "ar": 2025,
        "enhet": "procent",
        "vart_tal": 90.0,
        "vart_tal_olikhet": "",
        "tolerans": 0.5,
        "orsak": "därför",
        "storhet": "andel_hushall",
    }
    rows = [
        ("Kolada N07900", "tillgang", 100, "utanfor"),
        ("PTS hastighet", "tillgang", 1000, "utanfor"),
        ("PTS hastighet", "passerad", 30, "utanfor"),
        ("PTS hastighet", "tillgang", 30, "utanfor"),
        ("PTS hastighet", "tillgang", 100, "inom"),
        ("PTS hastighet", "passerad", 100, "oavgjort"),
        ("Publicerat: x", "tillgang", 100, "ej_jamforbart"),
    ]
    table = pd.DataFrame(
        [
            {**base, "kalla": k, "matt": m, "troskel_mbit": t, "utfall": u, "deras_tal": 88.0, "skillnad": 2.0}
            for k, m, t, u in rows
        ]
        + [
            {
                **base,
                "kalla": "SCB landareal",
                "matt": "",
                "troskel_mbit": None,
                "ar": None,
                "utfall": "utanfor",
                "deras_tal": 100.0,
                "vart_tal": 110.0,
                "skillnad": 10.0,
                "tolerans": 5.0,
                "storhet": "land_ha",
                "enhet": "ha",
            }
        ]
    ).astype({"troskel_mbit": "Int64", "ar": "Int64"})
    got = page_reconciliation.section(table, "kommun", "1480", tell, swedish)
    assert (
        got["sammanfattning"]
        .replace("\u202f", " ")
        .endswith(
            "1 av 7 som går att jämföra ligger inom toleransen. För 1 kan avrundningen vara hela "
            "skillnaden. ⚠ Utanför: PTS hastighet (tillgång 30, 1 000 Mbit/s; "
            "passerad 30 Mbit/s); Kolada N07900 (tillgång 100 Mbit/s); SCB landareal."
        )
    )
    assert [(g["kalla"], len(g["rader"])) for g in got["grupper"]] == [
        ("PTS hastighet 2025", 5),
        ("Kolada N07900 2025", 1),
        ("SCB landareal", 1),
    ]
    land = got["grupper"][-1]["rader"][0]
    assert (land["vart"], land["deras"], land["skillnad"], land["tolerans"]) == (
        "110\u202fha",
        "100\u202fha",
        "+10,0\u202f%",
        "5\u202f%",
    )
    assert got["andra"].startswith("1 tal är inte jämförda")
    counted = page_reconciliation.by_source(table, swedish)
    assert [(r["kalla"], r["tal"], r["inom"], r["utanfor"]) for r in counted] == [
        ("PTS hastighet", "5", "1", "3\u00a0⚠"),
        ("Kolada N07900", "1", "0", "1\u00a0⚠"),
        ("SCB landareal", "1", "0", "1\u00a0⚠"),
    ]


def test_without_published_figures_the_page_says_so():
    tell = level_figures.OpenFigures(load_region(pages_county.synthetic_tables.CONFIG))
    empty = pd.DataFrame({"niva": [], "kod": [], "utfall": [], "kalla": []})
    for speech in render.SPEECHES:
        told = page_reconciliation.section(empty, "lan", "14", tell, speech)["sammanfattning"]
        assert told == speech.t["avstamning"]["inga"]
        assert page_reconciliation.by_source(empty, speech) == []


# --- goals, by hand ------------------------------------------------------------------------------------

ROW = {
    "hushall_ca": 2000,
    "andel_100_pct": 92.0,
    "andel_100_olikhet": "",
    "hushall_utan_100_ca": 160,
    "andel_passerade_100_pct": 99.7,
    "andel_passerade_100_olikhet": ">",
    "hushall_ej_passerade_100_ca": None,
}


@pytest.mark.parametrize(
    ("matt", "goal", "points", "households"),
    [
        ("tillgang", 98, "6,0", "ca 120"),  # 160 without, 40 may be
        ("tillgang", 92, "nått", "0"),
        ("tillgang", 99.9, "7,9", "ca 160"),  # 160 − 2 = 158, told in tens
        ("tillgang", 92.1, "0,1", "ca 10"),  # 160 − 158 = 2: the least that is told
        ("passerad", 99, "nått", "0"),
        ("passerad", 99.9, "högst 0,2", "högst 2"),  # 1–4 without, 2 may be
        ("passerad", 100, "högst 0,3", "1–4"),
    ],
)
def test_the_way_to_a_goal(county, matt, goal, points, households):
    region, _ = county
    level = Malniva(namn="x", troskel_mbit=100, matt=matt, andel_pct=goal)
    own, other = page_figures.distances(ROW, level, level_figures.OpenFigures(region))
    assert (own.matt, own.is_goals_own, other.is_goals_own) == (matt, True, False)
    left = "nått" if own.reached else tell(own.points, unit=False)
    assert (left, tell(own.households, space=" ")) == (points, households)


def test_where_too_few_live_nothing_is_told(county):
    region, _ = county
    row = {**ROW, "hushall_ca": None, "andel_100_pct": math.nan}
    assert page_figures.distances(
        row, Malniva(namn="x", troskel_mbit=100, matt="tillgang", andel_pct=98), level_figures.OpenFigures(region)
    )[0][3:] == (HIDDEN, HIDDEN, None)


def test_rank_is_the_place_in_a_sorted_list(published):
    maps, rows = published
    shares = sorted((float(r["andel_100_pct"]) for r in rows if r["andel_100_pct"]), reverse=True)
    for row in rows:
        if row["andel_100_pct"] and not any(r["andel_100_olikhet"] for r in rows):
            place = read(maps / f"kommuner/{row['kommunkod']}.html").tables["lage"][3][5]
            assert place == str(shares.index(float(row["andel_100_pct"])) + 1)


# --- charts ----------------------------------------------------------------------------------------------


def test_the_histogram_counts_every_kommun_once_and_marks_one():
    shares = [62.3, 79.9, 80.0, 95.0, 99.9, 100.0, math.nan]
    k = pd.DataFrame({"kommunkod": [f"{i}" for i in range(7)], "x": shares})
    drawn = page_charts.histogram(k, "2", "x")
    assert sum(b["n"] for b in drawn["staplar"]) == drawn["antal"] == 6
    assert (drawn["fran"], drawn["till"], drawn["i_samma"]) == (80, 85, 1)
    assert [b["n"] for b in drawn["staplar"] if b["egen"]] == [1]
    assert page_charts.histogram(k, "5", "x")["i_samma"] == 3, "95, 99.9 and 100 share the last bin"
    assert page_charts.histogram(k, "6", "x") is None


def test_the_trend_breaks_where_the_series_does_and_ends_in_what_may_be_told():
    h = pages_county.history()
    untold = (h["troskel_mbit"] == 30) & (h["ar"] == 2025)
    drawn = page_charts.trend(h[~untold], 100)
    by_speed = {line["t"]: line for line in drawn["linjer"]}
    assert [a for a, _, _ in by_speed[30]["punkter"]] == [2021, 2022, 2023, 2024], "2025 is not told"
    assert [p for _, p, _ in by_speed[100]["punkter"]] == [61, 71, 80, 85, 90], "whole per cent, halves upward"
    assert by_speed[100]["linje"].count("M") == 2
    assert [a for _, a, _ in by_speed[100]["brott"]] == [2023]
    assert page_charts.trend(h.iloc[:1], 100) is None


def test_of_two_series_as_long_the_households_is_drawn():
    h = pages_county.history().query("troskel_mbit == 100")
    people = h.assign(serie="kolada_N07900", bas="befolkning", andel_pct=50.0)
    line = page_charts.trend(pd.concat([people, h]), 100)["linjer"][0]
    assert [p for _, p, _ in line["punkter"]] == [61, 71, 80, 85, 90]


def test_the_trend_is_drawn_to_its_last_year_though_it_came_to_count_people():
    h = pages_county.history()
    h = h[h["troskel_mbit"] == 100].assign(serie="kolada_N07900")
    h.loc[h["ar"] >= 2023, "bas"] = "befolkning"
    pts = pages_county.history().query("troskel_mbit == 100 and ar == 2025").assign(andel_pct=77.0)
    line = page_charts.trend(pd.concat([pts, h]), 100)["linjer"][0]
    assert [(a, p) for a, p, _ in line["punkter"]] == [(2021, 61), (2022, 71), (2023, 80), (2024, 85), (2025, 90)]
    assert (line["bas"], line["bas_fran"]) == ("befolkning", 2023), "not PTS's share of the households, 77"
    assert line["linje"].count("M") == 2


# --- pages -----------------------------------------------------------------------------------------------


def resolved(page: Path, href: str) -> tuple[Path, str] | None:
    """Return the file and fragment a link within the edition leads to."""
    parts = urlsplit(href)
    if parts.scheme:
        assert parts.scheme in ("https", "mailto", "tel"), href
        return None
    return (page.parent / unquote(parts.path)).resolve() if parts.path else page, parts.fragment


def test_every_link_in_the_edition_leads_somewhere_within_it(published):
    maps, _ = published
    checked = 0
    for page in [maps / "index.html", maps / "tillganglighet.html", *sorted((maps / "kommuner").glob("*.html"))]:
        for href in read(page).links:
            if (goal := resolved(page, href)) is None:
                continue
            checked += 1
            file, fragment = goal
            assert file.is_file(), f"{page.name}: {href}"
            assert file.is_relative_to(maps.resolve()), href
            if fragment and "=" not in fragment:
                assert fragment in read(file).ids, href
    assert checked > 30


def test_the_entry_page_leads_to_every_file_that_is_published(published):
    maps, _ = published
    entries = (maps / "index.html", maps / "index.en.html")
    reached = {resolved(entry_, h) for entry_ in entries for h in read(entry_).links}
    files_ = {r[0] for r in reached if r}
    lost = [p for p in maps.rglob("*") if p.is_file() and not p.name.startswith(".") and p.resolve() not in files_]
    assert [p.name for p in lost] == ["index.html"] or lost == []


@pytest.mark.parametrize("name", [*SWEDISH, "kommuner/1401.en.html", "kommuner/1480.en.html", "index.en.html"])
def test_a_page_is_whole_marked_demo_and_shows_hostile_names_as_text(county, name):
    _, paths = county
    body = paths.built(f"maps/{name}").read_text(encoding="utf-8")
    page = Reader(body)
    assert page.open == []
    assert (page.counts["h1"], page.counts["main"], page.counts["header"], page.counts["footer"]) == (1, 1, 1, 1)
    assert f'<html lang="{"en" if ".en." in name else "sv"}">' in body
    assert "DEMO" in re.search(r"<title>(.*?)</title>", body)[1]
    assert ("simulated data" if ".en." in name else "simulerade data") in body
    assert "img" not in page.counts
    assert 'style="' not in body
    assert not re.search(
        r'(src|href)="(?!data:,|mailto:|tel:|https://www\.digg\.se/|https://creativecommons\.org/licenses/)[a-z]+:',
        body,
    )
    if name != "tillganglighet.html":
        assert "&lt;img src=x onerror=alert(1)&gt;" in body


# --- in two languages --------------------------------------------------------------------------------------

ONLY_ENGLISH = {("kommun", "framskrivning_text"), ("kommun", "mal_text"), ("ingang", "namn")}
"""In Swedish the projection, the goals and the site are called as table and configuration call them."""
ONLY_SWEDISH = {("tillganglighet",)}


def _texts(body, way=()):
    """Return each text by its way from the root."""
    if isinstance(body, dict):
        return {k: v for name, x in body.items() for k, v in _texts(x, (*way, name)).items()}
    if isinstance(body, list):
        return {k: v for i, x in enumerate(body) for k, v in _texts(x, (*way, i)).items()}
    return {way: body}


def test_the_languages_have_the_same_texts_and_placeholders():
    sv, en = (_texts(render.texts(x)) for x in ("sv", "en"))
    sv = {k: v for k, v in sv.items() if k[:1] not in ONLY_SWEDISH and k[1:2] != ("kallnamn",)}
    en = {k: v for k, v in en.items() if k[:2] not in ONLY_ENGLISH and k[1:2] != ("kallnamn",)}
    assert set(sv) == set(en)
    for way, text in sv.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", en[way])), way


def _numbers(cell: str, language: str) -> list[float]:
    """Return the numbers of a cell, read as its reader does."""
    if language == "sv":
        cell = re.sub(r"(?<=\d)[\u202f\u00a0](?=\d)", "", cell).replace(",", ".")
    else:
        cell = re.sub(r"(?<=\d),(?=\d{3})", "", cell)
    return [float(x) for x in re.findall(r"\d+(?:\.\d+)?", cell.replace("Gbit", "000"))]


def test_english_tells_the_same_figures_in_every_table(published):
    maps, rows = published
    pairs = [(maps / "index.html", maps / "index.en.html")]
    pairs += [(maps / f"kommuner/{r['kommunkod']}{tail}" for tail in (".html", ".en.html")) for r in rows]
    cells = 0
    for swedish, english in pairs:
        sv, en = read(swedish), read(english)
        assert set(sv.tables) == set(en.tables)
        for section, told in sv.tables.items():
            assert len(told) == len(en.tables[section])
            for a, b in zip(told[1:], en.tables[section][1:], strict=True):
                for i, (x, y) in enumerate(zip(a, b, strict=True)):
                    if (section, i) == ("mal", 0) and len(a) == 5:
                        continue  # the goal's name, the configuration's own: 1 Gbit/s, or 1,000 Mbit/s
                    assert _numbers(x, "sv") == _numbers(y, "en"), (swedish.name, section, x, y)
                    cells += bool(_numbers(x, "sv"))
    assert cells > 300


def test_each_language_names_the_other_and_leads_to_it(published):
    maps, rows = published
    for stem in ("index", "bredbandskarta", *(f"kommuner/{r['kommunkod']}" for r in rows)):
        for own, other, lang in ((".html", ".en.html", "en"), (".en.html", ".html", "sv")):
            path = maps / f"{stem}{own}"
            body, goal = path.read_text(encoding="utf-8"), (maps / f"{stem}{other}").resolve()
            links = re.findall(rf'<a [^>]*\bhreflang="{lang}"[^>]*>', body)
            hrefs = [re.search(r'href="([^"]+)"', x)[1] for x in links if f' lang="{lang}"' in x]
            assert [(path.parent / h).resolve() for h in hrefs] == [goal]
            alternate = re.findall(rf'<link rel="alternate" hreflang="{lang}" href="([^"]+)">', body)
            assert [(path.parent / h).resolve() for h in alternate] == [goal]


def test_an_english_page_leads_to_english_ones_but_where_it_says_that_there_is_none(published):
    maps, rows = published
    for page in (maps / "index.en.html", *(maps / f"kommuner/{r['kommunkod']}.en.html" for r in rows)):
        body = page.read_text(encoding="utf-8")
        swedish = re.findall(r'<a ([^>]*href="[^"]*(?<!\.en)\.html[^"]*"[^>]*)>', body)
        assert {"tillganglighet.html", "specifikation.html"} >= {
            re.search(r'([^/"]+)"', x[x.index("href=") + 6 :])[1] for x in swedish if 'hreflang="sv"' not in x
        }


def test_the_projection_in_english_says_what_its_columns_do(published):
    maps, rows = published
    with (maps / "data/framskrivning.csv").open(encoding="utf-8", newline="") as f:
        every = [r for r in csv.DictReader(f) if r["niva"] == "kommun"]
    begins = {"natt": "Reached in {senaste_ar} ", "nas": "Reached in {nas_ar} if", "nas_inte": "Not reached at"}
    begins |= {"for_fa_ar": "Too few comparable years ({antal_ar})", "ingen_serie": "No published series"}
    for row in rows:
        body = (maps / f"kommuner/{row['kommunkod']}.en.html").read_text(encoding="utf-8")
        told = re.findall(r"<li><strong>.*?</strong> (.*?)</li>", body)
        mine = [r for r in every if r["kommunkod"] == row["kommunkod"]]
        for said, r in zip(told, mine, strict=True):
            assert html.unescape(said).startswith(begins[r["utfall"]].format(**r))
            assert ("share of the population" in said) == (r["bas"] == "befolkning")
            assert ("the goal is written in" in said) == (r["samma_matt"] == "nej" and r["utfall"] != "ingen_serie")
            years = [r[f"nas_{n}ar"] for n in ("tidigast_", "senast_") if r[f"nas_{n}ar"]]
            assert all(y in said for y in years)


def test_real_data_is_not_marked_demo(tmp_path):
    _, paths = pages_county.build(tmp_path, names=("Testby", "Annanby"), demo=False)
    for name in ("kommuner/1401.html", "kommuner/1401.en.html", "index.html", "index.en.html", "tillganglighet.html"):
        assert "DEMO" not in paths.built(f"maps/{name}").read_text(encoding="utf-8")


def test_shares_per_class_are_not_told_as_the_open_history_leaves_them_out(county):
    _, paths = county
    for kod in ("1401", "1480"):
        told = paths.built(f"maps/kommuner/{kod}.html").read_text(encoding="utf-8")
        assert "tätbebyggt 95" not in told
        assert "i hela procent: " not in told


def test_same_input_same_bytes(county, tmp_path):
    _, paths = county
    _, again = pages_county.build(tmp_path)
    for name in (
        "maps/kommuner/1401.html",
        "maps/kommuner/1401.en.html",
        "maps/index.en.html",
        "maps/index.html",
        "maps/tillganglighet.html",
        write_pages.STAMP,
    ):
        assert paths.built(name).read_bytes() == again.built(name).read_bytes()


def test_sizes_are_those_of_the_files(county):
    _, paths = county
    told = {r[0]: r[3] for r in read(paths.built("maps/index.html")).tables["data"][1:]}
    records = " ".join(["metadata_iso19139.xml", *sorted(pages_county.RECORDS)])
    assert told == {"kommuner.csv": "2\u00a0kB", "bristomraden.csv": "1\u00a0byte", records: "4\u00a0byte"}


def test_the_statement_says_what_the_law_asks_for(county):
    region, paths = county
    body = paths.built("maps/tillganglighet.html").read_text(encoding="utf-8")
    publisher, given = region.publicering, region.tillganglighet
    needed = ["delvis förenliga", "EN 301 549", "9 §", "12 §", "https://www.digg.se/tdosanmalan"]
    needed += [publisher.utgivare, publisher.titel, publisher.kontakt_epost, *given.brister, *given.undantag]
    assert [n for n in needed if n not in body] == []
    assert "inte bedömts av en människa" in body, "no date of a judgement is made up"


def test_a_judged_statement_gives_its_date(county):
    region, _ = county
    judged = region.model_copy(
        update={"tillganglighet": region.tillganglighet.model_copy(update={"status": "helt", "granskad": "2026-03-01"})}
    )
    said = entry.statement(judged)
    assert "1 mars 2026" in said["granskad"]
    assert "helt förenliga" in said["status"]


def test_an_impossible_date_is_refused_in_swedish(tmp_path):
    text = pages_county.synthetic_tables.CONFIG.read_text(encoding="utf-8")
    config = tmp_path / "lan.toml"
    config.write_text(text + '\n[tillganglighet]\ngranskad = "2026-02-30"\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"tillganglighet\.granskad.*2026-02-30 är ingen dag"):
        load_region(config)


# --- what the entry page opens with ------------------------------------------------------------------------


def test_the_picture_has_every_kommun_once_with_its_share_and_leads_to_its_page(published):
    maps, rows = published
    for tail, dot in ((".html", ","), (".en.html", ".")):
        body = (maps / f"index{tail}").read_text(encoding="utf-8")
        links = re.findall(r'<a href="kommuner/(\d{4})([.a-z]+)" tabindex="-1" aria-label="([^"]+)">', body)
        assert sorted(k for k, _, _ in links) == sorted(r["kommunkod"] for r in rows)
        by_code = {r["kommunkod"]: r for r in rows}
        for kod, own, label in links:
            assert own == tail
            name, _, share = html.unescape(label).rpartition(": ")
            assert name == by_code[kod]["kommunnamn"]
            told = by_code[kod]["andel_100_pct"]
            assert share == "–" if told == "" else f"{float(told):.1f}".replace(".", dot) in share or "99" in share


def _sentences(shares: list[float], signs: list[str]) -> list[str]:
    region = load_region(pages_county.synthetic_tables.CONFIG)
    shown, top = level_figures.first_level(region), Level("passerad", 1000)
    codes = [f"{i}" for i in range(len(shares))]
    k = pd.DataFrame({"kommunkod": codes, "kommunnamn": [f"K{c}" for c in codes]})
    for level in (shown, top):
        k = k.assign(**{level.share: shares, level.share_sign: signs, level.pts_share: shares})
        k[f"{level.without()}_ca"] = 100
    lan = {**k.iloc[0].to_dict(), "hushall_ca": 2000, shown.share: 92.04, shown.share_sign: ""}
    named = {"lan": "Länet", "datum": "1 oktober 2025"}
    return front.sentences(lan, k, level_figures.OpenFigures(region), shown, named, render.Speech("sv"))


def test_the_sentences_name_a_lowest_and_a_highest_only_where_no_other_can_be():
    plain = [s.replace("\u202f", " ") for s in _sentences([90.0, 95.0, 80.04], ["", "", ""])]
    assert plain[0].startswith(
        "92,0 % av hushållen i Länet har tillgång till minst 100 Mbit/s ned. Det saknas för ca 100"
    )
    assert plain[1] == "Lägst andel har K2 med 80,0 %, högst K1 med 95,0 %."
    assert [s for s in _sentences([90.0, 95.0, 90.0], ["", "", ""]) if "ägst andel" in s] == []
    assert "K1" in _sentences([90.0, 95.0, 90.0], ["", "", ""])[1]
    # At least 70 may be 99: who is last is not known. At least 99 is the highest all the same.
    told = _sentences([90.0, 99.0, 70.0], ["", "", ">"])
    assert not any("andel har" in s for s in told)
    assert _sentences([90.0, 99.0, 70.0], ["", ">", ""])[1].startswith("Lägst andel har K2")
    assert not any("andel har" in s for s in _sentences([math.nan, 99.0, 70.0], ["", "", ""]))
