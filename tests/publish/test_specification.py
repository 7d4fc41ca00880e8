"""The specification: its columns, figures, links and policy, read with the standard library's HTML parser."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import dummy_edition
import pytest
import tiny_specification as tiny
from rdflib import Graph
from rdflib.namespace import DCAT

from pipelines.publish import products
from pipelines.publish.catalogue import write_catalogue
from pipelines.publish.catalogue.catalogue_content import ABOUT
from pipelines.publish.specification import write_specification
from pipelines.tables.open_contracts import OPEN_BESIDE, OPEN_TABLES

HEADINGS = [
    "Översikt",
    "Omfattning",
    "Identifiering av dataprodukten",
    "Datainnehåll och struktur",
    "Referenssystem",
    "Datakvalitet",
    "Datafångst",
    "Underhåll",
    "Presentation",
    "Leverans",
    "Metadata",
    "Övrigt",
]
VOID = {"meta", "link", "br", "img", "input"}


class Page(HTMLParser):
    """The page as a list of elements: name, attributes, text (that of its children too), names of its ancestors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = {
            "tag": tag,
            "attrs": dict(attrs),
            "text": "",
            "above": [e["tag"] for e in self.open],
            "in": list(self.open),
        }
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        for e in self.open:
            e["text"] += data

    def all(self, tag: str, **attrs: str) -> list[dict]:
        return [e for e in self.elements if e["tag"] == tag and attrs.items() <= e["attrs"].items()]

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of the table whose caption begins so, head first."""
        (table,) = [e["in"][-1] for e in self.all("caption") if e["text"].startswith(caption)]
        rows = [e for e in self.all("tr") if table in e["in"]]
        cells = [
            [c["text"].strip() for c in self.elements if c["tag"] in ("th", "td") and c["in"][-1] is r] for r in rows
        ]
        return [[" ".join(c.split()) for c in row] for row in cells]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    region, paths = tiny.write(tmp_path_factory.mktemp("spec"))
    write_specification.run(region, paths)
    write_catalogue.run(region, paths)
    return paths


@pytest.fixture(scope="module")
def page(paths) -> Page:
    return Page(paths.built("maps/specifikation.html").read_text(encoding="utf-8"))


def test_the_page_is_a_swedish_document_with_landmarks(page):
    (html,) = page.all("html")
    assert html["attrs"]["lang"] == "sv"
    assert [e["text"] for e in page.all("title")] == [
        "Dataproduktspecifikation: DEMO – Öppna data om bredband i Västra Götaland"
    ]
    for tag in ("h1", "main", "header", "footer", "nav"):
        assert len(page.all(tag)) == 1, tag
    ids = [e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]]
    assert len(ids) == len(set(ids))
    levels = [int(e["tag"][1]) for e in page.elements if re.fullmatch("h[1-6]", e["tag"])]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_iso_19131s_headings_in_order(page):
    told = [e["text"] for e in page.all("h2") if "main" in e["above"]]
    assert told == [f"{n}. {x}" for n, x in enumerate(HEADINGS, 1)]


@pytest.mark.parametrize("table", [*OPEN_TABLES, *OPEN_BESIDE], ids=lambda t: t.name)
def test_every_column_of_the_contract_stands_there_in_order(page, table):
    (found,) = [e for e in page.all("table") if e["attrs"].get("data-tabell") == table.name]
    rows = [e for e in page.all("tr") if found in e["in"]][1:]
    cells = [[c["text"] for c in page.elements if c["tag"] in ("th", "td") and c["in"][-1] is r] for r in rows]
    assert [row[0] for row in cells] == table.names
    assert [row[1] for row in cells] == [c.alias for c in table.columns]
    assert [row[3] for row in cells] == [c.unit or "–" for c in table.columns]
    kinds = {"text": "text", "heltal": "heltal", "decimal": "decimaltal", "ja_nej": "ja/nej"}
    assert [row[2] for row in cells] == [kinds[c.kind] for c in table.columns]
    for c, row in zip(table.columns, cells, strict=True):
        assert row[5].startswith(c.description)
        assert row[5] != "–", "kolumnen saknar betydelse"
        assert all(v in row[5] for v in c.values)
        if c.values:
            (name,) = re.findall(r"\(kodlistan (\w+)\)", row[5])
            listed = [e for e in page.elements if e["attrs"].get("aria-labelledby") == f"kodlista-{name}"]
            codes = [e["text"] for e in page.all("dt") if listed[0] in e["in"]]
            assert set(codes) == {v or "tomt" for v in c.values}
    measured = {c.name: row[4] for c, row in zip(table.columns, cells, strict=True) if c.basis}
    assert all(x not in ("", "–") for x in measured.values())


def test_every_dataset_says_what_it_is_good_for(page):
    open_data = [p for p in products.open_products() if p.id not in ABOUT]
    benefits = [e["text"] for e in page.all("p", **{"class": "nytta"})]
    assert benefits == [f"Nytta: {p.nytta}" for p in open_data]
    for p in open_data:
        (section,) = page.all("section", id=p.id)
        assert p.description in section["text"]


def test_figures_by_hand(page):
    rows = page.rows("Kommunernas publicerade andel")
    assert rows[0] == [
        "Tröskel och mått",
        "Jämförda kommuner",
        "Median (pe)",
        "Störst (pe)",
        "Kommuner över 0,5 pe",
        "Inte jämförda",
    ]
    # Differences 1.0 and 0.2: median 0.6; one over half a point; one share is a limit, one PTS does not tell.
    assert rows[1] == ["30 Mbit/s, tillgång", "2", "0,6", "1,0", "1", "2"]
    assert [r[0] for r in rows[1:]] == [
        f"{t} Mbit/s, {m}" for m in ("tillgång", "passerad") for t in ("30", "100", "1 000")
    ]
    rows = page.rows("Andel av de bebodda rutorna")
    assert rows[0][1] == "Uppmätt, summa"
    # 5 of 8 measured; 3 by address, 1 by cell, 1 by area, 1 mixed, 2 modelled.
    assert rows[1][1:] == ["62,5 %", "37,5 %", "12,5 %", "12,5 %", "12,5 %", "25,0 %"]
    rows = page.rows("Antal rutor per klass")
    assert [r[1] for r in rows[1:]] == ["1", "3", "1", "1", "3", "0", "0", "0"]
    rows = {r[0]: r[2] for r in page.rows("Vad som blev av indata")}
    assert rows == {
        "Vad": "Andel",
        "Adresser som används": "75,0 %",
        "Befolkningsrutor som används": "100 %",
        "Folk i rutor utan adress, förda till närmaste adress": "0,5 %",
    }
    (quality,) = page.all("section", id="kvalitet")
    assert "fördelar pengar" in quality["text"]
    assert "2 lagar" in quality["text"]
    assert "avviker från den officiella med 5,0 % i median och högst 29,8 %" in quality["text"]
    assert "SCB:s generaliserade" in quality["text"]


def test_no_count_of_the_ledgers_is_told(paths):
    text = paths.built("maps/specifikation.html").read_text(encoding="utf-8")
    digits = re.sub(r"[\s\xa0\u202f]", "", text)
    assert str(tiny.SECRET) not in digits
    assert str(tiny.SECRET * 3 // 4) not in digits
    assert "a.csv" not in text


def test_a_run_without_evidence_or_official_areas(tmp_path):
    region, paths = tiny.write(tmp_path, evidence=False, demo=False)
    write_specification.run(region, paths)
    text = paths.built("maps/specifikation.html").read_text(encoding="utf-8")
    assert "DEMO –" not in text
    assert "Täckningsuppgifter som hör till" not in text
    assert "landareal avviker" not in text


def test_nothing_is_counted_of_the_evidence_or_of_exact_sums(tmp_path):
    """Evidence that may not be published moves them: with other ledgers and sums the page is the same."""
    pages = []
    for name, evidence in (("a", True), ("b", False)):
        region, paths = tiny.write(tmp_path / name)
        if not evidence:
            paths.table("riktvarden").unlink()
            for stage in ("tackning", "coverage"):
                paths.ledger(stage).unlink()
        write_specification.run(region, paths)
        pages.append(paths.built("maps/specifikation.html").read_bytes())
    assert pages[0] == pages[1]


def test_every_link_leads_somewhere(page, paths):
    ids = {e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]}
    links = [e["attrs"]["href"] for e in page.all("a")]
    assert {h[1:] for h in links if h.startswith("#")} <= ids
    files = [unquote(h) for h in links if not re.match(r"#|https?:|mailto:", h)]
    missing = [f for f in files if not (paths.built("maps") / f).is_file()]
    assert missing == []
    listed = {f"maps/{f}" for f in files}
    assert set(dummy_edition.names()) <= listed
    assert {"maps/catalog.rdf", "maps/catalog.ttl", "maps/metadata_iso19139.xml"} <= listed


def test_where_the_catalogue_points_there_is_something(page, paths):
    graph = Graph().parse(paths.built("maps/catalog.rdf"))
    ids = {e["attrs"]["id"] for e in page.elements if "id" in e["attrs"]}
    points = [*graph.objects(None, DCAT.accessURL), *graph.objects(None, DCAT.landingPage)]
    anchors = {str(x).partition("specifikation.html#")[2] for x in points if "specifikation.html#" in x}
    assert "leverans-kommunsidor" in anchors
    assert anchors <= ids
    (section,) = page.all("section", id="leverans-kommunsidor")
    assert "1401.html" in section["text"]
    assert "1480.html" in section["text"]


def test_sizes_are_those_of_the_files(page, paths):
    rows = [r for r in page.elements if r["tag"] == "tr" and "bristomraden.csv" in r["text"]]
    size = paths.built("maps/data/bristomraden.csv").stat().st_size
    assert size < 1000
    assert "under 1\xa0kB" in rows[0]["text"]


def test_the_policy_lets_only_the_pages_own_style_in(page):
    (meta,) = [e for e in page.all("meta") if e["attrs"].get("http-equiv") == "Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in meta["attrs"]["content"].split(";"))
    hashes = [base64.b64encode(hashlib.sha256(e["text"].encode()).digest()).decode() for e in page.all("style")]
    assert policy["style-src"].split() == [f"'sha256-{h}'" for h in hashes]
    assert policy["default-src"] == policy["script-src"] == policy["connect-src"] == "'none'"
    assert not page.all("script")
    assert not [e for e in page.elements if "style" in e["attrs"] or any(a.startswith("on") for a in e["attrs"])]


def test_hostile_names_stay_text(tmp_path):
    evil = '"><img src=x onerror=alert(1)></title><script>alert(2)</script>'
    region, paths = tiny.write(tmp_path, publishing={"utgivare": evil, "nyckelord": (evil,), "kontakt_epost": evil})
    write_specification.run(region, paths)
    page = Page(paths.built("maps/specifikation.html").read_text(encoding="utf-8"))
    assert not page.all("img")
    assert not page.all("script")
    assert any(e["text"] == evil for e in page.all("dd"))
    assert all(re.match(r"(mailto:|#|https?:|[a-z])", e["attrs"]["href"]) for e in page.all("a"))


def test_same_bytes_twice(paths, tmp_path):
    region, other = tiny.write(tmp_path / "annan mapp")
    write_specification.run(region, other)
    same = Path("maps/specifikation.html").as_posix()
    assert other.built(same).read_bytes() == paths.built(same).read_bytes()
