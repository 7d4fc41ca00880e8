import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.cell_grid import from_column_row
from pipelines.gaps import gap_areas

from .regions import Address, columns, counties, gap_cells

cells = st.lists(
    st.tuples(st.integers(1600, 1612), st.integers(26000, 26012), st.booleans()), max_size=40, unique_by=lambda c: c[:2]
)


@settings(max_examples=300, deadline=None)
@given(cells)
def test_components_equal_networkx_over_all_pairs(found):
    ids = from_column_row([c[0] for c in found], [c[1] for c in found])
    labels = gap_areas.components(ids, np.array([c[2] for c in found], dtype=bool))
    graph = nx.Graph()
    graph.add_nodes_from(range(len(found)))
    for i, (c, r, g) in enumerate(found):
        for j, (d, s, h) in enumerate(found):
            if g == h and max(abs(c - d), abs(r - s)) <= 2:
                graph.add_edge(i, j)
    expected = sorted(nx.connected_components(graph), key=lambda x: min(ids[i] for i in x))
    assert [set(np.flatnonzero(labels == k)) for k in range(len(expected))] == expected


def test_reach_is_two_cells_in_both_directions_whatever_lies_between():
    def together(dc, dr):
        return len(set(gap_areas.components(from_column_row([100, 100 + dc], [100, 100 + dr])).tolist())) == 1

    for dc in range(-4, 5):
        for dr in range(-4, 5):
            if (dc, dr) != (0, 0):
                assert together(dc, dr) == (abs(dc) <= 2 and abs(dr) <= 2), (dc, dr)


def test_the_last_row_of_a_column_is_not_beside_the_first_of_the_next():
    ids = from_column_row([100, 101, 102, 103], [200, 200 + 9, 200, 200 + 9])
    assert gap_areas.components(ids).tolist() == [0, 1, 0, 1]


@settings(max_examples=200, deadline=None)
@given(counties)
def test_areas_of_addresses_equal_brute_force(rows):
    where, p, _ = columns(rows)
    found = gap_areas.find(where.cells, where.cell, p < 0.5, where.modelled)
    mine = {frozenset(found.cells[found.cell_area == k].tolist()) for k in range(found.count)}
    theirs = {frozenset(c * 250 * 10**7 + r * 250 for c, r in x) for x in gap_cells(rows)}
    assert mine == theirs
    for a, k in zip(rows, found.address_area, strict=True):
        assert (k >= 0) == any(a.cell in x for x in gap_cells(rows))
    for k in range(found.count):
        levels = {a.level == "statistik" for a, m in zip(rows, found.address_area, strict=True) if m == k}
        assert found.modelled[k] == (True in levels)


def test_measured_and_modelled_neighbours_stay_apart_even_side_by_side():
    rows = [
        Address(400_100, 6_500_100, 0.0, level="adress"),
        Address(400_300, 6_500_100, 0.2, level="statistik"),
        Address(400_600, 6_500_100, 0.0, level="adress"),
    ]
    where, p, _ = columns(rows)
    found = gap_areas.find(where.cells, where.cell, p < 0.5, where.modelled)
    assert found.address_area.tolist() == [0, 1, 0]
    assert found.modelled.tolist() == [False, True]


def test_a_covered_modelled_address_makes_its_cell_modelled():
    rows = [Address(400_100, 6_500_100, 0.0), Address(400_120, 6_500_100, 0.9, level="statistik")]
    where, p, _ = columns(rows)
    assert gap_areas.find(where.cells, where.cell, p < 0.5, where.modelled).modelled.tolist() == [True]


def _areas(spec):
    """Areas from (rutid, area, addresses utan)."""
    spec = sorted(spec)
    return gap_areas.GapAreas(
        max(a for _, a, _ in spec) + 1,
        np.array([r for r, _, _ in spec]),
        np.array([a for _, a, _ in spec]),
        np.array([n for _, _, n in spec]),
        np.zeros(0, dtype=np.int64),
        np.zeros(0, dtype=bool),
    )


C1, C2, C3, C4 = 4000006500000, 4000006500250, 4002506500000, 4002506500250


def test_id_is_the_cell_with_most_uncovered_and_ties_go_to_the_lowest():
    found = _areas([(C1, 0, 1), (C2, 0, 3), (C3, 1, 2), (C4, 1, 2)])
    assert gap_areas.own_ids(found, 100, "passerad").tolist() == [
        "100-passerad-4000006500250",
        "100-passerad-4002506500000",
    ]


def _inherit(found, earlier):
    own = gap_areas.own_ids(found, 30, "tillgang")
    return list(gap_areas.inherited_ids(found, own, pd.DataFrame(earlier, columns=["rutid", "bristomrade_id"])))


def test_an_area_keeps_the_id_it_had_though_its_heaviest_cell_moved():
    found = _areas([(C1, 0, 1), (C2, 0, 9)])
    assert _inherit(found, [(C1, "30-tillgang-4000006500000")]) == ["30-tillgang-4000006500000"]


def test_a_split_area_gives_its_id_to_the_larger_part_and_the_other_gets_a_free_one():
    found = _areas([(C1, 0, 5), (C3, 1, 1), (C4, 1, 1)])
    earlier = [(c, "30-tillgang-4000006500000") for c in (C1, C3, C4)]
    assert _inherit(found, earlier) == ["30-tillgang-4000006500000-2", "30-tillgang-4000006500000"]


def test_merged_areas_take_the_id_with_most_shared_cells():
    found = _areas([(C1, 0, 1), (C2, 0, 1), (C3, 0, 1)])
    assert _inherit(found, [(C1, "30-tillgang-a"), (C2, "30-tillgang-b"), (C3, "30-tillgang-b")]) == ["30-tillgang-b"]


def test_without_anything_shared_the_own_id_stands():
    assert _inherit(_areas([(C1, 0, 1)]), [(C4, "30-tillgang-x")]) == ["30-tillgang-4000006500000"]


@settings(max_examples=100, deadline=None)
@given(counties, counties)
def test_inherited_ids_are_unique(before, after):
    ids = []
    for rows, earlier in ((before, None), (after, True)):
        where, p, _ = columns(rows)
        found = gap_areas.find(where.cells, where.cell, p < 0.5, where.modelled)
        own = gap_areas.own_ids(found, 30, "tillgang")
        if earlier:
            table = pd.DataFrame({"rutid": ids[0][0].cells, "bristomrade_id": ids[0][1][ids[0][0].cell_area]})
            own = gap_areas.inherited_ids(found, own, table)
        assert len(set(own)) == found.count
        ids.append((found, own))
