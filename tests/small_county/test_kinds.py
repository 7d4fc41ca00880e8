"""Flats, houses, holiday homes and workplaces told apart: against a count by hand, and the laws that hold them.

The small county has no buildings. Here one of its kommuner gets a kind of house at each address after the dwellings'
step, and PTS's workplaces are changed; of the other nothing is known.
"""

import math
import shutil
from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import with_tables
from tests.test_laws import run

from . import inputs

KINDS = ("hushall_smahus", "hushall_flerbostad", "fritidshus", "arbetsstallen")
KNOWN, UNKNOWN = "9901", "9902"
TYPES = ("smahus", "flerbostad", "smahus", "verksamhet", "okand", "ovrig", "smahus")
WEIGHT = {"verksamhet": 1.0, "ovrig": 0.5, "flerbostad": 0.3, "smahus": 0.15, "okand": 0.3}
WORK = {"tatbebyggt": 37, "glesbebyggt": 11}
T, MEASURES = (30, 100, 1000), {"tillgang": "utan", "passerad": "ej_passerade"}


def table(root: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(root / f"out/.steg/{name}.parquet").drop(columns="geometry", errors="ignore")


@pytest.fixture(scope="module")
def county(small_edition, tmp_path_factory) -> Path:
    root = with_tables(small_edition, tmp_path_factory.mktemp("slag"))
    kommun, homes = table(root, "adresser_ruta")["kommunkod"], table(root, "bostader")
    homes["hustyp"] = [TYPES[i % 7] if k == KNOWN else "okand" for i, k in enumerate(kommun)]
    homes.to_parquet(root / "out/.steg/bostader.parquet")
    told = table(root, "pts_teknik")
    work = (told["bas"] == "arbetsstallen") & (told["niva"] == "kommun") & told["omradestyp"].isin(WORK)
    told.loc[work, "antal"] = told.loc[work, "omradestyp"].map(WORK)
    told[~work | (told["kommunkod"] == KNOWN)].to_parquet(root / "out/.steg/pts_teknik.parquet")
    after = inputs.STAGES[inputs.STAGES.index("dwellings") + 1 :]
    for name in (*after, "junctions", "gaps", "laws"):
        assert run(name, root) == 0, name
    return root


def by_hand(root: Path) -> list[dict]:
    """Each address as a dict: kommun, cell, what it holds of each kind, and the chance that it is without."""
    points, kinds = table(root, "adresser_ruta"), table(root, "bostader")["hustyp"]
    homes, coverage = table(root, "adresser")["hushall"], table(root, "adresser_tackning")
    whole: dict[str, float] = defaultdict(float)
    for place, kind in zip(points.to_dict("records"), kinds, strict=True):
        if place["kommunkod"] == KNOWN:
            whole[place["omradestyp"]] += WEIGHT[kind]
    out = []
    for i, place in enumerate(points.to_dict("records")):
        kind, home = kinds[i], homes[i]
        row = {"kommun": place["kommunkod"], "ruta": place["rutid"]} | dict.fromkeys(KINDS, math.nan)
        if place["kommunkod"] == KNOWN:
            row["hushall_smahus"] = home if kind == "smahus" else 0.0
            row["hushall_flerbostad"] = home if kind == "flerbostad" else 0.0
            row["fritidshus"] = max(0.0, 1 - home) if kind == "smahus" else 0.0
            row["arbetsstallen"] = WORK[place["omradestyp"]] * WEIGHT[kind] / whole[place["omradestyp"]]
        for t in T:
            row |= {f"{word}_{t}": 1 - coverage[f"sannolikhet_{m}_{t}"][i] for m, word in MEASURES.items()}
        out.append(row)
    return out


def same(got: float, want: float) -> bool:
    return math.isnan(got) if math.isnan(want) else got == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_cells_parts_kommuner_and_lan_are_sums_of_addresses(county: Path, kind: str) -> None:
    addresses = by_hand(county)
    cells = table(county, "rutnat_250m")
    for rutid, got in zip(cells["rutid_scb"].astype(int), cells[kind], strict=True):
        assert same(got, sum((a[kind] for a in addresses if a["ruta"] == rutid), 0.0)), rutid
    kommuner = table(county, "kommuner").set_index("kommunkod")
    for kommun in (KNOWN, UNKNOWN):
        mine = [a for a in addresses if a["kommun"] == kommun]
        assert same(kommuner.loc[kommun, kind], sum(a[kind] for a in mine))
        for t in T:
            for word in MEASURES.values():
                want = sum(a[kind] * a[f"{word}_{t}"] for a in mine)
                assert same(kommuner.loc[kommun, f"{kind}_{word}_{t}"], want), (word, t)
    assert kommuner.loc[KNOWN, kind] > 0 and math.isnan(kommuner.loc[UNKNOWN, kind])
    assert math.isnan(table(county, "lan")[kind].iloc[0])  # a sum of what is only partly known is no sum


@pytest.mark.parametrize("kind", KINDS)
def test_gap_areas_and_the_dispersed_are_a_kommuns_without(county: Path, kind: str) -> None:
    """By cell: the addresses of an area's cells in the known kommun, whatever their own chance."""
    addresses, parts = by_hand(county), table(county, "bristomraden_kommun")
    cells, areas = table(county, "bristomraden_rutor"), table(county, "bristomraden").set_index("bristomrade_id")
    seen = 0
    for (t, m), own in parts.groupby(["troskel_mbit", "matt"]):
        word = f"{MEASURES[m]}_{t}"
        mine = [a for a in addresses if a["kommun"] == KNOWN]
        for _, part in own[own["kommunkod"] == KNOWN].iterrows():
            inside = set(cells.loc[cells["bristomrade_id"] == part["bristomrade_id"], "rutid_scb"].astype(int))
            want = sum(a[kind] * a[word] for a in mine if a["ruta"] in inside)
            assert same(part[f"{kind}_utan"], want), part["bristomrade_id"]
            mine = [a for a in mine if a["ruta"] not in inside]
            seen += want > 0
        assert same(areas.loc[f"utspritt-{t}-{m}-{KNOWN}", f"{kind}_utan"], sum(a[kind] * a[word] for a in mine))
        assert own.loc[own["kommunkod"] == UNKNOWN, f"{kind}_utan"].isna().all()
    assert seen


@pytest.mark.parametrize(
    ("name", "column", "value", "law"),
    [
        ("rutnat_delar", "hushall_smahus", 1.0, "Σ delar per kommun = kommun: hushall_smahus"),
        ("kommuner", "fritidshus", 1.0, "Σ adresser per kommun = kommun: fritidshus"),
        ("kommuner", "arbetsstallen_utan_100", 1.0, "Σ adresser per kommun = kommun: arbetsstallen_utan_100"),
        ("kommuner", "fritidshus_ej_passerade_30", math.nan, "fritidshus_ej_passerade_30, per kommun"),
        ("kommuner", "hushall_flerbostad", 9999.0, "kommuner: hushåll i småhus och flerbostadshus ≤ hushåll"),
        ("kommuner", "hushall_smahus_utan_1000", 9999.0, "kommuner: 0 ≤ hushall_smahus utan ≤ hushall_smahus"),
        ("lan", "fritidshus", 0.0, "Σ kommuner = län: fritidshus"),
        ("bristomraden_kommun", "fritidshus_utan", 1.0, "Σ bristområden + utspritt = fritidshus_utan_30, per kommun"),
    ],
)
def test_a_law_sees_what_is_spoilt(county: Path, tmp_path: Path, capsys, name, column, value, law) -> None:
    root = tmp_path / "lan"
    shutil.copytree(county, root)
    path = root / f"out/.steg/{name}.parquet"
    frame = pd.read_parquet(path)
    row = frame.index[frame[column].notna()][0] if name != "lan" else 0
    frame.loc[row, column] = value if name == "lan" else frame.loc[row, column] + value
    frame.to_parquet(path)
    assert run("laws", root) != 0
    assert law in capsys.readouterr().err
