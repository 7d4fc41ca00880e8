"""Projects of one level: every address once, sums, trench and cost by hand and by brute force, names, intervals."""

from __future__ import annotations

import itertools
import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.config.projects import Projekt
from pipelines.core import files
from pipelines.core.ledger import load as load_ledger
from pipelines.core.level import Level
from pipelines.gaps.trench_ground import ground
from pipelines.people.households import SHARED
from pipelines.projects import find_projects, household_interval, in_plan
from pipelines.projects.costed_projects import PlaceNames, measure
from pipelines.projects.project_names import names
from pipelines.tables import contracts, project_tables
from tests.stages.gaps.regions import REGION, Address, columns, counties, dry, trench_m
from tests.stages.gaps.test_measure import HAND
from tests.stages.gaps.test_stage import _hand_tables, _write

from .made_projects import ALONE, made

POISSON = (1 - household_interval.ALIKE) / SHARED
"""Variance per household with which placement varies as a Poisson number does."""
LEVEL = Level("tillgang", 1000)
TABLES = ("projekt", "projekt_adresser", "projekt_schakt", "bristkurva")


@settings(max_examples=150, deadline=None)
@given(counties, st.integers(1, 4), st.integers(0, 6), st.sampled_from([0.0, 100.0, 800.0]))
def test_every_address_utan_is_in_one_project_and_each_costs_as_its_own_tree(rows, least, more, farthest):
    found = made(rows, minsta_byggnader=least, storsta_byggnader=max(2, least + more), storsta_avstand_m=farthest)
    members, projects = found.adresser, found.projekt
    assert sorted(members["adress"]) == [i for i, a in enumerate(rows) if a.utan]
    assert set(members["projekt_id"]) == set(projects["projekt_id"]) and projects["projekt_id"].is_unique
    assert projects["namn"].is_unique
    assert sorted(projects["prioritet"]) == list(range(1, len(projects) + 1))
    covered = [a for a in rows if not a.utan]
    rates = REGION.kostnad
    for row in projects.itertuples():
        own = [rows[i] for i in members.loc[members["projekt_id"] == row.projekt_id, "adress"]]
        assert row.adresser == len(own) <= max(2, least + more)
        assert row.hushall_utan == pytest.approx(sum(a.households * (1 - a.p) for a in own))
        assert row.hushall_utan_lag <= row.hushall_utan <= row.hushall_utan_hog or row.hushall_utan_hog < 1
        assert row.kommuner == ",".join(sorted({a.kommun for a in own}))
        assert row.rutor == len({a.cell for a in own}) and row.geometry.area == 62_500 * row.rutor
        assert row.modellerad == any(a.level == "statistik" for a in own)
        if not covered:
            assert math.isnan(row.kostnad_sek) and math.isnan(row.schakt_m) and row.andel_i_plan == 0
            continue
        metres = trench_m(own, covered)
        tat = sum(a.klass == "tatbebyggt" for a in own) / len(own)
        per_m = tat * rates.schakt_tat_sek_per_m.mitt + (1 - tat) * rates.schakt_gles_sek_per_m.mitt
        cost = metres * rates.omvagsfaktor.mitt * per_m + 10_000 * len(own) + 75_000
        assert row.schakt_m == pytest.approx(metres, abs=1e-6)
        assert row.kostnad_sek == pytest.approx(cost)


def test_the_example_by_hand():
    """A, B and C hang together; D and E stand on one point, 2 702 m away."""
    rows = list(HAND.values())
    found = made(rows, minsta_byggnader=1).projekt
    assert found["adresser"].tolist() == [3, 2]
    assert found["projekt_id"].tolist() == [
        "projekt-1000-tillgang-4002506500000",
        "projekt-1000-tillgang-4030006500000",
    ]
    assert found["schakt_m"].tolist() == pytest.approx([950, 1200])
    assert found["kostnad_sek"].tolist() == pytest.approx([376_700, 1_031_000])
    assert found["hushall_utan"].tolist() == pytest.approx([4, 2])  # F, in a cell of the area, is no address utan
    assert found["kostnad_per_hushall_sek"].tolist() == pytest.approx([94_175, 515_500])
    # Two are too few, and 2 701 m is too far: they stay two projects. A metre more, and they are one.
    apart = math.hypot(2700, 100)
    assert len(made(rows, storsta_avstand_m=apart - 1).projekt) == 2
    one = made(rows, storsta_avstand_m=apart + 1).projekt
    assert one["adresser"].tolist() == [5] and one["schakt_m"].tolist() == pytest.approx([2150])
    # at most two buildings: the chain is cut where it leaves most on both sides, and C alone goes with nobody
    small = made(rows, minsta_byggnader=2, storsta_byggnader=2, storsta_avstand_m=0.0).projekt
    assert sorted(small["adresser"]) == [1, 2, 2]


