"""The list for PTS against a recount by hand of small random counties."""

import itertools
import math

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.ledger import Ledger
from pipelines.goals.priority_list import in_tatort, priority_list
from pipelines.tables.source_tables import BYGGNADSFORTECKNING

from .regions import REGION

CEILING = 50_000.0
RULE = REGION.pts_prioritering.model_copy(update={"kostnadstak_sek_per_byggnad": CEILING, "matt": "tillgang"})
HERE = REGION.model_copy(update={"pts_prioritering": RULE})
CELLS = [4000006500000 + 1000 * 10**7 * i for i in range(4)]
COSTS = st.sampled_from([20e3, 50e3, 55e3, 70e3, 95e3, 101e3, float("nan")])
NO_LIST = pd.DataFrame(columns=BYGGNADSFORTECKNING.names)
STICK_M = 40.0
GLES = REGION.kostnad.schakt_gles_sek_per_m.mitt
ADDRESSES = st.sampled_from(
    list(
        itertools.product(
            range(4),
            [0.0, 0.3, 0.49, 0.5, 1.0],
            [0.0, 1.0, 2.5],
            ["tatort", "smaort", "utanfor"],
            [False, True],
            ["adress", "statistik"],
        )
    )
)


def _tables(rows, costs):
    ids = [f"a{i:03}" for i in range(len(rows))]
    points = pd.DataFrame(
        {
            "adress_id": ids,
            "kommunkod": "1480",
            "omradestyp": "glesbebyggt",
            "rutid": np.array([CELLS[r[0]] for r in rows], dtype=np.int64),
            "ortstyp": [r[3] for r in rows],
            "e_m": 0.0,
            "n_m": 0.0,
        }
    )
    people = pd.DataFrame({"hushall": [r[2] for r in rows]})
    coverage = pd.DataFrame(
        {
            "planerad": [r[4] for r in rows],
            "sannolikhet_tillgang_100": [r[1] for r in rows],
            "underlag_tillgang_100": [r[5] for r in rows],
        }
    )
    # Support per eligible address is ``costs``: the trench along roads and the fixed cost, over all that are connected.
    # What is on the plot comes on top, and must not be seen.
    connected = [sum(r[0] == i and r[1] < 0.5 for r in rows) for i in range(3)]
    plot = REGION.kostnad.anslutning_sek_per_adress.mitt
    # Only the first three cells belong to projects; other thresholds and measures must not disturb.
    level = {"troskel_mbit": 100, "matt": "tillgang"}
    projects = pd.DataFrame(
        {
            "projekt_id": [f"100-tillgang-{c}" for c in CELLS[:3]],
            "namn": ["Ön", "Viken", "Berget"],
            **level,
            "kommunkod": "1480",
            "kommunnamn": "Göteborg",
            "modellerad": False,
            "prioritet": [3, 1, 2],
            "adresser": connected,
            "schakt_stick_m": STICK_M,
            "kostnad_sek": [(c + plot) * n + STICK_M * GLES for c, n in zip(costs, connected, strict=True)],
        }
    )
    own = [(f"100-tillgang-{CELLS[r[0]]}", i) for i, r in zip(ids, rows, strict=True) if r[0] < 3 and r[1] < 0.5]
    members = pd.DataFrame(own, columns=["projekt_id", "adress_id"], dtype="str").assign(**level)
    other = {"troskel_mbit": 1000, "projekt_id": "1000-tillgang-1"}
    members = pd.concat([members.assign(**other), members], ignore_index=True)
    projects = projects[projects["adresser"] > 0]
    projects = pd.concat([projects.assign(**other).iloc[:1], projects], ignore_index=True)
    return points, people, coverage, members, projects, NO_LIST


def _counted(rows):
    """Cell, support share and households of each eligible address with households; by hand."""
    able = [r[1] < 0.5 and r[3] != "tatort" and not r[4] for r in rows]
    return able, {f"a{i:03}": r for i, r in enumerate(rows) if able[i] and r[2] > 0}


