from __future__ import annotations

import ast
import csv
import hashlib
import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

import pipelines.demo.make_demo
from pipelines.config.region import Region, load_region
from pipelines.core.errors import DataError
from pipelines.demo.files import finish, write_tackning

from .conftest import BLEKINGE, make, write_config
from .reading import addresses, gpkg, ground, sheet, workbook

Made = tuple[Region, Path]
VG = Path(__file__).parents[2] / "config" / "vastra-gotaland.toml"


def digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_same_seed_same_bytes_other_seed_other_bytes(blekinge: Made, tmp_path: Path) -> None:
    again = digests(make(write_config(tmp_path / "a", BLEKINGE), tmp_path / "demo")[1])
    assert again == digests(blekinge[1])
    other = digests(make(write_config(tmp_path / "b", BLEKINGE, seed=8), tmp_path / "annan")[1])
    assert not {k for k, v in other.items() if again.get(k) == v}


def test_lists_its_files_and_leaves_nothing_else(blekinge: Made) -> None:
    marker = json.loads((blekinge[1] / "DEMO.json").read_text(encoding="utf-8"))
    assert {*marker["filer"], "DEMO.json"} == set(digests(blekinge[1]))
    assert marker["demo"] is True and marker["region"] == "Blekinge län" and marker["fro"] == 7


