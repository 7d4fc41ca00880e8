"""``make compare``: two editions of a few addresses, by hand and in loops; lost told as carefully as won."""

import csv
import json
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
import tiny_editions as tiny

from pipelines.core.errors import DataError
from pipelines.orders.compare import compare_editions
from tests.conftest import clean_environment, warm_steps
from tests.stages.gaps.regions import REGION, Address, gap_cells

ROOT = Path(__file__).parents[2]
OLD = {"korning_id": "00000000000a", "pts_ar": 2024, "pts_datum": "2024-10-01", "senaste_indatadatum": "2024-12-31"}


def at(i: int, p: float, level: str = "adress", **more) -> Address:
    """An address in a cell of its own, 2 km from the next."""
    return Address(400_010.0 + 2000 * i, 6_500_010.0, p, **{"households": 2.0, "level": level, **more})


BEFORE = [
    at(0, 1.0),  # always covered
    at(1, 0.0),  # gets fibre
    at(2, 1.0, households=5.0),  # loses it
    at(3, 0.0, "statistik"),
    at(4, 1.0, "statistik"),  # the model moves both ways
    at(5, 0.0),  # torn down
    at(7, 0.0),
    at(7, 0.0),  # one of two gets fibre
    at(8, 0.0, kommun="1490"),
]
AFTER = [
    at(0, 1.0),
    at(1, 1.0),
    at(2, 0.0, households=5.0),
    at(3, 1.0),
    at(4, 0.0, "statistik"),
    at(6, 0.0, households=3.0),  # built without fibre
    at(7, 1.0),
    at(7, 0.0),
    at(8, 0.0, kommun="1490"),
    at(8, 1.0, kommun="1490"),  # a neighbour, connected at once
]


@pytest.fixture
def two(tmp_path):
    return tiny.write(tmp_path / "old", BEFORE, **OLD), tiny.write(tmp_path / "out", AFTER)


def compared(old, out):
    compare_editions.run(REGION, tiny.paths(out), str(old))
    folder = out / "jamforelse"
    layers = {
        n: gpd.read_file(folder / "forandring.gpkg", layer=f"forandring_{n}")
        for n in ("rutor", "bristomraden", "kommuner")
    }
    return folder, layers


def cell(i: int) -> str:
    return f"{at(i, 0).rutid:013d}"


def test_every_cell_by_hand(two):
    _, layers = compared(*two)
    rows = layers["rutor"].set_index("rutid_scb")
    for m in ("tillgang", "passerad"):
        for t in (30, 100, 1000):
            state = rows[f"forandring_{m}_{t}"].to_dict()
            assert state == {
                cell(0): "oforandrad",
                cell(1): "nytackt",
                cell(2): "forlorad",
                cell(3): "nytackt",
                cell(4): "forlorad",
                cell(5): "borta",
                cell(6): "ny_ruta",
                cell(7): "nytackt",
                cell(8): "oforandrad",
            }
            model = rows[f"modellerad_{m}_{t}"]
            assert set(rows.index[model]) == {cell(3), cell(4)}  # statistics on either side is no measured change
            moves = rows[[f"hushall_{x}_{m}_{t}" for x in ("nytackta", "forlorade", "antal")]]
            assert {i: moves.loc[cell(i)].tolist() for i in range(9)} == {
                0: [0, 0, 0],
                1: [2, 0, 0],
                2: [0, 5, 0],
                3: [2, 0, 0],
                4: [0, 2, 0],
                5: [0, 0, -2],
                6: [0, 0, 3],
                7: [2, 0, 0],
                8: [0, 0, 0],
            }
    assert rows.loc[cell(7), ["andel_fore_tillgang_100_pct", "andel_efter_tillgang_100_pct"]].tolist() == [0, 50]
    assert rows.loc[cell(5), "kommunnamn"] == "Göteborg"
    assert rows.area.eq(62_500).all() and rows.crs.to_epsg() == 3006


