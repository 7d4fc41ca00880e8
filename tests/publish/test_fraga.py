"""``make fraga``, from a finished edition to a filled list that is read back: by hand and by exhaustive search."""

import csv
import itertools
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import tiny_tables
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.cell_grid import cell_of, parse_scb_id
from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS, Level
from pipelines.core.paths import Paths
from pipelines.evidence.decided import attach, decide, note_denied, note_overruled
from pipelines.orders.fraga import answer_value, asked_cells, order_questions
from pipelines.orders.fraga.answer_value import Cells
from pipelines.orders.plan import plan_request
from pipelines.publish.geopackage import edition
from pipelines.read.tackning.evidence_rows import cell_rows
from pipelines.tables import project_tables, summary_tables
from tests.stages.gaps.regions import REGION

ONE = np.ones(1)


def cells(h, q, c, h0=0.0, c0=0.0):
    arrays = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (h, q, c, h0, c0))
    return Cells(*np.broadcast_arrays(*arrays))


# --- what an answer is worth ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "worth"),
    [
        # 20 households, 3 in 10 that they lack it, 500 000 kr at 100 000 kr a household: 0.3 · (20 − 5).
        ((20, 0.3, 5e5), 4.5),
        # Dearer than its households are worth elsewhere: no answer makes anybody build it.
        ((20, 0.3, 3e6), 0.0),
        # The plan builds it unasked: 0.8 · (20 − 5) with the answer, 16 − 5 without: what is saved of 2 in 10 times 5.
        ((20, 0.8, 5e5, 16, 5e5), 1.0),
        # Known for certain, either way.
        ((20, 1.0, 5e5, 20, 5e5), 0.0),
        ((20, 0.0, 5e5), 0.0),
        # Half of it is built unasked.
        ((20, 0.6, 5e5, 8, 2.5e5), 0.6 * 15 - 5.5),
    ],
)
def test_the_value_by_hand(given_, worth):
    assert answer_value.value(cells(*given_), 1e5).tolist() == pytest.approx([worth])


small = st.tuples(
    st.sampled_from([0.0, 0.5, 1.0, 4.0, 30.0]),
    st.sampled_from([0.0, 0.05, 0.3, 0.6, 1.0]),
    st.sampled_from([2e4, 2e5, 1e6]),
)


