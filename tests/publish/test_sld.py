"""SLD beside QML: the same rules, in the order and words of the standards (OGC 05-078r4, 05-077r4, 04-095)."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pycsw
import pytest
import tiny_tables as tiny
from lxml import etree

from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.geopackage import write_geopackage
from pipelines.publish.open_data import write_open_data
from pipelines.publish.products import LAYERS
from pipelines.publish.qgis.style import qml, sld
from pipelines.tables import summary_tables

SE, OGC, SLD = "{http://www.opengis.net/se}", "{http://www.opengis.net/ogc}", "{http://www.opengis.net/sld}"
RULE = [
    "Name",
    "Description",
    "Filter",
    "MinScaleDenominator",
    "MaxScaleDenominator",
    "LineSymbolizer",
    "PolygonSymbolizer",
    "PointSymbolizer",
    "TextSymbolizer",
]
"""The order of a rule's parts in Symbology Encoding 1.1, of those that are used here."""
FILTER = Path(pycsw.__file__).parent / "core/schemas/ogc/filter/1.1.0/filter.xsd"


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str, str]]:
    """Table, name, QML and SLD of every style of both editions."""
    region, paths = tiny.write(tmp_path_factory.mktemp("sld"))
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)
    write_geopackage.run(region, paths)
    write_open_data.run(region, paths)
    found = []
    for name in ("out/bredband.gpkg", "maps/data/bredband_oppen.gpkg"):
        with closing(sqlite3.connect(paths.built(name))) as db:
            found += db.execute("SELECT f_table_name, styleName, styleQML, styleSLD FROM layer_styles").fetchall()
    return found


def test_every_style_that_draws_has_one_and_only_those(styles: list[tuple[str, str, str, str]]) -> None:
    plain = {t.name for t in LAYERS if not t.geometry}
    assert {table for table, _, _, text in styles if not text} == plain
    assert sum(bool(text) for *_, text in styles) > 40


def test_every_line_of_the_legend_is_a_rule(styles: list[tuple[str, str, str, str]]) -> None:
    for table, name, body, text in styles:
        if not text:
            continue
        renderer = ET.fromstring(body.split("\n", 1)[1]).find("renderer-v2")
        lines = [x.get("label") for x in renderer.iter() if x.tag in ("rule", "range", "category") and x.get("symbol")]
        root = ET.fromstring(text)
        assert (root.tag, root.get("version")) == (f"{SLD}StyledLayerDescriptor", "1.1.0")
        assert root.findtext(f"{SLD}NamedLayer/{SE}Name") == table
        assert root.findtext(f"{SLD}NamedLayer/{SLD}UserStyle/{SE}Name") == name
        assert [r.findtext(f"{SE}Name") for r in root.iter(f"{SE}Rule") if r.find(f"{SE}Name") is not None] == lines


def test_parts_come_in_the_order_of_the_standard(styles: list[tuple[str, str, str, str]]) -> None:
    for *_, text in styles:
        for rule in ET.fromstring(text or "<x/>").iter(f"{SE}Rule"):
            order = [RULE.index(part.tag.split("}")[1]) for part in rule]
            assert order == sorted(order)
            assert order[-1] >= RULE.index("LineSymbolizer"), "it draws something"


def test_filters_follow_the_schema_of_filter_encoding(styles: list[tuple[str, str, str, str]]) -> None:
    schema, checked = etree.XMLSchema(etree.parse(FILTER)), 0
    for table, name, _, text in styles:
        for found in etree.fromstring((text or "<x/>").encode()).iter(f"{OGC}Filter"):
            alone = etree.fromstring(etree.tostring(found))
            assert schema.validate(alone), (table, name, schema.error_log)
            checked += 1
    assert checked > 200


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("\"a\" = 'x'", "<E><P>a</P><L>x</L></E>"),
        ("\"a\" <> 'x''y'", "<N><P>a</P><L>x'y</L></N>"),
        ('"a" >= 5 AND "a" < 10.5', "<And><GE><P>a</P><L>5</L></GE><LT><P>a</P><L>10.5</L></LT></And>"),
        ('"a" > 0.05 * "b"', "<GT><P>a</P><M><L>0.05</L><P>b</P></M></GT>"),
        ('"a" - "b" >= 5', "<GE><S><P>a</P><P>b</P></S><L>5</L></GE>"),
        ("\"a\" IN ('x', 'y')", "<Or><E><P>a</P><L>x</L></E><E><P>a</P><L>y</L></E></Or>"),
        ('NOT "a"', "<Not><Or><E><P>a</P><L>1</L></E><E><P>a</P><L>true</L></E></Or></Not>"),
        ('"a" IS NULL', "<Null><P>a</P></Null>"),
        ('"a" IS NOT NULL', "<Not><Null><P>a</P></Null></Not>"),
    ],
)
def test_a_condition_says_the_same(words: str, wanted: str) -> None:
    text = ET.tostring(sld.condition(words), encoding="unicode")
    short = {
        "PropertyIsEqualTo": "E",
        "PropertyIsNotEqualTo": "N",
        "PropertyIsGreaterThanOrEqualTo": "GE",
        "PropertyIsLessThanOrEqualTo": "LE",
        "PropertyIsGreaterThan": "GT",
        "PropertyIsLessThan": "LT",
        "PropertyIsNull": "Null",
        "PropertyName": "P",
        "Literal": "L",
        "Mul": "M",
        "Sub": "S",
    }
    for long, brief in short.items():
        text = text.replace(f"ogc:{long}>", f"{brief}>")
    assert text.replace("ogc:", "") == wanted


@pytest.mark.parametrize("words", ['round("a") = 1', "\"a\" LIKE 'x%'", '"a" = ', "5", '"a" = 1 OR "b" = 2', "a = 1"])
def test_what_it_cannot_say_is_an_error(words: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        sld.condition(words)


def test_ranges_exclude_each_other_where_qgis_lets_the_first_win() -> None:
    classes = [qml.Class(0, 10, "få", "#ffffff"), qml.Class(10, 20, "fler", "#000000")]
    body = qml.document(summary_tables.LAN, qml.graduated("hushall", classes, "fill"), visible_from=5000)
    rules = list(ET.fromstring(sld.of_qml(body, "lan", "x")).iter(f"{SE}Rule"))
    told = [
        [(c.tag.removeprefix(OGC), c.findtext(f"{OGC}Literal")) for c in r.find(f"{OGC}Filter/{OGC}And")] for r in rules
    ]
    assert told == [
        [("PropertyIsGreaterThanOrEqualTo", "0"), ("PropertyIsLessThanOrEqualTo", "10")],
        [("PropertyIsGreaterThan", "10"), ("PropertyIsLessThanOrEqualTo", "20")],
    ]
    assert [r.findtext(f"{SE}MaxScaleDenominator") for r in rules] == ["5000", "5000"]