def test_kommuner_and_lan_by_hand(two):
    folder, layers = compared(*two)
    rows = layers["kommuner"]
    one = rows[(rows["troskel_mbit"] == 100) & (rows["matt"] == "passerad")].set_index("kod")
    assert one.index.tolist() == ["1480", "1490", "14"]
    # 1480: 9 of 19 households before, 8 of 20 after; 1490: 0 of 2, then 2 of 4.
    assert one.loc["1480", "forandring_pe"] == pytest.approx(100 * (8 / 20 - 9 / 19), abs=1e-5)
    assert one.loc["1490", "forandring_pe"] == pytest.approx(50)
    assert one.loc["14", "forandring_pe"] == pytest.approx(100 * (10 / 24 - 9 / 21), abs=1e-5)
    split = [f"hushall_{x}_{y}" for x in ("nytackta", "forlorade") for y in ("uppmatt", "modellerad")]
    assert one.loc["14", [*split, "hushall_antal"]].tolist() == [4, 2, 5, 2, 1]
    with (folder / "forandring_kommuner.csv").open(encoding="utf-8-sig") as f:
        table = list(csv.DictReader(f))
    assert len(table) == 18 and {r["demo"] for r in table} == {"DEMO"}


def test_gap_areas_by_hand(two):
    _, layers = compared(*two)
    rows = layers["bristomraden"]
    one = rows[(rows["troskel_mbit"] == 1000) & (rows["matt"] == "tillgang")]
    name = {i: f"1000-tillgang-{cell(i)}" for i in range(9)}
    got = {(r.fore or "", r.efter or ""): (r.forandring, bool(r.modellerad)) for r in one.itertuples()}
    assert got == {
        (name[1], ""): ("stangt", False),
        ("", name[2]): ("nytt", False),
        (name[3], ""): ("stangt", True),
        ("", name[4]): ("nytt", True),
        (name[5], ""): ("stangt", False),
        ("", name[6]): ("nytt", False),
        (name[7], name[7]): ("krympt", False),
        (name[8], name[8]): ("oforandrat", False),
    }
    shrunk = one[one["forandring"] == "krympt"].iloc[0]
    assert (shrunk["hushall_utan_fore"], shrunk["hushall_utan_efter"], shrunk["adresser_minskat"]) == (4, 2, 1)
    assert shrunk.geometry.area == 62_500


def test_the_summary_tells_both_ways_apart_and_measured_from_modelled(two, capsys):
    folder, _ = compared(*two)
    said = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith("# DEMO – Jämförelse: Västra Götaland, 2024 till 2025")
    assert "1 oktober 2024" in said and "00000000000a" in said and "0123456789ab" in said
    lines = [[x.strip() for x in line.strip("|").split("|")] for line in said.splitlines()]
    # Cells: won and lost measured, won and lost modelled, unchanged, new, gone; then households likewise.
    assert ["passerad 1000 Mbit/s", "2", "1", "1", "1", "2", "1", "1"] in lines
    assert ["passerad 1000 Mbit/s", "4", "5", "2", "2", "+1"] in lines
    assert ["passerad 1000 Mbit/s, uppmätt", "2", "1", "2", "0", "0", "1"] in lines
    assert (folder / "jamforelse.md").read_text().replace("\N{NO-BREAK SPACE}", " ") in said