def _figures(rows, costs):
    """What PTS compares in each area: the eligible addresses' part of the cost, by those of them with households."""
    able, counted = _counted(rows)
    out = []
    for i in range(3):
        homes = sum(r[0] == i for r in counted.values())
        asked = costs[i] * sum(a and r[0] == i for a, r in zip(able, rows, strict=True))
        out.append(asked / homes if homes else math.nan)
    return out


@settings(max_examples=150, deadline=None)
@given(st.lists(ADDRESSES, min_size=1, max_size=60), st.lists(COSTS, min_size=3, max_size=3))
def test_the_list_keeps_every_rule(rows, costs):
    got = priority_list(*_tables(rows, costs), HERE, Ledger("goals"))
    eligible = {
        f"a{i:03}": (cell, homes * (1 - p), level)
        for i, (cell, p, homes, place, planned, level) in enumerate(rows)
        if p < 0.5 and homes > 0 and place != "tatort" and not planned
    }
    listed = got.adresser
    chosen = listed[listed["prioriterad"] == "ja"]
    assert set(listed["adress_id"]) <= set(eligible)
    assert got.fakta["stodberattigade"] == len(eligible)
    assert got.fakta["varav_modellerade"] == sum(x[2] == "statistik" for x in eligible.values())
    assert len(chosen) <= got.fakta["far_prioriteras"] == math.floor(3 * len(eligible) / 10)
    per_project = chosen.groupby("projekt_id").size()
    assert (per_project <= 25).all()
    cost = dict(zip((f"100-tillgang-{c}" for c in CELLS), _figures(rows, costs), strict=False))
    for area, number in per_project.items():
        assert cost[area] * (100 - 2 * number) <= 100 * CEILING * (1 + 1e-9)
        assert cost[area] * (100 - 2 * (number - 1)) > 100 * CEILING  # one fewer would not do
        own = sorted(
            (-without, name) for name, (cell, without, _) in eligible.items() if f"100-tillgang-{CELLS[cell]}" == area
        )
        here = listed[listed["projekt_id"] == area]
        assert here["adress_id"].tolist() == [name for _, name in own]
        assert (here["prioriterad"] == "ja").tolist() == [i < number for i in range(len(own))]


@settings(max_examples=50, deadline=None)
@given(st.lists(ADDRESSES, min_size=1, max_size=60), st.lists(COSTS, min_size=3, max_size=3))
def test_every_project_with_eligible_addresses_is_told_with_its_reason(rows, costs):
    got = priority_list(*_tables(rows, costs), HERE, Ledger("goals"))
    costs = _figures(rows, costs)
    table = got.projekt.set_index("projekt_id")
    for i, area in enumerate(f"100-tillgang-{c}" for c in CELLS[:3]):
        number = sum(
            c == i and p < 0.5 and homes > 0 and place != "tatort" and not planned
            for c, p, homes, place, planned, _ in rows
        )
        assert (area in table.index) == (number > 0)
        if not number:
            continue
        row = table.loc[area]
        assert row["stodberattigade"] == number
        need = next((k for k in range(26) if costs[i] * (100 - 2 * k) <= 100 * CEILING), None)
        if math.isnan(costs[i]):
            assert row["skal"] == "kostnad_okand"
        elif need == 0:
            assert row["skal"] == "under_taket"
        elif need is None or need > number:
            assert row["skal"] == "over_taket"
            assert pd.isna(row["behov"])
        else:
            assert row["skal"] in ("prioriteras", "ryms_inte")
            assert row["behov"] == need
        assert row["prioriterade"] == (need if row["skal"] == "prioriteras" else 0)


def test_without_locality_polygons_the_dense_addresses_count_as_in_a_tatort():
    points = pd.DataFrame(
        {"ortstyp": ["okand", "okand", "smaort"], "omradestyp": ["tatbebyggt", "glesbebyggt", "tatbebyggt"]}
    )
    assert in_tatort(points).tolist() == [True, False, False]