def test_a_kommun_border_keeps_apart_what_is_merged_but_not_what_one_trench_joins():
    row = [Address(400_000 + 300 * i, 6_500_000, 0.0, kommun="1480" if i < 3 else "1490") for i in range(6)]
    far = [Address(400_000, 6_520_000, 1.0)]
    joined = made(row + far).projekt
    assert joined["kommuner"].tolist() == ["1480,1490"] and joined["kommunkod"].tolist() == ["1480"]
    between = [Address(400_000 + 300 * i + 150, 6_500_000, 1.0) for i in range(6)]  # each hangs by the net
    assert sorted(made(row + between).projekt["kommuner"]) == ["1480", "1490"]


def test_projects_in_one_cell_have_ids_of_their_own():
    rows = [Address(400_000 + 60 * i, 6_500_010, 0.0, 1.0 + i) for i in range(4)]
    rows += [Address(400_020 + 60 * i, 6_500_010, 1.0) for i in range(4)]
    ids = made(rows, storsta_avstand_m=0.0).projekt["projekt_id"]
    assert sorted(ids) == [f"projekt-1000-tillgang-4000006500000{x}" for x in ("", "-2", "-3", "-4")]


def test_water_between_keeps_apart():
    rows = [Address(400_000, 6_500_000, 0.0), Address(400_000, 6_500_060, 1.0)]
    rows += [Address(400_600, 6_500_000, 0.0), Address(400_600, 6_500_060, 1.0)]
    where, p, _ = columns(rows)
    empty = np.full(4, "", dtype=object)
    called = PlaceNames(empty, empty, lambda xy: np.full(len(xy), "", dtype=object))
    for wide, expected in ((40, 1), (60, 2)):
        lake = np.array([shapely.box(400_300, 6_490_000, 400_300 + wide, 6_510_000)], dtype=object)
        none = gpd.GeoDataFrame({"klass": [], "niva": [], "namn": []}, geometry=[])
        under = ground(none, lake, REGION.kostnad, REGION.vagar, where.e_m, where.n_m)
        assert len(measure(where, p, LEVEL, REGION, under, called, ALONE).projekt) == expected


def test_names_people_know_and_no_two_alike():
    project = np.array([0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6])
    ort = np.array(["Ed", "Ed", "", "", "Ed", "Ed", "", "", "", "", ""])
    area = np.array(["", "Ågatan", "Ågatan", "Lund", "Lund", "Torget", "Lund", "Lund", "", "", ""])
    nearest = np.array(["Ed", "Ed", "Ed", "Bo", "Ed", "Ed", ""])
    kommun = np.array(["Dals-Ed"] * 3 + ["Mark"] * 4)
    assert names(project, 7, ort, area, nearest, kommun).tolist() == [
        "Ed, Ågatan",
        "Lund vid Ed",  # as many in no locality as in one: by the alphabet none comes first
        "Ed, Torget",
        "Lund vid Bo",
        "Landsbygd vid Ed",
        "Landsbygd vid Ed 2",
        "Landsbygd i Mark",
    ]


def test_the_variance_is_that_of_poisson_households_at_addresses_that_may_lack():
    """Households N ~ Poisson(h) at an address that lacks coverage with probability q: every outcome weighed."""
    h, q = np.array([0.5, 2.0]), np.array([0.3, 0.9])
    each = []
    for hh, qq in zip(h, q, strict=True):
        chance = [
            (n * x, math.exp(-hh) * hh**n / math.factorial(n) * (qq if x else 1 - qq))
            for n in range(40)
            for x in (0, 1)
        ]
        mean = sum(v * w for v, w in chance)
        each.append(sum((v - mean) ** 2 * w for v, w in chance))
    one, kind = np.zeros(2, np.int64), np.array([0, 1])
    found = household_interval.variance(one, 1, h, q, h * POISSON, np.zeros(2, np.bool_), kind, np.array([0.4, 0.7]))
    assert found[0] == pytest.approx(sum(each))


def test_modelled_neighbours_share_their_fate_as_far_as_they_go_together():
    """All correlations by hand: Σ over pairs of one class of r h s h s, and each address's own."""
    h, q = np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.5, 0.8, 0.1, 0.4])
    kind, r = np.array([0, 0, 1, 1]), np.array([0.25, 0.6])
    modelled = np.array([True, True, True, False])
    s = h * np.sqrt(q * (1 - q))
    wanted = float((s**2).sum() + (h * q).sum())
    for i, j in itertools.permutations(range(4), 2):
        if modelled[i] and modelled[j] and kind[i] == kind[j]:
            wanted += r[kind[i]] * s[i] * s[j]
    found = household_interval.variance(np.zeros(4, np.int64), 1, h, q, h * POISSON, modelled, kind, r)
    assert found[0] == pytest.approx(wanted)


