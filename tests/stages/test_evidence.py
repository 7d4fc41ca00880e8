"""Evidence at addresses against a plain Python reading of the rules, on random small cases."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.region import TECHNIQUES, load_region
from pipelines.core import cell_grid
from pipelines.core.ledger import Ledger
from pipelines.evidence.decided import attach, decide

PAIRS = [(m, t) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]

REGION = load_region(Path("config/vastra-gotaland.toml"))
FIXED = set(REGION.evidens.fasta_tekniker)
KOMMUNER = ["1401", "1402"]
FILES = {"adress": ["adresser_a.csv", "adresser_b.csv"], "ruta": ["rutor_a.csv"], "omrade": ["omraden_a.gpkg"]}

ROW = st.fixed_dictionaries(
    {
        "teknik": st.sampled_from(["fiber", "kabel-tv", "vdsl", "xdsl", "lte"]),
        "ned_mbit": st.sampled_from([10.0, 30.0, 60.0, 100.0, 500.0, 1000.0]),
        "status": st.sampled_from(["tillgang", "passerad", "planerad"]),
        "andel": st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        "at": st.integers(0, 11),
        "file": st.integers(0, 1),
    }
)
SOURCES = st.lists(
    st.tuples(
        st.sampled_from([f for fs in FILES.values() for f in fs]),
        st.sampled_from(KOMMUNER),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda x: x[:2],
    max_size=8,
)


def make_addresses():
    """Twelve addresses in four cells of two kommuner, sorted as the stage sorts them."""
    rng = np.random.default_rng(3)
    e = 320_000 + rng.integers(0, 2, 12) * 250 + rng.integers(1, 249, 12)
    n = 6_400_000 + rng.integers(0, 2, 12) * 250 + rng.integers(1, 249, 12)
    frame = pd.DataFrame({"adress_id": [f"a{i:02d}" for i in range(12)], "e_m": e * 1.0, "n_m": n * 1.0})
    frame["kommunkod"] = [KOMMUNER[i % 2] for i in range(12)]
    frame["rutid"] = cell_grid.cell_of(frame["e_m"], frame["n_m"])
    return frame.sort_values(["rutid", "adress_id"], ignore_index=True).astype({"kommunkod": "str"})


ADDRESSES = make_addresses()


def tables(rows):
    base = ["fil", "rad", "teknik", "ned_mbit", "status"]
    out = {}
    for level, found in rows.items():
        frame = pd.DataFrame(found, columns=["teknik", "ned_mbit", "status", "andel", "at", "file"])
        frame["fil"] = [FILES[level][f % len(FILES[level])] for f in frame["file"]]
        frame["rad"] = np.arange(len(frame)) + 2
        at = ADDRESSES.iloc[frame["at"].astype(int)]
        if level == "adress":
            # every other row by id, the others by a point two metres away
            by_id = frame["rad"] % 2 == 0
            frame["adress_id"] = np.where(by_id, at["adress_id"].to_numpy(), "")
            frame["e_m"], frame["n_m"] = at["e_m"].to_numpy() + 1e-3, at["n_m"].to_numpy()
            out[level] = frame[[*base, "adress_id", "e_m", "n_m"]].astype({"adress_id": "str", "fil": "str"})
        elif level == "ruta":
            frame["rutid"] = at["rutid"].to_numpy()
            out[level] = frame[[*base, "rutid", "andel"]]
        else:
            circles = shapely.buffer(shapely.points(at["e_m"], at["n_m"]), 120)
            out[level] = gpd.GeoDataFrame(frame[base], geometry=list(circles), crs=3006)
    return out


def plain(i, level, table, sources, publishable_only):
    """Return (complete, share per pair, top speed, technique, planned) at address ``i`` on one level."""
    a = ADDRESSES.iloc[i]
    listed = {(f, k): (complete, publish) for f, k, complete, publish in sources}
    hits = []
    planned = False
    for row in table.to_dict("records"):
        if level == "adress":
            here = (
                row["adress_id"] == a["adress_id"]
                if row["adress_id"]
                else (abs(row["e_m"] - 1e-3 - a["e_m"]) < 1e-6 and row["n_m"] == a["n_m"])
            )
        elif level == "ruta":
            here = row["rutid"] == a["rutid"]
        else:
            here = row["geometry"].intersects(shapely.Point(a["e_m"], a["n_m"]))
        publish = listed.get((row["fil"], a["kommunkod"]), (False, False))[1]
        if not here or row["teknik"] not in FIXED or (publishable_only and not publish):
            continue
        if row["status"] == "planerad":
            planned = True
        else:
            hits.append(row)
    complete = any(
        c and (p or not publishable_only)
        for (f, k), (c, p) in listed.items()
        if k == a["kommunkod"] and f in FILES[level]
    )
    share = []
    for m, t in PAIRS:
        found = [
            r.get("andel", 1.0) for r in hits if r["ned_mbit"] >= t and (m == "passerad" or r["status"] == "tillgang")
        ]
        share.append(max(found, default=0.0))
    fast = [r for r in hits if r["status"] == "tillgang" and r.get("andel", 1.0) > 0]
    top = max((r["ned_mbit"] for r in fast), default=None)
    best = min((TECHNIQUES.index(r["teknik"]) for r in fast if r["ned_mbit"] == top), default=-1)
    return complete, share, top, best, planned


@given(st.fixed_dictionaries({level: st.lists(ROW, max_size=8) for level in FILES}), SOURCES, st.booleans())
@settings(max_examples=60, deadline=None)
def test_decide_is_what_a_plain_reading_says(rows, sources, publishable_only):
    given_tables = tables(rows)
    kallor = pd.DataFrame(sources, columns=["fil", "kommunkod", "fullstandig", "far_publiceras"]).astype(
        {"fil": "str", "kommunkod": "str", "fullstandig": "bool", "far_publiceras": "bool"}
    )
    matched = attach(ADDRESSES, given_tables, kallor, REGION, Ledger("x"))
    got = decide(ADDRESSES, matched, kallor, publishable_only)
    for i in range(len(ADDRESSES)):
        answers = [plain(i, level, given_tables[level], sources, publishable_only) for level in FILES]
        wanted = {}
        for k, pair in enumerate(PAIRS):
            first = next((n for n, a in enumerate(answers) if a[0] or a[1][k] > 0), None)
            assert got.grain[i, k] == (0 if first is None else first + 1)
            wanted[pair] = None if first is None else answers[first][1][k]
        for m in ("tillgang", "passerad"):  # had at the higher threshold is had at the lower
            for low, high in ((100, 1000), (30, 100)):
                if wanted[m, high] is not None:
                    wanted[m, low] = max(wanted[m, low], wanted[m, high])
        for t in (30, 100, 1000):
            if wanted["tillgang", t] is not None:
                wanted["passerad", t] = max(wanted["passerad", t], wanted["tillgang", t])
        for k, pair in enumerate(PAIRS):
            assert (wanted[pair] is None and np.isnan(got.share[i, k])) or got.share[i, k] == wanted[pair]
        top, best = None, -1
        for complete, _, speed, technique, _ in answers:
            if speed is not None and (top is None or (speed, -technique) > (top, -best)):
                top, best = speed, technique
            if complete:
                break
        assert (np.isnan(got.max_ned_mbit[i]) and top is None) or got.max_ned_mbit[i] == top
        assert got.technique[i] == best
        assert got.planned[i] == any(a[4] for a in answers)


def test_a_partial_list_of_copper_does_not_deny_fibre():
    copper = [
        {"teknik": "xdsl", "ned_mbit": 30.0, "status": "tillgang", "andel": 1.0, "at": i, "file": 0} for i in range(12)
    ]
    rows = tables({"adress": copper, "ruta": [], "omrade": []})
    for complete in (False, True):
        kallor = pd.DataFrame(
            [("adresser_a.csv", k, complete, True) for k in KOMMUNER],
            columns=["fil", "kommunkod", "fullstandig", "far_publiceras"],
        )
        got = decide(ADDRESSES, attach(ADDRESSES, rows, kallor, REGION, Ledger("x")), kallor, False)
        at_100 = got.share[:, PAIRS.index(("tillgang", 100))]
        assert (got.share[:, PAIRS.index(("tillgang", 30))] == 1).all()
        assert (at_100 == 0).all() if complete else np.isnan(at_100).all()


def test_a_row_beyond_reach_is_counted_by_file_and_row():
    table = tables(
        {
            "adress": [{"teknik": "fiber", "ned_mbit": 1000.0, "status": "tillgang", "andel": 1.0, "at": 0, "file": 0}]
            * 2
        }
    )["adress"]
    table.loc[1, "e_m"] += 5000
    empty = tables({"ruta": [], "omrade": []})
    kallor = pd.DataFrame(
        [("adresser_a.csv", "1401", False, True)], columns=["fil", "kommunkod", "fullstandig", "far_publiceras"]
    )
    ledger = Ledger("x")
    attach(ADDRESSES, {"adress": table, **empty}, kallor, REGION, ledger)
    lost = [e for e in ledger.entries if e.kind == "omatchad"]
    assert [(e.source, e.count, e.examples) for e in lost] == [("adresser_a.csv", 1, ("rad 3",))]
    assert "25 m" in lost[0].reason