def test_turned_round_won_and_lost_change_places(tmp_path):
    rng = random.Random(7)
    first = [
        at(rng.randrange(12), rng.choice([0.0, 0.2, 0.9, 1.0]), rng.choice(["adress", "statistik"])) for _ in range(40)
    ]
    second = [replace(a, p=rng.choice([0.0, 0.2, 0.9, 1.0])) for a in first]
    there = compared(tiny.write(tmp_path / "a", first, **OLD), tiny.write(tmp_path / "b", second))[1]
    back = compared(tiny.write(tmp_path / "c", second, **OLD), tiny.write(tmp_path / "d", first))[1]
    mirror = {"nytackt": "forlorad", "forlorad": "nytackt", "oforandrad": "oforandrad"}
    name = "forandring_tillgang_100"
    assert there["rutor"][name].map(mirror).tolist() == back["rutor"][name].tolist()
    assert there["rutor"]["modellerad_tillgang_100"].tolist() == back["rutor"]["modellerad_tillgang_100"].tolist()
    turned = {"stangt": "nytt", "nytt": "stangt", "krympt": "vuxit", "vuxit": "krympt"}
    one, two_ = (x["bristomraden"]["forandring"].value_counts().to_dict() for x in (there, back))
    assert {turned.get(k, k): v for k, v in one.items()} == two_
    kod = there["kommuner"]["kod"] == "14"
    assert there["kommuner"].loc[kod, "forandring_pe"].tolist() == pytest.approx(
        (-back["kommuner"].loc[kod, "forandring_pe"]).tolist(), abs=2e-6
    )
    # Every gap area of either edition stands in one row.
    listed = [x for r in there["bristomraden"].itertuples() for x in (r.fore or "").split(",") if x]
    assert len(listed) == len(set(listed)) == 6 * len(gap_cells(first))
    # What coverage did and what people did is the whole change, cell by cell.
    w = there["rutor"]
    moved = w["hushall_forlorade_tillgang_100"] - w["hushall_nytackta_tillgang_100"] + w["hushall_antal_tillgang_100"]
    want = sum(a.households * (1 - a.p) for a in second) - sum(a.households * (1 - a.p) for a in first)
    assert moved.sum() == pytest.approx(want, abs=1e-4)


def test_the_same_run_says_nothing_has_changed(tmp_path, capsys):
    out = tiny.write(tmp_path / "out", AFTER)
    _, layers = compared(out, out)
    assert "Det är samma körning: ingenting har ändrats." in capsys.readouterr().out
    states = layers["rutor"][[c for c in layers["rutor"] if c.startswith("forandring_")]]
    assert (states == "oforandrad").all().all()
    assert set(layers["bristomraden"]["forandring"]) == {"oforandrat"}
    assert layers["kommuner"]["forandring_pe"].eq(0).all()


def test_other_code_and_newer_inputs_are_told(tmp_path, capsys):
    old = tiny.write(tmp_path / "old", BEFORE, **{**OLD, "version": "0.0.9", "senaste_indatadatum": "2026-01-01"})
    compared(old, tiny.write(tmp_path / "out", AFTER))
    said = capsys.readouterr().out
    assert "olika versioner av programmet" in said and "nyare indata" in said


def test_what_cannot_be_compared(tmp_path):
    out = tiny.write(tmp_path / "out", AFTER)

    def fails(old, match):
        with pytest.raises(DataError, match=match) as error:
            compare_editions.run(REGION, tiny.paths(out), str(old))
        assert "Gör så här" in str(error.value)
        assert not (out / "jamforelse").exists()

    fails("", "FRAN")
    fails(tmp_path / "nowhere", "ingen färdig utgåva")
    fails(tiny.write(tmp_path / "real", BEFORE, **OLD, demo=False), "DEMO|demo")
    fails(tiny.write(tmp_path / "lan", BEFORE, **OLD, lanskod="12"), "olika län")
    fails(tiny.write(tmp_path / "far", [replace(a, n=a.n + 90_000) for a in BEFORE], **OLD), "samma rutnät")
    for name, sql in (
        ("shifted", "UPDATE rutnat_250m SET rutid_scb = rutid_scb + 10"),
        ("text", "UPDATE rutnat_250m SET rutid_scb = 'x' WHERE rowid = 1"),
    ):
        odd = tiny.write(tmp_path / name, BEFORE, **OLD)
        with closing(sqlite3.connect(odd / "bredband.gpkg")) as db:
            db.execute(sql)
            db.commit()
        fails(odd, "samma rutnät")
    hole = tiny.write(tmp_path / "hole", BEFORE, **OLD)
    with closing(sqlite3.connect(hole / "bredband.gpkg")) as db:
        db.execute("UPDATE rutnat_250m SET hushall_utan_100 = NULL WHERE rowid = 1")
        db.commit()
    fails(hole, "inte helt")
    old = tiny.write(tmp_path / "before_gaps", BEFORE, **OLD)
    with closing(sqlite3.connect(old / "bredband.gpkg")) as db:
        db.execute("DELETE FROM gpkg_contents WHERE table_name = 'bristomraden_rutor'")
        db.commit()
    fails(old, "äldre version")


