"""A broken law stops the run: each table of a sound small county is spoilt in one place, and `laws` must see it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.__main__ import main
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.laws import check_laws
from tests.conftest import with_tables
from tests.made_ledgers import complete

PRODUCTS = ("out/rapport.md", "out/.steg/produkter/out/rapport.md", "maps/bredbandskarta.html")
T, M = (30, 100, 1000), ("tillgang", "passerad")


def run(stage: str, root: Path) -> int:
    given = (("--raw", "raw"), ("--config", "osten.toml"), ("--out", "out"), ("--maps", "maps"))
    return main([stage, *(x for option, name in given for x in (option, str(root / name)))])


@pytest.fixture(scope="module")
def built(small_edition, tmp_path_factory) -> Path:
    root = with_tables(small_edition, tmp_path_factory.mktemp("lan"))
    for product in PRODUCTS:
        (root / product).parent.mkdir(parents=True, exist_ok=True)
        (root / product).write_text("tidigare")
    return root


@pytest.fixture
def root(built, tmp_path) -> Path:
    """A county of the test's own, its laws not yet checked."""
    shutil.copytree(built, tmp_path / "lan", copy_function=shutil.copy2)
    (tmp_path / "lan/out/.steg/korning.json").unlink()
    return tmp_path / "lan"