@given(st.lists(small, min_size=1, max_size=6), st.sampled_from([3e4, 1e5, 1e6]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_value_is_that_of_the_best_plan_in_every_world(rows, price, built):
    """Brute force: each cell lacks coverage or not; with the answers a plan knows, without it builds as it stands."""
    h, q, c = (np.array(x) for x in zip(*rows, strict=True))
    as_is = built & (q > 0.5)
    worth = answer_value.value(cells(h, q, c, np.where(as_is, h * q, 0), np.where(as_is, c, 0)), price)
    with_answers = without = 0.0
    for world in itertools.product((0, 1), repeat=len(rows)):
        chance = np.prod([x if w else 1 - x for w, x in zip(world, q, strict=True)])
        gain = [hh * w - cc / price for hh, w, cc in zip(h, world, c, strict=True)]
        with_answers += chance * sum(max(0.0, g) for g in gain)
        takes = [bool(b) and hh * x > cc / price for b, hh, x, cc in zip(as_is, h, q, c, strict=True)]
        without += chance * sum(g for g, t in zip(gain, takes, strict=True) if t)
    assert worth.sum() == pytest.approx(with_answers - without, abs=1e-6)
    assert (worth >= 0).all()


@given(st.lists(small, min_size=1, max_size=7), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_choosing_equals_brute_force(rows, count):
    h, q, c = (np.array(x) for x in zip(*rows, strict=True))
    worth = answer_value.value(cells(h, q, c), 1e5)
    chosen = answer_value.best(worth, np.arange(len(h)), count)
    every = itertools.chain.from_iterable(itertools.combinations(range(len(h)), k) for k in range(count + 1))
    assert worth[chosen].sum() == pytest.approx(max(worth[list(x)].sum() for x in every))
    assert (worth[chosen] > 0).all() and (np.diff(worth[chosen]) <= 0).all()


def test_the_price_is_where_the_money_ends():
    """Projects at 10, 20 and 40 tkr a household, a cell at 30: 1 + 2 Mkr, 1.5 Mkr expected of the cell, then 4 Mkr."""
    money, homes = np.array([1e6, 2e6, 4e6]), np.array([100.0, 100.0, 100.0])
    asked, name = cells(100, 0.5, 3e6), np.zeros(1, np.int64)
    for budget, at in ((5e5, 10_000), (2e6, 20_000), (4e6, 30_000), (8e6, 40_000)):
        assert answer_value.price(asked, name, 1, money, homes, budget) == pytest.approx(at, rel=1e-3)
    assert answer_value.price(asked, name, 1, money, homes, 8.5e6) == np.inf
    assert answer_value.value(asked, np.inf).tolist() == [50]


def test_flats_are_likelier_covered():
    """Eight households share a line: the odds of one in five, 1 to 4, fall by 8 to the power 2/3, which is 4."""
    assert answer_value.home_odds(0.2 * ONE, 8 * ONE).tolist() == pytest.approx([1 / 17])


# --- an edition by hand -----------------------------------------------------------------------------------------

E0, N0 = 400_000, 6_500_000
HOMES = [  # e, n, households, p, underlag
    *[(E0 + 20 + 30 * i, N0 + 100, 1.0, 0.7, "statistik") for i in range(6)],  # cell 0: six houses, 30 m apart
    *[(E0 + 520 + 100 * i, N0 + 100, 1.0, 0.7, "statistik") for i in range(2)],  # cell 2: two
    (E0 + 1010, N0 + 100, 1.0, 0.0, "ruta"),  # cell 4: known
    (E0 + 1300, N0 + 100, 2.0, 1.0, "adress"),  # cell 5: known
]


def write(out, homes=HOMES, projects=(), **facts):
    out.mkdir(parents=True)
    path = out / "bredband.gpkg"
    rutid = cell_of(np.array([h[0] for h in homes]), np.array([h[1] for h in homes]))
    frame = pd.DataFrame({"adress_id": [f"a{i}" for i in range(len(homes))], "kommunkod": "1480"})
    frame = frame.assign(omradestyp="glesbebyggt", rutid_scb=[f"{r:013d}" for r in rutid])
    frame = frame.assign(hushall=[h[2] for h in homes], underlag=[h[4] for h in homes])
    frame = frame.assign(**{x.probability: [h[3] for h in homes] for x in LEVELS})
    points = gpd.GeoDataFrame(frame, geometry=[shapely.Point(h[0], h[1]) for h in homes], crs=3006)
    pyogrio.write_dataframe(points, path, layer="adresser", driver="GPKG", VERSION="1.2")
    names = sorted(set(frame["rutid_scb"]))
    grid = pd.DataFrame({"rutid_scb": names, "kommunkod": "1480", "kommunnamn": "Göteborg"})
    pyogrio.write_dataframe(grid, path, layer=summary_tables.RUTNAT.name, append=True)
    kommun = gpd.GeoDataFrame(
        {"kommunkod": ["1480"]}, geometry=[shapely.box(E0 - 5000, N0 - 5000, E0 + 5000, N0 + 5000)], crs=3006
    )
    pyogrio.write_dataframe(kommun, path, layer=summary_tables.KOMMUNER.name, append=True)
    columns = ["projekt_id", "troskel_mbit", "matt", "modellerad", "hushall_utan", "kostnad_sek", "prioritet"]
    rows = pd.DataFrame(projects, columns=columns).astype(
        {"projekt_id": "str", "matt": "str", "troskel_mbit": "int64", "modellerad": "bool", "hushall_utan": "float64"}
        | {"kostnad_sek": "float64", "prioritet": "int64"}
    )
    rows["kostnad_per_hushall_sek"] = rows["kostnad_sek"] / rows["hushall_utan"]
    pyogrio.write_dataframe(rows, path, layer=project_tables.PROJEKT.name, append=True)
    told = {
        "korning": tiny_tables.FACTS | facts,
        "kallor": [{"publisher": "PTS", "licence": "", "roles": ["teknik"], "date": "2025-10-01"}],
    }
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE gpkg_metadata (id INTEGER PRIMARY KEY, mime_type TEXT, metadata TEXT)")
        db.execute("INSERT INTO gpkg_metadata VALUES (1, 'application/json', ?)", (json.dumps(told),))
        db.commit()
    return Paths(tiny_tables.CONFIG, out / "raw", out, out / "maps")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as f:
        return list(csv.DictReader(f))


def asked(tmp_path, homes=HOMES, projects=(), facts=None, **wish):
    paths = write(tmp_path / "out", homes, projects, **(facts or {}))
    order_questions.run(REGION, paths, **wish)
    (folder,) = (paths.out / "fraga").iterdir()
    return folder


def test_a_small_county_by_hand(tmp_path, capsys):
    folder = asked(tmp_path, antal="10", troskel="1000", matt="passerad")
    assert folder.name == "fraga_1000_passerad_10"
    first, second = rows_of(folder / "fraga.csv")
    assert (first["rutid_scb"], second["rutid_scb"]) == ("4000006500000", "4005006500000")
    # Six households, three in ten, and money enough for all: 1.8. What is known is not asked about.
    assert float(first["varde_hushall"]) == pytest.approx(1.8)
    assert float(second["varde_hushall"]) == pytest.approx(0.6)
    # By hand: five gaps of 30 m and one more, 350 m on to the next cell; by 1.3 and 220 kr; 10 000 kr each; 6/20 of
    # the fixed cost.
    assert float(first["kostnad_sek"]) == pytest.approx((6 * 30 + 350) * 1.3 * 220 + 60_000 + 0.3 * 75_000)
    assert (first["svar"], first["andel"], first["status"], first["ned_mbit"]) == ("", "", "passerad", "1000")
    assert first["demo"] == "DEMO"
    (call,) = rows_of(folder / "samtal.csv")
    assert (call["rutor"], float(call["varde_hushall"])) == ("2", pytest.approx(2.4))
    assert {r["adress_id"] for r in rows_of(folder / "adresser.csv")} == {f"a{i}" for i in range(8)}
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    for words in ("# DEMO – Fråga härnäst: 2 rutor", "budgeten räcker till allt", "Det lönar sig", "rutor_svar"):
        assert words in said, words


def test_it_says_when_the_plan_no_longer_moves(tmp_path, capsys):
    """A plan of 300 households, a hundred of them modelled: 2.4 more are less than 1 % of it."""
    projects = [
        ("p1", 1000, "passerad", True, 100.0, 2e6, 1),
        ("p2", 1000, "passerad", False, 200.0, 5e6, 2),
        ("p3", 100, "tillgang", True, 900.0, 5e6, 1),
    ]
    asked(tmp_path, projects=projects)
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Planen rör sig inte längre" in said and "Det lönar sig" not in said
    assert "300" in said and "33,3 %" in said


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.asks, self.text, self.title = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.asks += [v for k, v in attrs if k in ("src", "href") and not v.startswith(("#", "data:"))]
        assert tag != "script"

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_stands_alone_and_every_file_is_marked(tmp_path):
    folder = asked(tmp_path)
    body = (folder / "fraga.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(body)
    told = " ".join(page.text)
    assert page.asks == [] and "url(" not in body and "@import" not in body
    assert "DEMO – Fråga" in told and "INTERN" in told and "4000006500000" in told
    assert (folder / "fraga.md").read_text().startswith("# DEMO – ")
    with closing(sqlite3.connect(folder / "fraga.gpkg")) as db:
        for name, text in db.execute("SELECT identifier, description FROM gpkg_contents WHERE data_type = 'features'"):
            assert name.startswith("DEMO") and text.startswith("DEMO")
        (style,) = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'fraga'").fetchone()
    for code in ("ja", "nej", "andel"):
        assert f'value="{code}"' in style
    assert "ValueMap" in style and 'fieldName="ordning"' in style
    layer = gpd.read_file(folder / "fraga.gpkg", layer="fraga")
    assert layer.area.tolist() == [62_500, 62_500]
    real = asked(tmp_path / "real", facts={"demo": False})
    assert "DEMO" not in (real / "fraga.html").read_text(encoding="utf-8")
    assert rows_of(real / "fraga.csv")[0]["demo"] == "nej"


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"antal": "alla"}, "ANTAL=1000"),
        ({"antal": "0"}, "1–100000"),
        ({"troskel": "50"}, "30 eller 100 eller 1000"),
        ({"matt": "byggd"}, "tillgang eller passerad"),
    ],
)
def test_a_slip_is_told_in_swedish(tmp_path, wish, told):
    paths = write(tmp_path / "out")
    with pytest.raises(DataError) as error:
        order_questions.run(REGION, paths, **wish)
    assert told in str(error.value) and "Gör så här" in str(error.value)
    assert not (paths.out / "fraga").exists()