def test_same_editions_same_bytes_and_nothing_outside(two, tmp_path):
    old, out = two
    kept = (old / "bredband.gpkg").read_bytes(), (out / "bredband.gpkg").read_bytes()
    folder, _ = compared(old, out)
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert set(first) == {"jamforelse.md", "forandring.gpkg", "forandring_kommuner.csv", "forandring_bristomraden.csv"}
    compared(old, out)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    assert ((old / "bredband.gpkg").read_bytes(), (out / "bredband.gpkg").read_bytes()) == kept
    assert [p.name for p in old.iterdir()] == ["bredband.gpkg"]
    assert {p.name for p in out.iterdir()} == {"bredband.gpkg", "jamforelse"}


def test_the_geopackage_is_marked_and_styled(two):
    folder, _ = compared(*two)
    with closing(sqlite3.connect(folder / "forandring.gpkg")) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 10200
        layers = db.execute("SELECT identifier, description FROM gpkg_contents WHERE table_name LIKE 'forandring%'")
        assert all(a.startswith("DEMO") and b.startswith("DEMO") for a, b in layers)
        default = dict(db.execute("SELECT f_table_name, styleName FROM layer_styles WHERE useAsDefault"))
        assert default["forandring_rutor"] == "DEMO Förändring passerad 1000"
        qml = db.execute("SELECT styleQML FROM layer_styles WHERE f_table_name = 'forandring_rutor'").fetchone()[0]
        assert all(word in qml for word in ("Förlorad täckning, uppmätt", "Nytäckt, modellerad", "Oförändrad"))
        body = json.loads(db.execute("SELECT metadata FROM gpkg_metadata").fetchone()[0])
        assert body["korning"]["korning_id"] == "0123456789ab"


@pytest.fixture
def archived(small_edition, tmp_path):
    """The small county's edition as it may be kept: the one file, in a folder of its own."""
    (tmp_path / "arkiv").mkdir()
    shutil.copy(small_edition / "out/bredband.gpkg", tmp_path / "arkiv")
    given = [
        f"OUT={tmp_path}/arkiv",
        f"RAW={small_edition}/raw",
        f"MAPS={tmp_path}/maps",
        f"CONFIG={small_edition}/county.toml",
    ]

    def make(*words):
        return subprocess.run(
            ["make", "--no-print-directory", "-C", str(ROOT), *words, *given, *warm_steps()],
            capture_output=True,
            text=True,
            env=clean_environment(),
            timeout=120,
        )

    return tmp_path / "arkiv", make


def test_make_compare_of_the_small_county_with_itself(archived):
    out, make = archived
    good = make("compare", f"FRAN={out}")
    assert good.returncode == 0, good.stderr
    assert "ingenting har ändrats" in good.stdout
    assert {p.name for p in out.iterdir()} == {"bredband.gpkg", "jamforelse"}
    assert make("compare", "FRAN=en mapp 'som' \"inte\" finns").returncode == 2


def test_make_plan_of_the_small_county(archived):
    out, make = archived
    done = make("plan", "BUDGET=3000000")
    assert done.returncode == 0, done.stderr
    (folder,) = (out / "plan").iterdir()
    with (folder / "projekt.csv").open(encoding="utf-8-sig") as f:
        built = [float(r["kostnad_sek"]) for r in csv.DictReader(f) if r["byggs"] == "ja"]
    assert sum(built) <= 3_000_000
