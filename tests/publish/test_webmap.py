"""The web map's bytes: an independent decoder, escaping, suppression, policy, determinism."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core import ledger
from pipelines.core.files import read_table, write_table
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.webmap import encode, write_webmap
from tests.made_ledgers import complete
from tests.publish import synthetic_tables


class Reader(HTMLParser):
    """Every element with its attributes, and the text inside scripts and elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.text = ""
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append((self.elements[-1][1], data))
        elif self._in == "style":
            self.styles.append(data)
        else:
            self.text += data

    def block(self, name: str) -> str:
        return next(text for attrs, text in self.scripts if attrs.get("id") == name)


def decode(description: dict, where: str, what: str) -> tuple[list[str], dict[str, list]]:
    """Read the streams byte by byte from their description: cell ids as text, and each field's values."""
    n, high, size = description["antal"], description["rader"], description["cell_m"]
    stream, runs = zlib.decompress(base64.b64decode(where)), description["foljder"]
    assert len(stream) == runs * (1 + description["byte"])
    ids: list[str] = []
    fields: dict[str, list] = {"kommunkod": []}
    place = 0
    for k in range(runs):
        for _ in range(sum(stream[runs * (1 + b) + k] << (8 * b) for b in range(description["byte"]))):
            if stream[k]:
                east, north = description["kolumn0"] + place // high, description["rad0"] + place % high
                ids.append(f"{east * size:06d}{north * size:07d}")
                fields["kommunkod"].append(description["kommuner"][stream[k] - 1])
            place += 1
    assert (len(ids), place) == (n, description["kolumner"] * high)
    stream, at = zlib.decompress(base64.b64decode(what)), 0
    lived = [i for i in range(n) if stream[at + i // 8] >> (i % 8) & 1]
    at += (n + 7) // 8
    numbers: dict[str, list[int]] = {}
    for field in description["falt"]:
        told = lived if "tom" in field else range(n)
        planes = [stream[at + k * len(told) : at + (k + 1) * len(told)] for k in range(field["byte"])]
        at += field["byte"] * len(told)
        whole = [field.get("tom", 0)] * n
        for j, i in enumerate(told):
            whole[i] = sum(p[j] << (8 * k) for k, p in enumerate(planes))
            if "mot" in field:
                whole[i] = (whole[i] + numbers[field["mot"]][i]) % 256 ** field["byte"]
        numbers[field["namn"]] = whole
        if field["slag"] == "kod":
            fields[field["namn"]] = [field["varden"][v] for v in whole]
        else:
            fields[field["namn"]] = [v / field["skala"] for v in whole]
    assert at == len(stream)
    return ids, fields


def told_cells(read: Reader) -> tuple[list[str], dict[str, list]]:
    """Return what a page tells of its cells."""
    return decode(json.loads(read.block("sida"))["rutnat"], read.block("rutnat-data"), read.block("rutor-data"))


def page(paths, product: str) -> Reader:
    return Reader(paths.built(product).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    region, paths = synthetic_tables.tiny(tmp_path_factory.mktemp("karta"))
    write_webmap.run(region, paths)
    return region, paths


def test_open_page_holds_exactly_the_rows_of_the_open_table(built):
    _, paths = built
    read = page(paths, write_webmap.OPEN)
    ids, fields = told_cells(read)
    table = read_table(paths.table("oppen_rutnat_250m")).sort_values("rutid_scb")
    assert ids == table["rutid_scb"].tolist()
    told = {c for c in table if c not in ("rutid_scb", "kommunnamn")}
    assert set(fields) == told
    for name in told - {"planerad"}:
        assert fields[name] == table[name].tolist(), name
    assert fields["planerad"] == ["ja" if p else "nej" for p in table["planerad"]]
    names = json.loads(read.block("sida"))["kommunnamn"]
    assert [names[k] for k in fields["kommunkod"]] == table["kommunnamn"].tolist()


def test_open_page_holds_no_number_per_cell(built):
    _, paths = built
    description = json.loads(page(paths, write_webmap.OPEN).block("sida"))["rutnat"]
    assert {f["slag"] for f in description["falt"]} == {"kod"}


def test_internal_page_holds_the_counts_to_one_decimal(built):
    _, paths = built
    read = page(paths, write_webmap.INTERNAL)
    ids, fields = told_cells(read)
    table = read_table(paths.table("rutnat_250m")).sort_values("rutid_scb")
    assert ids == table["rutid_scb"].tolist()
    assert fields["adresser"] == table["adresser"].tolist()
    exact = [f["namn"] for f in json.loads(read.block("sida"))["rutnat"]["falt"] if f["slag"] == "tal"]
    assert {"hushall", "hushall_utan_100", "hushall_ej_passerade_1000", "befolkning_utan_30"} <= set(exact)
    for name in exact:
        assert np.abs(np.array(fields[name]) - table[name].to_numpy()).max() <= 0.05 + 1e-6, name


def test_internal_classes_by_plain_arithmetic(built):
    _, paths = built
    read = page(paths, write_webmap.INTERNAL)
    _, fields = told_cells(read)
    rows = read_table(paths.table("rutnat_250m")).sort_values("rutid_scb").to_dict("records")
    for t in (30, 100, 1000):
        for measure, without in (("tillgang", "utan"), ("passerad", "ej_passerade")):
            expected = [synthetic_tables.share_class(r[f"adresser_{without}_{t}"], r["adresser"], 0) for r in rows]
            assert fields[f"klass_{measure}_{t}"] == expected


@given(
    st.sets(st.tuples(st.integers(0, 60), st.integers(0, 90)), min_size=1, max_size=80),
    st.integers(0, 3000),
    st.integers(24000, 29000),
    st.data(),
)
def test_any_grid_comes_back(places, column0, row0, data):
    rutid = sorted(((c + column0) * 250) * 10**7 + (r + row0) * 250 for c, r in places)
    counts = data.draw(st.lists(st.floats(0, 3e6), min_size=len(rutid), max_size=len(rutid)))
    texts = data.draw(st.lists(st.sampled_from("abc"), min_size=len(rutid), max_size=len(rutid)))
    lived = data.draw(st.none() | st.lists(st.booleans(), min_size=len(rutid), max_size=len(rutid)))
    if lived and data.draw(st.booleans()):  # the same of all where nobody lives
        counts = [x if y else 0.0 for x, y in zip(counts, lived, strict=True)]
    kommuner = data.draw(st.lists(st.sampled_from(("1480", "1401")), min_size=len(rutid), max_size=len(rutid)))
    kommun = encode.codes("kommunkod", kommuner, ("1401", "1480"))
    told = [encode.codes("bokstav", texts, ("c", "a", "b")), encode.numbers("antal", counts)]
    ids, fields = decode(*encode.pack_cells(rutid, kommun, told, lived))
    assert [int(i) for i in ids] == rutid
    assert fields["kommunkod"] == kommuner
    assert fields["bokstav"] == texts
    assert np.allclose(fields["antal"], counts, atol=0.05 + 1e-6)


def test_unknown_code_and_unsorted_cells_are_refused():
    with pytest.raises(ValueError, match="klass"):
        encode.codes("klass", ["utan", "okänd"], ("utan",))
    with pytest.raises(ValueError, match="klass"):
        encode.codes("klass", ["utan", None], ("utan",))
    with pytest.raises(ValueError, match="sorterade"):
        encode.pack_cells([3942506133000, 3940006133000], encode.codes("kommunkod", ["1401"] * 2, ("1401",)), [])


@pytest.mark.parametrize("product", [write_webmap.OPEN, write_webmap.OPEN_EN, write_webmap.INTERNAL])
def test_hostile_names_are_text(built, product):
    _, paths = built
    html = paths.built(product).read_text(encoding="utf-8")
    read = Reader(html)
    assert not [e for e in read.elements if e[0] in ("img", "iframe", "object", "embed")]
    assert not [a for _, attrs in read.elements for a in attrs if a.startswith("on") or a == "style"]
    assert synthetic_tables.HOSTILE in read.text
    assert synthetic_tables.HOSTILE in json.loads(read.block("sida"))["kommunnamn"].values()
    assert "<!--" not in re.sub(r"<script>.*?</script>", "", html, flags=re.S)
    assert len(read.scripts) == 16


@pytest.mark.parametrize(
    "names", [(synthetic_tables.TERMINATOR, '"><script>alert(1)</script>'), ("{{ 7*7 }}", "Å'Ö & Ä")]
)
def test_any_name_of_kommun_and_title(tmp_path, names):
    region, paths = synthetic_tables.tiny(tmp_path, names=names)
    for name in names:
        publishing = region.publicering.model_copy(update={"titel": name, "utgivare": name})
        write_webmap.run(region.model_copy(update={"publicering": publishing}), paths)
        read = page(paths, write_webmap.OPEN)
        assert len(read.scripts) == 16
        assert read.text.count(name) >= 4  # title, heading, table, publisher
        assert json.loads(read.block("sida"))["kommunnamn"] == dict(zip(("1401", "1480"), names, strict=True))


@pytest.mark.parametrize("product", [write_webmap.OPEN, write_webmap.INTERNAL])
def test_nothing_is_asked_of_anyone(built, product):
    _, paths = built
    read = page(paths, product)
    links = [v for _, attrs in read.elements for k, v in attrs.items() if k in ("src", "href", "srcset", "action")]
    # Links lead to what lies beside the page, and only when somebody follows them.
    beside = {
        "data:,",
        "#kommuner",
        "#plan",
        "index.html",
        "data/",
        "specifikation.html",
        write_webmap.webmap_page.FILES["en"],
    }
    assert {x for x in links if not re.fullmatch(r"kommuner/\d{4}\.html", x)} <= beside
    assert not [a for t, attrs in read.elements for a in ("src", "srcset", "action") if a in attrs]
    assert not any("url(" in style or "@import" in style for style in read.styles)
    code = "".join(text for attrs, text in read.scripts if "type" not in attrs)
    assert "sourceMappingURL" not in code
    assert not re.search(r"cdn|jquery|bootstrap", code, flags=re.I)


@pytest.mark.parametrize("product", [write_webmap.OPEN, write_webmap.OPEN_EN, write_webmap.INTERNAL])
def test_policy_names_every_script_and_style_by_hash(built, product):
    _, paths = built
    read = page(paths, product)
    policy = next(a["content"] for t, a in read.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for body in [text for attrs, text in read.scripts if "type" not in attrs] + read.styles:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


@pytest.mark.parametrize("product", [write_webmap.OPEN, write_webmap.INTERNAL])
def test_language_title_heading_landmarks_and_zoom(built, product):
    _, paths = built
    read = page(paths, product)
    tags = [t for t, _ in read.elements]
    assert ("html", {"lang": "sv"}) in read.elements
    assert all(tags.count(t) == 1 for t in ("h1", "main", "header", "footer"))
    assert tags.count("title") == 1 + tags.count("path"), "the page's, and each kommun's of the picture"
    viewport = next(a["content"] for _, a in read.elements if a.get("name") == "viewport")
    assert viewport == "width=device-width, initial-scale=1"


def test_marks_of_demo_and_internal(tmp_path):
    for demo in (True, False):
        region, paths = synthetic_tables.tiny(tmp_path / str(demo), demo=demo)
        write_webmap.run(region, paths)
        for product in (write_webmap.OPEN, write_webmap.INTERNAL):
            text = page(paths, product).text
            assert ("DEMO – simulerade data, inte verkliga uppgifter" in text) is demo
            assert ("INTERN – " in text) is (product == write_webmap.INTERNAL)


def test_open_page_does_not_know_the_exact_counts(tmp_path):
    """Whatever the internal cells hold, the open page is the same to the byte."""
    region, paths = synthetic_tables.tiny(tmp_path)
    write_webmap.run(region, paths)
    first = paths.built(write_webmap.OPEN).read_bytes()
    cells = read_table(paths.table("rutnat_250m"))
    for column in cells.select_dtypes("float"):
        cells[column] = 3.14159
    cells["adresser"] = 4
    write_table(cells, paths.table("rutnat_250m"))
    write_webmap.run(region, paths)
    assert paths.built(write_webmap.OPEN).read_bytes() == first


@pytest.mark.parametrize(
    "told",
    [
        [(0, "0", "0.0")] * 2,
        [(0.4, "1–4", "1.0"), (1234.4, "ca 1\u202f230", "1230.0")],
        [(4.99, "1–4", "1.0"), (14, "ca 10", "10.0")],
        [(5, "ca 10", "10.0")] * 2,
    ],
)
def test_kommun_counts_in_the_open_table(tmp_path, told):
    """``told``: how many households of each kommun are without, what is shown, and what it is sorted by."""
    region, paths = synthetic_tables.tiny(tmp_path)
    kommuner = read_table(paths.table("kommuner")).sort_values("kommunkod")
    kommuner["hushall"] = 98765.0
    for t in (30, 100, 1000):
        kommuner[f"hushall_utan_{t}"] = kommuner[f"hushall_ej_passerade_{t}"] = [float(count) for count, *_ in told]
    write_table(kommuner, paths.table("kommuner"))
    if not told[0][0]:  # nobody lacks coverage only where the published cells do not say that somebody does
        parts = read_table(paths.table("oppna_delar"))
        write_table(parts.assign(**{c: 0.0 for c in parts if c.startswith("hushall_")}), paths.table("oppna_delar"))
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)
    write_webmap.run(region, paths)
    html = paths.built(write_webmap.OPEN).read_text(encoding="utf-8")
    rows = re.findall(r'<tr><th scope="row"><a href="kommuner/(\d+)(.*?)</tr>', html, flags=re.S)
    goals = {(g.matt, g.troskel_mbit) for g in region.mal.nivaer}
    columns = [
        k
        for m in ("tillgang", "passerad")
        for t in (30, 100, 1000)
        for k in ("", "", "", "utan", *(["mal"] if (m, t) in goals else []))
    ]
    assert [code for code, _ in sorted(rows)] == ["1401", "1480"]
    for (_, row), (_, shown, sort_by) in zip(sorted(rows), told, strict=True):
        cells = re.findall(r'<td class="v [a-z]+_\d+" data-v="([^"]*)">([^<]*)</td>', row)
        assert {c for c, k in zip(cells, columns, strict=True) if k == "utan"} == {(sort_by, shown)}
    assert "98765" not in html
    assert "ca 98\u202f770" in html


def test_share_and_difference_in_the_table(tmp_path):
    """As many decimals as are published, in a difference too; a limit has no difference; ⚠ is the verdict."""
    region, paths = synthetic_tables.tiny(tmp_path, names=("Testby", "Annanby"))
    told = read_table(paths.table("oppen_kommuner"))
    told["andel_100_pct"], told["andel_100_olikhet"] = [91.84, 99.9], ["", ">"]
    told["andel_30_pct"], told["andel_30_olikhet"] = [91.84, 97.26], ["", ""]
    told["pts_andel_100_pct"], told["pts_andel_30_pct"] = [92.2, 94.0], [np.nan, 94.0]
    write_table(told, paths.table("oppen_kommuner"))
    judged = pd.DataFrame(
        [
            {"kod": "1480", "matt": "tillgang", "troskel_mbit": t, "storhet": "andel_hushall", "kalla": k, "utfall": u}
            for k, t, u in (
                ("PTS hastighet", 30, "utanfor"),
                ("Kolada N07900", 100, "utanfor"),
                ("PTS hastighet", 1000, "oavgjort"),
            )
        ]
    ).astype({"troskel_mbit": "Int64"})
    write_table(judged, paths.table("oppen_avstamning_kallor"))
    write_webmap.run(region, paths)
    html = paths.built(write_webmap.OPEN).read_text(encoding="utf-8")
    assert html.count("\u00a0⚠<") == 1
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", html)
    kept = r'class="v tillgang_(?:30|100)" data-v="[^"]*">([^<]*)<'
    shown = {re.findall(r">([^<]*)</a>", r)[0]: re.findall(kept, r) for r in rows}
    assert shown["Testby"][:3] == ["91,8\u202f%", "–", "–"]
    assert shown["Testby"][4:7] == ["91,8\u202f%", "92,2\u202f%", "−0,4"]
    assert shown["Annanby"][:3] == ["97,3\u202f%", "94,0\u202f%", "+3,3\u00a0⚠"]
    assert shown["Annanby"][4:7] == ["minst 99,9\u202f%", "94,0\u202f%", "–"]
    english = paths.built(write_webmap.OPEN_EN).read_text(encoding="utf-8")
    assert ">91.8%<" in english
    assert ">at least 99.9%<" in english


def test_same_tables_same_bytes(tmp_path):
    pages = []
    for folder in ("a", "b"):
        region, paths = synthetic_tables.tiny(tmp_path / folder)
        # Rows in another order are the same rows.
        for name in ("oppen_rutnat_250m", "rutnat_250m", "oppen_kommuner", "kommuner", "bristomraden_rutor"):
            table = read_table(paths.table(name))
            write_table(table.sample(frac=1, random_state=len(folder) + ord(folder)), paths.table(name))
        write_webmap.run(region, paths)
        pages.append(
            [paths.built(p).read_bytes() for p in (write_webmap.OPEN, write_webmap.OPEN_EN, write_webmap.INTERNAL)]
        )
    assert pages[0] == pages[1]


def test_agreements_are_not_named(tmp_path):
    region, paths = synthetic_tables.tiny(tmp_path)
    common = {"anvand": True, "utgivare": "enligt avtal", "roll": "adressuppgifter"}
    given = [
        {**common, "licens": "Hemligt AB 2025:7", "referensdatum": "2025-06-30"},
        {**common, "licens": "Tyst ek. för.", "referensdatum": "2025-09-01"},
    ]
    ledger.Ledger("tackning", facts=complete("tackning", {"filer": given})).save(paths.ledger("tackning"))
    write_webmap.run(region, paths)
    for product in (write_webmap.OPEN, write_webmap.INTERNAL):
        text = page(paths, product).text
        assert "Hemligt" not in text
        assert "Tyst" not in text
        assert "Täckningsuppgifter lämnade enligt avtal, de nyaste från 2025-09-01." in text


def test_empty_place_names(tmp_path):
    region, paths = synthetic_tables.tiny(tmp_path)
    orter = pd.read_parquet(paths.table("orter"))
    orter.head(0).to_parquet(paths.table("orter"))
    write_webmap.run(region, paths)
    shapes = json.loads(zlib.decompress(base64.b64decode(page(paths, write_webmap.OPEN).block("karta-data"))))
    assert shapes["orter"] == []
    assert [k[0] for k in shapes["kommuner"]] == ["Testby", synthetic_tables.HOSTILE]


def test_outlines_lie_where_the_cells_do(built):
    from pyproj import Transformer

    _, paths = built
    shapes = json.loads(zlib.decompress(base64.b64decode(page(paths, write_webmap.OPEN).block("karta-data"))))
    ring = np.cumsum(np.array(shapes["lansgrans"][0]).reshape(-1, 2), axis=0) / 1e5
    e, n = Transformer.from_crs(4326, 3006, always_xy=True).transform(ring[:, 1], ring[:, 0])
    assert sorted({(round(a, -1), round(b, -1)) for a, b in zip(e, n, strict=True)}) >= [(320000.0, 6400000.0)]
    assert (e.min(), e.max()) == pytest.approx((320_000, 326_000), abs=2)
    assert (n.min(), n.max()) == pytest.approx((6_400_000, 6_402_500), abs=2)


def test_every_file_of_the_page_is_package_data():
    folder = Path(write_webmap.__file__).parent
    names = {p.name for p in folder.rglob("*") if p.suffix in (".js", ".css", ".json", ".j2")}
    html = write_webmap.webmap_html
    scripts = {Path(name).name for name in (*html.FIRST_SCRIPTS, *html.LATER_SCRIPTS)}
    assert names == {*scripts, "page.css", "sv.json", "en.json", "template.html.j2"}
    kept = {p.parent for p in folder.rglob("*") if p.name in names}
    assert all((p / "__init__.py").is_file() for p in kept), "only packages are packed"


def test_languages_have_the_same_texts_and_placeholders():
    def flat(body, path=""):
        if isinstance(body, dict):
            for k, v in body.items():
                yield from flat(v, f"{path}.{k}")
        elif isinstance(body, list):
            for k, v in enumerate(body):
                yield from flat(v, f"{path}.{k}")
        else:
            yield path, sorted(re.findall(r"\{\w+\}", body))

    swedish, english = (dict(flat(write_webmap.webmap_page.texts(x))) for x in ("sv", "en"))
    assert swedish == english