def test_a_certain_plan_takes_a_project_always_or_never_and_a_tie_half_the_time():
    rule = Projekt(budget_sek=100.0, dragningar=2000)
    homes, sure = np.array([10.0, 10.0, 5.0, 0.0, 3.0]), np.full(5, 1e-9)
    cost = np.array([60.0, 50.0, 40.0, 1.0, np.inf])
    share = in_plan.share(homes, sure, homes, np.zeros(5, np.bool_), (cost,) * 3, rule)
    assert share.tolist() == [0, 1, 1, 0, 0]  # 50 and 40; 60 does not fit beside 50; nobody; unknown
    doubt = np.arange(5) == 1
    assert in_plan.share(homes, sure, homes, doubt, (cost,) * 3, rule).tolist() == [1, 0, 1, 0, 0]  # 50 comes last
    dear = rule.model_copy(update={"stoppris_sek_per_hushall": 5.5})
    assert in_plan.share(homes, sure, homes, doubt < 0, (cost,) * 3, dear).tolist() == [0, 1, 0, 0, 0]
    two, money, no = np.full(2, 10.0), np.full(2, 80.0), np.zeros(2, np.bool_)
    even = in_plan.share(two, np.full(2, 4.0), two, no, (money,) * 3, rule)
    assert even.sum() == 1 and even[0] == pytest.approx(0.5, abs=0.05)
    assert (even == in_plan.share(two, np.full(2, 4.0), two, no, (money,) * 3, rule)).all()


def test_nine_costs_in_ten_lie_within_their_ends():
    """A budget at the high end takes the only project 95 times in 100; one at the low end 5."""
    one, sure, rule = np.ones(1), np.full(1, 1e-9), {"dragningar": 4000}
    low, middle, high = np.array([50.0]), np.array([100.0]), np.array([300.0])
    for budget, wanted in ((50.0, 0.05), (100.0, 0.5), (300.0, 0.95)):
        found = in_plan.share(one, sure, one, one < 0, (low, middle, high), Projekt(budget_sek=budget, **rule))
        assert found[0] == pytest.approx(wanted, abs=0.02)


def test_the_stage_writes_both_tables_alike_every_time(tmp_path):
    paths = _write(tmp_path, *_hand_tables(list(HAND.values())))
    town = gpd.GeoDataFrame(
        {"typ": ["smaort"], "kod": ["1"], "namn": ["Ed"]},
        geometry=[shapely.box(400_350, 6_500_000, 400_500, 6_501_500)],
    )
    town = town.set_geometry(shapely.multipolygons([[x] for x in town.geometry])).set_crs(3006)
    files.write_polygons(town.astype({"typ": "str", "kod": "str", "namn": "str"}), paths.table("orter"))
    find_projects.run(REGION, paths)
    first = [paths.table(n).read_bytes() for n in TABLES]
    projects = files.read_polygons(paths.table("projekt"))
    contracts.check(projects, project_tables.PROJEKT)
    assert projects["namn"].tolist() == ["Ed", "Landsbygd vid Ed"] * 2
    members = files.read_table(paths.table("projekt_adresser"))
    assert members[members["matt"] == "tillgang"]["adress_id"].tolist() == ["id0", "id1", "id2", "id5", "id6"]
    facts = load_ledger(paths.ledger("gaps")).facts["projekt"]
    assert facts["1000_tillgang"]["projekt"] == 2 and facts["30_tillgang"]["projekt"] == 0
    find_projects.run(REGION, paths)
    assert [paths.table(n).read_bytes() for n in TABLES] == first


def test_what_lists_may_have_forgotten_is_looked_up_first() -> None:
    """Two lone houses by a list: the cheaper is perhaps covered (p = 0.3), so it comes last and is counted."""

    def made(chance: float, certain: float = 0.0) -> list[tuple[int, float]]:
        near = [Address(312_000, 6_400_000, 1.0), Address(312_060, 6_400_000, chance)]
        near += [Address(312_061, 6_400_000, 0.0, certain)] if certain else []
        rows = [*near, Address(318_000, 6_400_000, 1.0), Address(318_400, 6_400_000, 0.0)]
        where, p, _ = columns(rows)
        empty = np.full(len(p), "", dtype=object)
        called = PlaceNames(empty, empty, lambda xy: np.full(len(xy), "", dtype=object))
        table = measure(where, p, Level("passerad", 1000), REGION, dry(where), called, np.zeros(2)).projekt
        return list(zip(table["kontrolleras"].tolist(), table["kostnad_per_hushall_sek"].tolist(), strict=True))

    (first, dear), (second, cheap) = made(0.3)
    assert (first, second) == (0, 1) and dear > cheap
    # With a certain house beside, however little of a household, the list cannot have forgotten it all.
    for certain in (1.0, 0.2):
        (first, cheap), (second, dear) = made(0.3, certain)
        assert (first, second) == (1, 0) and dear > cheap
    (first, cheap), (second, dear) = made(0.0)
    assert (first, second) == (0, 0) and dear > cheap