def test_nothing_left_to_ask(tmp_path, capsys):
    folder = asked(tmp_path, homes=HOMES[8:])
    assert rows_of(folder / "fraga.csv") == [] and rows_of(folder / "samtal.csv") == []
    assert "rör sig inte längre" in capsys.readouterr().out


# --- and back again -----------------------------------------------------------------------------------------------


def test_a_filled_list_is_read_and_decides_its_own_cells(tmp_path):
    """No in the first cell, half in the second: those are decided, at just what was asked, and nothing else."""
    folder = asked(tmp_path, antal="10", troskel="100", matt="passerad")
    rows = rows_of(folder / "fraga.csv")
    rows[0]["svar"] = "nej"
    rows[1]["svar"], rows[1]["andel"] = "andel", "0,5"
    filled = tmp_path / "raw/tackning/rutor_svar_1.csv"
    filled.parent.mkdir(parents=True)
    with filled.open("w", encoding="utf-8-sig", newline="") as f:  # as Excel saves it in Sweden
        writer = csv.DictWriter(f, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    ledger = Ledger("tackning", facts={"filer": [], "rader": {}})
    table = cell_rows(filled, REGION, ledger)
    assert table[["rutid", "andel", "ned_mbit", "status"]].values.tolist() == [
        [4000006500000, 0.0, 100.0, "passerad"],
        [4005006500000, 0.5, 100.0, "passerad"],
    ]
    points, xy = edition.read_points(
        edition.open_edition(tmp_path / "out", ""), summary_tables.ADRESSER, ["adress_id", "kommunkod", "rutid_scb"]
    )
    addresses = points.assign(rutid=parse_scb_id(points["rutid_scb"]), e_m=xy[:, 0], n_m=xy[:, 1])
    kallor = pd.DataFrame(
        {"fil": ["rutor_svar_1.csv"], "kommunkod": ["1480"], "fullstandig": [False], "far_publiceras": [False]}
    )
    none = table.iloc[:0]
    given_ = {"adress": none.assign(adress_id="", e_m=0.0, n_m=0.0), "ruta": table}
    given_["omrade"] = gpd.GeoDataFrame(none, geometry=[], crs=3006)
    got = decide(addresses, attach(addresses, given_, kallor, REGION, Ledger("x")), kallor, False)
    # Six homes of which none is passed by 100: not connected to it either, nor to 1000; of 30 nothing is said.
    wanted_no = {"tillgang": [np.nan, 0, 0], "passerad": [np.nan, 0, 0]}
    # Two of which half are passed by 100: so by 30; of being connected, or of 1000, nothing is said.
    wanted_half = {"tillgang": [np.nan] * 3, "passerad": [0.5, 0.5, np.nan]}
    for rows_, wanted in ((range(6), wanted_no), (range(6, 8), wanted_half), (range(8, 10), None)):
        for measure in ("tillgang", "passerad"):
            for i, mbit in enumerate((30, 100, 1000)):
                at = LEVELS.index(next(x for x in LEVELS if (x.measure, x.mbit) == (measure, mbit)))
                share = wanted[measure][i] if wanted else np.nan
                np.testing.assert_array_equal(got.share[rows_, at], share)
                assert ((got.grain[rows_, at] > 0) == (not np.isnan(share))).all()


def test_the_same_list_under_another_name_denies_nothing(tmp_path):
    """Partial evidence of cells says that there is coverage, never that there is none."""
    text = "rutid_scb,teknik,ned_mbit,status,andel\n4000006500000,fiber,1000,passerad,0\n"
    place = pd.DataFrame({"adress_id": ["a"], "kommunkod": ["1480"], "rutid": [4000006500000], "e_m": [1.0]})
    place = place.assign(n_m=2.0)
    for name, decided_ in (("rutor_svar.csv", 2), ("rutor_kartlagda.csv", 0)):
        path = tmp_path / "tackning" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        table = cell_rows(path, REGION, Ledger("x", facts={"rader": {}}))
        none = table.iloc[:0]
        given_ = {"adress": none.assign(adress_id="", e_m=0.0, n_m=0.0), "ruta": table}
        given_["omrade"] = gpd.GeoDataFrame(none, geometry=[], crs=3006)
        kallor = pd.DataFrame({"fil": [name], "kommunkod": ["1480"], "fullstandig": [False], "far_publiceras": [True]})
        got = decide(place, attach(place, given_, kallor, REGION, Ledger("x")), kallor, False)
        at = LEVELS.index(next(x for x in LEVELS if (x.measure, x.mbit) == ("passerad", 1000)))
        assert got.grain[0, at] == (2 if decided_ else 0)


def answered_and_listed(homes, share):
    """Return evidence: an answer for every cell, the same share in each, and a list of addresses that names home b."""
    row = {"rad": 2, "teknik": "fiber", "ned_mbit": 1000.0, "ned_antagen": False, "status": "passerad"}
    cells_ = pd.DataFrame(
        [{**row, "fil": "rutor_svar.csv", "rutid": r, "andel": share} for r in sorted(set(homes["rutid"]))]
    )
    listed = pd.DataFrame([{**row, "fil": "adresser.csv", "adress_id": "b", "e_m": np.nan, "n_m": np.nan}])
    return {"adress": listed, "ruta": cells_, "omrade": gpd.GeoDataFrame(cells_.iloc[:0], geometry=[], crs=3006)}


def test_a_no_that_other_evidence_denies_is_told():
    """Two homes in one cell, answered no; an operator's list names one of them. In another cell nobody says else."""
    homes = pd.DataFrame({"adress_id": ["a", "b", "c"], "kommunkod": "1480", "e_m": 1.0, "n_m": 2.0})
    homes["rutid"] = [4000006500000, 4000006500000, 4002506500000]
    given_ = answered_and_listed(homes, 0.0)
    kallor = pd.DataFrame(
        {"fil": ["rutor_svar.csv"], "kommunkod": ["1480"], "fullstandig": False, "far_publiceras": True}
    )
    matched = attach(homes, given_, kallor, REGION, Ledger("x"))
    ledger = Ledger("x")
    note_denied(homes, matched, ledger)
    (told,) = ledger.entries
    assert (told.count, told.examples) == (1, ("4000006500000",))
    got = decide(homes, matched, kallor, False)
    at = LEVELS.index(next(x for x in LEVELS if (x.measure, x.mbit) == ("passerad", 1000)))
    assert got.share[:, at].tolist() == [0, 1, 0]


def test_a_yes_that_a_complete_list_overrules_is_told():
    """Three cells answered yes. A complete list names one of the two homes in the first, and nobody in the second; the
    third lies in a kommun without a complete list."""
    homes = pd.DataFrame({"adress_id": list("abcd"), "kommunkod": ["1480"] * 3 + ["1490"], "e_m": 1.0, "n_m": 2.0})
    homes["rutid"] = [4000006500000, 4000006500000, 4002506500000, 4005006500000]
    given_ = answered_and_listed(homes, 0.5)
    kallor = pd.DataFrame(
        {
            "fil": ["rutor_svar.csv", "rutor_svar.csv", "adresser.csv"],
            "kommunkod": ["1480", "1490", "1480"],
            "fullstandig": [False, False, True],
            "far_publiceras": True,
        }
    )
    matched = attach(homes, given_, kallor, REGION, Ledger("x"))
    ledger = Ledger("x")
    note_overruled(homes, matched, decide(homes, matched, kallor, False), ledger)
    (told,) = ledger.entries
    assert (told.kind, told.count, told.examples) == ("varning", 1, ("4002506500000",))


def test_the_cost_of_a_cell_without_any_net(tmp_path):
    """Nobody has coverage: there is no link to price, and nothing is built from it."""
    ground = asked_cells.Ground(
        np.array([4000006500000]), np.zeros((1, 2)), ONE, 0 * ONE, np.array([True]), np.array([False])
    )
    found = asked_cells.gather(ground, REGION)
    assert found.cells.cost_sek.tolist() == pytest.approx([10_000 + 75_000 / 20])
    assert replace(found.cells, built_households=0 * ONE).lacking.tolist() == [1]


def test_the_configured_level_is_asked_about():
    assert plan_request.level_of(REGION, "", "", "make fraga") == Level(
        REGION.planering.matt, REGION.planering.troskel_mbit
    )