def test_every_file_carries_the_mark(blekinge: Made) -> None:
    folder = blekinge[1]
    for path in folder.rglob("*.zip"):
        with zipfile.ZipFile(path) as z:
            assert b"DEMO" in z.comment
            assert z.infolist()[0].date_time == (2026, 1, 1, 0, 0, 0)
    for path in folder.rglob("*.gpkg"):
        with sqlite3.connect(path) as db:
            told = db.execute("select description, last_change from gpkg_contents").fetchall()
            assert db.execute("pragma user_version").fetchone() == (10200,)
        assert all(d.startswith("DEMO") and c.startswith("2026-01-01") for d, c in told)
    for path in folder.rglob("*.xlsx"):
        properties = openpyxl.load_workbook(path).properties
        assert properties.title.startswith("DEMO") and "DEMO" in properties.description
    with (folder / "tackning/kallor.csv").open(encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    assert rows and all(r["avtal"].startswith("DEMO") for r in rows)
    loose = [p for p in folder.rglob("*.csv") if p.parent.name != "tackning"]
    assert len(loose) == 4 and all(b"DEMO" in line for p in loose for line in p.read_bytes().splitlines()[1:])


def test_address_register_is_as_configured(blekinge: Made, register: pd.DataFrame) -> None:
    status = register["statusforbelagenhetsadress"]
    assert set(status) == {"Gällande", "Gallande", "Reserverad"}
    assert status.isin(["Gällande", "Gallande"]).sum() == 6_000
    assert 0.005 < (status == "Reserverad").mean() < 0.03
    assert register["adress_id"].is_unique
    assert register["adress_id"].str.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").all()
    assert set(register["geometrikolumn"]) == {"adressplatspunkt", "geom"}
    assert set(register["id_kolumn"]) == {"objektidentitet", "lang"}
    assert (register["fil"] == "belagenhetsadresser_kn" + register["kommunkod"] + ".zip").all()
    assert register["adressplatsnummer"].map(type).eq(str).all()
    assert (register["postnummer"] == 0).any()


def test_no_address_off_land_or_outside_its_kommun(blekinge: Made, register: pd.DataFrame, tmp_path: Path) -> None:
    borders, cover = ground(blekinge[1], tmp_path)
    for kod, mine in register.groupby("kommunkod"):
        assert shapely.within(mine["geometri"].to_numpy(), borders[kod]).all()
    wet = cover.loc[~cover["objekttyp"].isin(["Åker", "Öppen mark"]), "geometri"].to_numpy()
    assert not len(shapely.STRtree(wet).query(register["geometri"].to_numpy(), predicate="intersects")[0])


def test_truth_sums_to_the_configured_totals(blekinge: Made, register: pd.DataFrame) -> None:
    truth = pd.read_parquet(blekinge[1] / "sanning/adresser.parquet")
    assert len(truth) == 6_000 and truth["hushall"].sum() == 7_600 and truth["befolkning"].sum() == 16_500
    valid = register[register["statusforbelagenhetsadress"] != "Reserverad"]
    assert set(truth["adress_id"]) == set(valid["adress_id"])
    assert (truth["hushall"] == 0).any() and (truth["hushall"] > 3).any()
    for measure in ("tillgang", "passerad"):
        assert (truth[f"{measure}_30"] >= truth[f"{measure}_100"]).all()
        assert (truth[f"{measure}_100"] >= truth[f"{measure}_1000"]).all()
    for t in (30, 100, 1000):
        assert (truth[f"passerad_{t}"] >= truth[f"tillgang_{t}"]).all()


def test_localities_hold_the_people_they_say(blekinge: Made, register: pd.DataFrame) -> None:
    truth = pd.read_parquet(blekinge[1] / "sanning/adresser.parquet").set_index("adress_id")
    valid = register[register["adress_id"].isin(truth.index)]
    people = truth.loc[valid["adress_id"], "befolkning"].to_numpy()
    inside = np.zeros(len(valid), dtype=bool)
    for layer, low, high in (("Tatorter_2023", 200, 10**9), ("Smaorter_2023", 50, 200)):
        table = gpkg(blekinge[1] / f"scb/{layer.lower()}.gpkg", layer)
        assert len(table) and table["geometri"].map(lambda g: g.is_valid).all()
        for row in table.itertuples():
            here = shapely.intersects(row.geometri, valid["geometri"].to_numpy())
            assert people[here].sum() == row.bef and low <= row.bef < high
            assert not (inside & here).any()
            inside |= here
    assert (truth.loc[valid["adress_id"], "tat"].to_numpy() == inside).all()
    assert {"tatortskod", "tatort", "kommun", "kommunnamn", "lan", "lannamn", "area_ha", "bef", "ar"} <= set(
        gpkg(blekinge[1] / "scb/tatorter_2023.gpkg", "Tatorter_2023").columns
    )


def test_population_grid_is_the_truth_but_for_small_noise(
    blekinge: Made, register: pd.DataFrame, tmp_path: Path
) -> None:
    truth = pd.read_parquet(blekinge[1] / "sanning/adresser.parquet").set_index("adress_id")["befolkning"]
    grid = gpkg(blekinge[1] / "scb/befolkning_1km_2024.gpkg", "befolkning_1km_2024")
    bounds = shapely.bounds(grid["geometri"].to_numpy())
    ids = [f"{int(w):06d}{int(s):07d}" for w, s, _, _ in bounds]
    assert (grid["rutid_scb"] == ids).all() and grid["rutid_scb"].is_unique
    assert (grid["rutid_inspire"] == [f"SE_CRS3006RES1000mN{i[6:]}E{i[:6]}" for i in ids]).all()
    assert (bounds % 1000 == 0).all() and (bounds[:, 2:] - bounds[:, :2] == 1000).all()
    assert (grid["beftotalt"] > 0).all() and (grid["man"] + grid["kvinna"] != grid["beftotalt"]).any()
    valid = register[register["adress_id"].isin(truth.index)]
    xy = shapely.get_coordinates(valid["geometri"].to_numpy()) // 1000 * 1000
    home = [f"{int(e):06d}{int(n):07d}" for e, n in xy]
    true = pd.Series(truth.loc[valid["adress_id"]].to_numpy()).groupby(home).sum()
    borders, cover = ground(blekinge[1], tmp_path)
    sea = shapely.union_all(cover.loc[cover["objekttyp"] == "Hav", "geometri"].to_numpy())
    land = shapely.union_all(borders[list(BLEKINGE)].to_numpy()) - sea
    box = shapely.box(*bounds.T)
    within = shapely.contains(shapely.buffer(land, -1_500), box)
    told = grid[within].set_index("rutid_scb")["beftotalt"]
    lonely = told.index.difference(true.index)
    assert len(lonely) >= 2  # people in squares without any address
    assert (told.drop(lonely) - true.reindex(told.index.drop(lonely))).abs().max() <= 2
    away = shapely.distance(box, land)
    assert (away <= 2_000).all() and (away > 500).any()


def test_workbooks_are_counted_from_the_truth(blekinge: Made, register: pd.DataFrame) -> None:
    region, folder = blekinge
    truth = pd.read_parquet(folder / "sanning/adresser.parquet").set_index("adress_id")
    truth["kommun"] = register.set_index("adress_id")["kommunnamn"]
    speed = sheet(workbook(folder, "hastighet"), "Hastighet kommun hushåll")
    kommuner = speed[speed["Aggregerat på"] == "Kommun"]
    assert kommuner.loc[kommuner["Område"] == "total", "Antal hushåll"].sum() == 7_600
    assert kommuner.loc[kommuner["Område"] != "total", "Antal hushåll"].sum() == 7_600
    assert set(kommuner["Kommunnamn"]) == set(region.kommunnamn.values())
    names = {
        "tillgang_30": "Tillgång till minst 30 Mbit/s",
        "tillgang_1000": "Tillgång till minst 1 Gbit/s",
        "passerad_100": "Tillgång till minst 100 Mbit/s inkl. absolut närhet",
    }
    for row in kommuner.to_dict("records"):
        mine = truth[truth["kommun"] == row["Kommunnamn"]]
        if row["Område"] != "total":
            mine = mine[mine["tat"] == (row["Område"] == "tätbebyggt")]
        total = mine["hushall"].sum()
        assert total == row["Antal hushåll"]
        for column, header in names.items():
            if total:
                assert row[header] == pytest.approx((mine[column] * mine["hushall"]).sum() / total, abs=1e-6)


def test_techniques_bracket_the_speeds(blekinge: Made) -> None:
    folder = blekinge[1]
    technique = sheet(workbook(folder, "teknik"), "Teknik kommun hushåll")
    speed = sheet(workbook(folder, "hastighet"), "Hastighet kommun hushåll")
    keys = ["Aggregerat på", "Område", "Lännamn", "Kommunnamn"]
    both = technique.merge(speed, on=keys, validate="one_to_one")
    both = both[both["Aggregerat på"] == "Kommun"].dropna(subset=["Tillgång via xDSL"])
    fiber, cable = both["Tillgång via fiber eller fiber-lan"], both["Tillgång via kabel-tv"]
    eps = 3e-6
    assert (both["I närhet av fiber"] >= fiber).all() and (both["Tillgång via xDSL"] >= both["Tillgång via VDSL"]).all()
    assert (both["Tillgång till minst 1 Gbit/s"] >= np.maximum(fiber, cable) - eps).all()
    assert (both["Tillgång till minst 100 Mbit/s"] <= fiber + cable + eps).all()
    assert (both["Tillgång till minst 30 Mbit/s"] <= both["Tillgång via trådbunden accessteknik"] + eps).all()


def test_shares_meet_the_published_ones(blekinge: Made) -> None:
    folder = blekinge[1]
    speed = sheet(workbook(folder, "hastighet"), "Hastighet kommun hushåll")
    speed = speed.set_index(["Aggregerat på", "Lännamn", "Kommunnamn", "Område"])["Tillgång till minst 100 Mbit/s"]
    assert speed["Riket", None, None, "total"] == pytest.approx(0.933, abs=0.001)
    assert speed["Län", "Blekinge län", None, "total"] == pytest.approx(0.92, abs=0.004)
    assert speed["Kommun", "Blekinge län", "Olofström", "total"] == pytest.approx(0.715, abs=0.004)
    assert speed["Kommun", "Blekinge län", "Ronneby", "total"] > 0.5  # a share of 2015 says nothing of today
    assert speed["Län", "Blekinge län", None, "tätbebyggt"] > speed["Län", "Blekinge län", None, "glesbebyggt"] + 0.1
    lanen = [k for k in speed.index if k[0] == "Län" and k[3] == "total"]
    assert len(lanen) == 21


def test_mobile_workbook_has_the_publishers_quirks(blekinge: Made) -> None:
    rows = list(
        openpyxl.load_workbook(workbook(blekinge[1], "mobil"))["Yttäckning - aggregerad"].iter_rows(values_only=True)
    )
    assert rows[0][0] == "Årtal" and rows[1][0] is None and rows[1][4] == "Minst en operatör"
    cells = [c for r in rows[2:] for c in r[4:]]
    assert all(isinstance(c, str) for c in cells) and "-" in cells and any("," in c for c in cells)


def test_evidence_knows_the_register_and_a_little_more(blekinge: Made, register: pd.DataFrame) -> None:
    region, folder = blekinge
    deal = write_tackning.plan(region)
    sources = pd.read_csv(folder / "tackning/kallor.csv", dtype=str)
    assert set(sources["fullstandig"]) == {"ja", "nej"} and set(sources["far_publiceras"]) == {"ja", "nej"}
    told = set(sources["kommunkod"])
    assert told == {region.kommunkoder[i] for i in range(5) if i not in deal.inget} and len(told) == 4
    for name in sources["fil"].unique():
        assert (folder / "tackning" / name).exists()
    truth = pd.read_parquet(folder / "sanning/adresser.parquet").set_index("adress_id")
    kommun = register.set_index("adress_id")["kommunkod"]
    rows = pd.read_csv(folder / "tackning/adresser_inventering_1.csv", dtype={"adress_id": str})
    known = rows["adress_id"].isin(truth.index)
    assert 0 < (~known).sum() <= 25
    whole = set(sources.loc[sources["fil"] == "adresser_inventering_1.csv", "kommunkod"])
    assert set(kommun[rows.loc[known, "adress_id"]]) == whole
    fixed = rows[known & rows["teknik"].isin(["fiber", "kabel-tv", "vdsl", "xdsl"])]
    fast = fixed[(fixed["status"] == "tillgang") & (fixed["ned_mbit"].fillna(1000) >= 100)]
    fast = fast[fast["teknik"].isin(["fiber", "kabel-tv"])]["adress_id"].unique()
    mine = truth[kommun[truth.index].isin(whole).to_numpy()]
    missed = set(mine.index[mine["tillgang_1000"]]) ^ set(fast)
    assert len(missed) < 0.03 * len(mine)
    assert rows["ned_mbit"].isna().any() and {"lte", "nr"} & set(rows["teknik"])
    assert {"tillgang", "passerad", "planerad"} == set(rows["status"])
    near = pd.read_csv(folder / "tackning/adresser_byanat.csv")
    assert {"e", "n"} <= set(near) and "adress_id" not in near
    cells = pd.read_csv(folder / "tackning/rutor_kartlaggning_1.csv", dtype={"rutid_scb": str})
    assert cells["rutid_scb"].str.fullmatch(r"\d{13}").all() and cells["andel"].between(0, 1).all()
    areas = gpkg(folder / "tackning/omraden_natkarta.gpkg", "omraden")
    assert {"teknik", "ned_mbit", "upp_mbit", "status"} <= set(areas)


def test_in_the_county_every_kind_of_evidence_is_there_and_eight_kommuner_have_none() -> None:
    deal = write_tackning.plan(load_region(VG))
    parts = [deal.hela, deal.hela_hemliga, deal.delar, deal.rutor, deal.omraden, deal.inget]
    assert sorted(np.concatenate(parts)) == list(range(49))
    assert len(deal.inget) >= 8 and all(len(p) for p in parts)
    assert len(deal.hela) + len(deal.hela_hemliga) + len(deal.delar) > 24


@pytest.mark.parametrize("many", [1, 2])
def test_tiny_lan_without_localities(tmp_path: Path, many: int) -> None:
    kommuner = dict([("0840", ("Mörbylånga", 66_700)), ("0885", ("Borgholm", 67_800))][:many])
    config = write_config(
        tmp_path,
        kommuner,
        lan=("08", "Kalmar län", "Kalmar"),
        size=(2_000, 4_900, 2_300),
        orter="namn,lat,lon,folkmangd\n",
        shares="ar_1_oktober,omrade_namn,omradestyp,matt,andel_pct,kalla\n",
    )
    folder = make(config, tmp_path / "demo")[1]
    speed = sheet(workbook(folder, "hastighet"), "Hastighet kommun hushåll")
    rows = speed[(speed["Aggregerat på"] == "Kommun") & (speed["Område"] == "total")]
    assert len(rows) == many and rows["Antal hushåll"].sum() == 2_300
    found = addresses(folder, tmp_path)
    assert (found["statusforbelagenhetsadress"] != "Reserverad").sum() == 2_000


def test_killed_while_moving_is_made_whole_by_a_rerun(
    blekinge: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (region, finished), goal = blekinge, tmp_path / "demo"
    basis = json.loads((finished / "DEMO.json").read_text(encoding="utf-8"))["underlag"]
    real = Path.replace
    moved: list[Path] = []

    def dying(self: Path, target: Path) -> Path:
        if target.suffix == ".zip":
            if len(moved) % 4 == 3:
                moved.append(self)
                raise KeyboardInterrupt
            moved.append(self)
        return real(self, target)

    def made_again() -> None:
        """What a run does when it has made the same files."""
        with finish.scratch(goal) as folder:
            shutil.copytree(finished, folder, ignore=shutil.ignore_patterns("DEMO.json"), dirs_exist_ok=True)
            finish.put_in_place(region, folder, goal, basis)

    for _ in range(2):  # into an empty folder, then over a finished demo region
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", dying)
            with pytest.raises(KeyboardInterrupt):
                made_again()
        assert not (goal / "DEMO.json").exists() and (goal / "lantmateriet").is_dir()
        made_again()
        assert digests(goal) == digests(finished)


def test_files_of_an_earlier_demo_go_away_and_others_stay(tmp_path: Path) -> None:
    region, goal = load_region(VG), tmp_path / "demo"
    for names in (["pts/a.xlsx", "scb/b.gpkg"], ["pts/a.xlsx"]):
        with finish.scratch(goal) as folder:
            for name in names:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text("x")
            finish.put_in_place(region, folder, goal)
        (goal / "pts/egen.txt").write_text("min")
    assert set(digests(goal)) == {"pts/a.xlsx", "pts/egen.txt", "DEMO.json"}


def test_never_overwrites_publishers_files(tmp_path: Path) -> None:
    (tmp_path / "raw/pts").mkdir(parents=True)
    (tmp_path / "raw/pts/riktig.xlsx").write_text("äkta")
    with pytest.raises(DataError, match="skriva över"):
        make(write_config(tmp_path, BLEKINGE), tmp_path / "raw")
    assert set(digests(tmp_path / "raw")) == {"pts/riktig.xlsx"}


def test_unknown_kommun_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="9999"):
        make(write_config(tmp_path, {"9999": ("Ingenstans", 1)}), tmp_path / "demo")
    assert not list((tmp_path / "demo").glob("*")) if (tmp_path / "demo").exists() else True


def test_shares_no_code_with_the_model() -> None:
    for path in Path(pipelines.demo.make_demo.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
            allowed = ("core", "config", "demo", "incoming", "tables")
            assert not [
                n
                for n in names
                if n.startswith("pipelines.") and not n.startswith(tuple(f"pipelines.{d}" for d in allowed))
            ]