def state(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file but the ledger that says which law broke."""
    files = (p for p in root.rglob("*") if p.is_file() and p.name != "laws.json")
    return {str(p.relative_to(root)): (p.stat().st_mtime_ns, p.read_bytes()) for p in files}


def spoil(root: Path, table: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> None:
    path = root / f"out/.steg/{table}.parquet"
    frame = pd.read_parquet(path)
    changed = change(frame)
    (frame if changed is None else changed).to_parquet(path)


def add(column: str, value: float, where: str = "") -> Callable[[pd.DataFrame], None]:
    """Add to one row: the first that ``where`` fits."""

    def change(frame: pd.DataFrame) -> None:
        rows = frame.query(where) if where else frame
        frame.loc[rows.index[0], column] += value

    return change


def put(column: str, value: float, where: str = "") -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        rows = frame.query(where) if where else frame
        frame.loc[rows.index[0], column] = value

    return change


def without(where: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Leave out one row: the first that ``where`` fits."""
    return lambda frame: frame.drop(frame.query(where, engine="python").index[0])


def moved(column: str, where: str = "") -> Callable[[pd.DataFrame], None]:
    """Move one from a kommun to the other, so that every sum over the län stays."""

    def change(frame: pd.DataFrame) -> None:
        rows = (frame.query(where) if where else frame).query(f"{column} >= 0.01").groupby("kommunkod").head(1).index
        most = min(1, frame.loc[rows[0], column])
        frame.loc[rows[0], column] -= most
        frame.loc[rows[1], column] += most

    return change


def halved(column: str) -> Callable[[pd.DataFrame], None]:
    def change(frame: pd.DataFrame) -> None:
        frame[column] /= 2

    return change


Spoiling = tuple[str, Callable[[pd.DataFrame], pd.DataFrame | None], str]
SPOILT: list[Spoiling | list[Spoiling]] = [
    # a count that stands only in one table
    [
        ("rutnat_250m", add(c, 1, "adresser > 0"), f"Σ rutor = län: {c}")
        for c in ("hushall", "befolkning", "adresser", "land_ha", "hushall_utan_100", "adresser_ej_passerade_1000")
    ],
    [("rutnat_delar", add(c, 1, "adresser > 0"), f"Σ delar = län: {c}") for c in ("hushall", "hushall_utan_30")],
    [("kommuner", add(c, 1), f"Σ kommuner = län: {c}") for c in ("hushall", "befolkning_utan_1000")],
    ("lan", add("hushall", 1), "Σ rutor = län: hushall"),
    ("rutnat_250m", without("hushall > 0"), "Σ rutor = län: hushall"),
    ("rutnat_delar", moved("hushall"), "Σ delar per kommun = kommun: hushall"),
    ("rutnat_delar", moved("befolkning"), "Σ delar per kommun = kommun: befolkning"),
    ("kommuner", moved("befolkning"), "Σ delar per kommun = kommun: befolkning"),
    ("rutnat_delar", moved("hushall_utan_100"), "Σ delar per kommun = kommun: hushall_utan_100"),
    [("adresser", add(c, 1), f"Σ adresser per kommun = kommun: {c}") for c in ("hushall", "befolkning")],
    ("adresser_hushall", add("hushall", 1), "Σ adresser_hushall = adresser: hushall"),
    [
        ("adresser", change, f"Σ adresser per kommun = kommun: hushall_ej_passerade_{t}")
        for t in T
        for change in [halved(f"sannolikhet_passerad_{t}")]
    ],
    ("adresser", without("hushall > 0"), "antal rader: adresser"),
    ("oppna_rutor", without("adresser_band != '0'"), "antal rader: oppna_rutor"),
    ("bristomraden_rutor", without("adresser_klassade > 0"), "Σ bristområdets rutor = rutor"),
    ("schakt", add("langd_m", 1), "Σ schaktets linjer = dess delar: bristomraden"),
    ("projekt_schakt", add("langd_m", 1), "Σ schaktets linjer = dess delar: projekt"),
    ("projekt", add("schakt_sjo_m", 1, "schakt_m > 0"), "Σ schaktets delar = schaktet: projekt"),
    ("bristomraden", add("schakt_sjo_m", 1, "schakt_m > 0"), "Σ schaktets delar = schaktet: bristomraden"),
    ("bristkurva", without("kod.str.len() == 2"), "kurvans steg i länet = projekt"),
    ("bristomraden", add("adresser_utan", 1), "Σ bristområden + utspritt = adresser_utan_30, län"),
    ("bristomraden_kommun", add("kostnad_sek", 1000, "kostnad_sek > 0"), "Σ kommunernas delar av kostnaden = området"),
    ("projekt", add("adresser", 1), "Σ projektets adresser = adresser"),
    ("projekt", add("hushall_utan", 1), "Σ projektets adresser = hushåll utan"),
    (
        "projekt_adresser",
        without("troskel_mbit == 100 and matt == 'tillgang'"),
        "i projekt är de som mest sannolikt är utan: tillgang_100",
    ),
    [
        (
            "projekt_adresser",
            moved("hushall_utan", f"troskel_mbit == {t} and matt == '{m}'"),
            f"Σ projekt + resten = {c}_{t}, per kommun",
        )
        for t in T
        for m, c in zip(M, ("hushall_utan", "hushall_ej_passerade"), strict=True)
    ],
    ("projekt_adresser", lambda f: pd.concat([f, f.head(1)]), "adresser i projekt, var och en en gång: tillgang_30"),
    ("kommuner", add("andel_100_pct", -0.5), "kommuner: andel_100_pct = 1 − andelen utan"),
    ("kommuner", add("avvikelse_100_pe", 0.5), "kommuner: avvikelse 100 = vår − PTS"),
    # more covered at a higher threshold than at a lower one
    [
        (
            "adresser",
            put(f"sannolikhet_{m}_{high}", 1.0, f"sannolikhet_{m}_{low} < 0.9"),
            f"adress: {m} {high} ⊆ {m} {low}",
        )
        for m in M
        for low, high in ((30, 100), (100, 1000))
    ],
    *(
        ("rutnat_250m", put(f"hushall_utan_{low}", 99.0, "hushall > 0"), f"ruta: hushall utan {low} ⊆ utan {high}")
        for low, high in ((30, 100), (100, 1000))
    ),
    [
        ("rutnat_250m", put(f"hushall_ej_passerade_{t}", 99.0, "hushall > 0"), f"ruta: ej passerade {t} ≤ utan {t}")
        for t in T
    ],
    # more without than there are, or fewer than none
    [
        (table, put("hushall_utan_1000", 999.0, "hushall > 0"), f"{table}: 0 ≤ hushall utan ≤ hushall")
        for table in ("rutnat_250m", "rutnat_delar", "kommuner")
    ],
    ("rutnat_250m", put("adresser_utan_30", -1.0), "rutnat_250m: 0 ≤ adresser utan ≤ adresser"),
    # shares
    ("kommuner", put("andel_100_pct", 101.0), "kommuner: andelar i 0–100"),
    ("kommuner", put("pts_andel_30_pct", -1.0), "kommuner: andelar i 0–100"),
    ("lan", put("andel_passerade_1000_pct", 101.0), "lan: andelar i 0–100"),
    [("lan", add(f"yta_utan_{t}_pct", 0.5), f"lan: ytans tre delar = 100 % vid {t}") for t in T],
    ("kommuner", add("yta_obebodd_pct", -0.5), "kommuner: ytans tre delar = 100 % vid 30"),
    # the publishers' own totals
    ("grupper", add("hushall_pts", 1), "hushåll per kommun = PTS antal"),
    ("befolkning", add("befolkning", 1), "folk: länet + utanför länet = SCB"),
    # gap areas: a row lost, a row twice, a number changed, by threshold and measure
    [
        (
            "bristomraden",
            without(f"troskel_mbit == {t} and matt == '{m}' and hushall_utan > 0.1"),
            f"Σ bristområden + utspritt = {c}_{t}, län",
        )
        for t in T
        for m, c in zip(M, ("hushall_utan", "hushall_ej_passerade"), strict=True)
    ],
    (
        "bristomraden",
        without("hushall_utan > 0.01 and bristomrade_id.str.startswith('utspritt')"),
        "Σ bristområden + utspritt = hushall_utan_30, län",
    ),
    (
        "bristomraden_kommun",
        without("troskel_mbit == 100 and matt == 'tillgang' and hushall_utan > 0.1"),
        "Σ bristområden + utspritt = hushall_utan_100, per kommun",
    ),
    (
        "bristomraden_kommun",
        lambda f: pd.concat([f, f[f["hushall_utan"] > 0.1].head(1)]),
        "Σ bristområden + utspritt = hushall_utan_30, per kommun",
    ),
    ("bristomraden", add("hushall_utan", 1), "Σ bristområden + utspritt = hushall_utan_30, län"),
]
"""What is spoilt, and the law that must see it; spoilt at once, in a list, where no law looks at two of the changes."""
TOGETHER = [case if isinstance(case, list) else [case] for case in SPOILT]


def test_a_sound_county_passes(root, capsys):
    assert run("laws", root) == 0
    assert capsys.readouterr().err == ""
    assert json.loads((root / "out/.steg/korning.json").read_text())["korning_id"]
    said = json.loads((root / "out/.steg/liggare/laws.json").read_text())["fakta"]["lagar"]
    assert all(law["haller"] for law in said)


@pytest.mark.parametrize("spoilt", TOGETHER, ids=[f"{case[0][0]}: {case[0][2]} ({len(case)})" for case in TOGETHER])
def test_a_spoilt_table_stops_the_run(root, capsys, spoilt):
    for table, change, _ in spoilt:
        spoil(root, table, change)
    before = state(root)
    assert run("laws", root) == 2
    told = capsys.readouterr().err
    assert told.startswith("FEL: ")
    assert "lagar håller inte; inga produkter har skrivits." in told
    assert "Traceback" not in told
    assert state(root) == before
    assert not (root / "out/.steg/korning.json").exists()
    said = json.loads((root / "out/.steg/liggare/laws.json").read_text())["fakta"]["lagar"]
    broken = {x["lag"] for x in said if not x["haller"]}
    for _, _, law in spoilt:
        assert f"{law}: " in told and law in broken


@pytest.mark.parametrize("stage", ["lantmateriet", "scb", "tackning"])
def test_a_row_that_disappeared_stops_the_run(root, capsys, stage):
    path = root / f"out/.steg/liggare/{stage}.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    rows = body["fakta"]["rader"]
    count = rows if "lasta" in rows else next(iter(rows.values()))
    count["lasta"] += 1
    path.write_text(json.dumps(body), encoding="utf-8")
    before = state(root)
    assert run("laws", root) == 2
    told = capsys.readouterr().err
    assert f"rader {stage}" in told
    assert "lästa = använda + redovisade bortfall" in told
    assert state(root) == before


def test_an_earlier_run_stays_as_it_was(built, root, capsys):
    shutil.copy2(built / "out/.steg/korning.json", root / "out/.steg/korning.json")
    spoil(root, "rutnat_250m", add("hushall", 1))
    before = state(root)
    assert run("laws", root) == 2
    assert state(root) == before
    assert "Tidigare resultat är orörda." in capsys.readouterr().err


def test_rows_dropped_from_a_file_count_for_no_other(tmp_path):
    """adresser.csv lost a row that nobody named; the one dropped from x_adresser.csv does not make up for it."""
    where = Paths(tmp_path / "c.toml", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")
    rows = {"adresser.csv": {"lasta": 9, "anvanda": 8}, "x_adresser.csv": {"lasta": 5, "anvanda": 4}}
    for stage in check_laws.PUBLISHERS:
        said = Ledger(stage, facts=complete(stage, {"rader": rows} if stage == "tackning" else {}))
        if stage == "tackning":
            said.add("bortfall", "tackning/x_adresser.csv", "rader utan status", 1, "används inte")
        said.save(where.ledger(stage))
    laws = [law for law in check_laws.rows_accounted_for(where) if "tackning" in law.name]
    assert {law.name.split(":")[0]: law.holds for law in laws} == {
        "rader tackning adresser.csv": False,
        "rader tackning x_adresser.csv": True,
    }


def test_a_product_of_another_run_that_cannot_be_removed_stops(root, capsys, monkeypatch):
    """It would be put in place as if it were of this run."""

    def denied(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(check_laws.shutil, "rmtree", denied)
    assert run("laws", root) == 2
    told = capsys.readouterr().err
    assert told.startswith("FEL: Rättighet saknas") and "produkter" in told
    assert not (root / "out/.steg/korning.json").exists()
