import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.gaps import edition_change

from .regions import counties, gap_cells
from .test_measure import gaps


def _grid(rows):
    frame = pd.DataFrame(rows, columns=["rutid_scb", "adresser", "hushall", "utan", "underlag"])
    for t in (30, 100, 1000):
        share = (frame["utan"] / frame["hushall"].where(frame["hushall"] > 0)).fillna(1.0)
        frame[f"adresser_utan_{t}"] = frame[f"adresser_ej_passerade_{t}"] = share * frame["adresser"]
        frame[f"hushall_utan_{t}"] = frame[f"hushall_ej_passerade_{t}"] = frame["utan"]
        frame[f"underlag_{t}"] = frame["underlag"]
    return frame.drop(columns=["utan", "underlag"])


BEFORE = _grid(
    [
        ("a", 2, 4.0, 4.0, "adress"),  # gets fibre
        ("b", 2, 4.0, 0.0, "adress"),  # loses it
        ("c", 2, 4.0, 1.0, "statistik"),  # as before
        ("d", 1, 2.0, 2.0, "adress"),  # torn down
        ("f", 2, 4.0, 4.0, "adress"),  # grows, still without
        ("g", 0, 0.0, 0.0, "ingen"),  # empty in both
        ("h", 4, 4.0, 0.0, "adress"),  # one of four loses it, and one more is built without
        ("i", 4, 4.0, 2.0, "adress"),  # a new house with fibre makes nobody newly covered
        ("k", 2, 0.0, 0.0, "adress"),  # nobody lives there
    ]
)
AFTER = _grid(
    [
        ("a", 2, 4.0, 0.0, "adress"),
        ("b", 2, 4.0, 2.0, "adress"),
        ("c", 2, 4.0, 1.0, "statistik"),
        ("e", 1, 3.0, 3.0, "adress"),  # built since
        ("f", 3, 6.0, 6.0, "adress"),
        ("g", 0, 0.0, 0.0, "ingen"),
        ("h", 5, 5.0, 2.0, "adress"),
        ("i", 5, 5.0, 2.0, "adress"),
        ("k", 2, 3.0, 3.0, "blandat"),
    ]
)


def test_cells_won_lost_unchanged_built_and_gone_by_hand():
    got = edition_change.cells(BEFORE, AFTER)
    assert len(got) == 6 * 9
    one = got[(got["troskel_mbit"] == 100) & (got["matt"] == "passerad")].set_index("rutid_scb")
    assert one["forandring"].to_dict() == {
        "a": "nytackt",
        "b": "forlorad",
        "c": "oforandrad",
        "d": "borta",
        "e": "ny_ruta",
        "f": "oforandrad",
        "h": "forlorad",
        "i": "oforandrad",
        "k": "oforandrad",
    }
    parts = one[["hushall_nytackta", "hushall_forlorade", "hushall_antal"]]
    assert parts.loc["a"].tolist() == [4, 0, 0]
    assert parts.loc["b"].tolist() == [0, 2, 0]
    assert parts.loc["c"].tolist() == [0, 0, 0]
    assert parts.loc["d"].tolist() == [0, 0, -2]
    assert parts.loc["e"].tolist() == [0, 0, 3]
    assert parts.loc["f"].tolist() == [0, 0, 2]  # a new house without fibre is not lost coverage
    assert parts.loc["h"].tolist() == [0, 1, 1]
    assert parts.loc["i"].tolist() == [0, 0, 0]
    assert parts.loc["k"].tolist() == [0, 0, 3]
    assert one["modellerad"].to_dict() == {x: x in "ck" for x in "abcdefhik"}
    assert (one.loc["b", "andel_fore_pct"], one.loc["b", "andel_efter_pct"]) == (100, 50)


shares = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.floats(0, 5), st.floats(0, 1)),
    max_size=10,
    unique_by=lambda r: r[0],
)


@settings(max_examples=25, deadline=None)
@given(shares, shares)
def test_what_coverage_did_and_what_people_did_is_the_whole_change(first, second):
    def grid(rows):
        return _grid([(str(i), n, h if n else 0.0, (h if n else 0.0) * s, "adress") for i, n, h, s in rows])

    before, after = grid(first), grid(second)
    got = edition_change.cells(before, after)
    for t in (30, 100, 1000):
        one = got[(got["troskel_mbit"] == t) & (got["matt"] == "tillgang")]
        total = after[f"hushall_utan_{t}"].sum() - before[f"hushall_utan_{t}"].sum()
        summed = one["hushall_forlorade"] - one["hushall_nytackta"] + one["hushall_antal"]
        assert summed.sum() == pytest.approx(total, abs=1e-9)
        assert (one[["hushall_nytackta", "hushall_forlorade"]] >= 0).all().all()


@pytest.mark.parametrize("built", [True, False])
def test_never_more_won_or_lost_than_there_was(built):
    """Every cell of up to three addresses of each fate, one household each; that they are summed is all there is.

    Addresses only come (built) or only go: where both happen at once, a cell's sums cannot tell them from a change.
    """
    fates = np.array(list(itertools.product(range(4), repeat=6)))
    lost, won, _, never, extra, extra_without = fates.T  # the third have coverage in both editions

    def grid(without, there):
        n = fates[:, :4].sum(axis=1) + there * (extra + extra_without)
        lacking = (without + there * extra_without).astype(float)
        one = {"rutid_scb": np.arange(len(n)).astype(str), "adresser": n, "hushall": n.astype(float)}
        return _grid(pd.DataFrame({**one, "utan": lacking, "underlag": "adress"}))

    got = edition_change.cells(grid(won + never, not built), grid(lost + never, built))
    got = got[(got["troskel_mbit"] == 100) & (got["matt"] == "tillgang")].set_index("rutid_scb")
    here = got.index.astype(int)
    assert sorted(here) == np.flatnonzero(fates.sum(axis=1)).tolist()
    assert (got["hushall_forlorade"] <= lost[here] + 1e-9).all()
    assert (got["hushall_nytackta"] <= won[here] + 1e-9).all()
    same = (extra + extra_without == 0)[here]
    net = got["hushall_forlorade"] - got["hushall_nytackta"]
    assert net[same].to_numpy() == pytest.approx((lost - won)[here[same]])


def test_each_threshold_has_an_underlag_of_its_own():
    before = BEFORE.assign(underlag_1000="adress", underlag_30="blandat")
    got = edition_change.cells(before, AFTER.assign(underlag_1000="ruta", underlag_30="adress"))
    assert not got.loc[got["troskel_mbit"] == 1000, "modellerad"].any()
    lives_before = got["troskel_mbit"].eq(30) & got["rutid_scb"].ne("e")
    assert got.loc[lives_before, "modellerad"].all()


def test_kommuner_in_percentage_points():
    def table(x):
        names = [f"andel_{p}{t}_pct" for t in (30, 100, 1000) for p in ("", "passerade_")]
        return pd.DataFrame({"kommunkod": ["1480"], **{name: [x] for name in names}})

    got = edition_change.kommuner(table(90.0), table(91.5))
    assert len(got) == 6
    assert got["forandring_pe"].tolist() == pytest.approx([1.5] * 6)
    alone = edition_change.kommuner(table(90.0), table(90.0).assign(kommunkod="1490"))
    assert alone["forandring_pe"].isna().all()


def _cells(spec):
    frame = pd.DataFrame(spec, columns=["bristomrade_id", "rutid_scb", "adresser_klassade"])
    return frame.assign(troskel_mbit=100, matt="tillgang")


def test_areas_closed_new_shrunk_grown_split_and_merged_by_hand():
    before = _cells(
        [
            ("closed", "c1", 2),
            ("shrunk", "s1", 3),
            ("shrunk", "s2", 1),
            ("grown", "g1", 1),
            ("same", "x", 4),
            ("split", "p1", 2),
            ("split", "p2", 2),
            ("m1", "m1", 1),
            ("m2", "m2", 2),
            ("moved", "v1", 2),
            ("moved", "v2", 1),
        ]
    )
    after = _cells(
        [
            ("other", "s1", 2),
            ("grown", "g1", 1),
            ("grown", "g2", 1),
            ("same", "x", 4),
            ("pa", "p1", 2),
            ("pb", "p2", 2),
            ("m", "m1", 1),
            ("m", "m2", 2),
            ("new", "n1", 7),
            ("moved", "v1", 1),
            ("moved", "v2", 2),
        ]
    )
    got = {(r.fore, r.efter): r for r in edition_change.gap_areas(before, after).itertuples()}
    assert {k: r.forandring for k, r in got.items()} == {
        ("closed", ""): "stangt",
        ("shrunk", "other"): "krympt",  # by cells, whatever it is called
        ("grown", "grown"): "vuxit",
        ("same", "same"): "oforandrat",
        ("split", "pa,pb"): "oforandrat",
        ("m1,m2", "m"): "oforandrat",
        ("", "new"): "nytt",
        ("moved", "moved"): "andrat",  # one address won, another lost: not the same as nothing
    }
    shrunk = got["shrunk", "other"]
    assert (shrunk.adresser_fore, shrunk.adresser_efter, shrunk.rutor_fore, shrunk.rutor_efter) == (4, 2, 2, 1)
    assert (shrunk.adresser_minskat, shrunk.adresser_okat) == (2, 0)
    moved = got["moved", "moved"]
    assert (moved.adresser_minskat, moved.adresser_okat) == (1, 1)


@settings(max_examples=25, deadline=None)
@given(counties, counties)
def test_every_area_of_both_editions_stands_in_exactly_one_row(first, second):
    before, after = gaps(first).rutor, gaps(second).rutor
    got = edition_change.gap_areas(before, after)
    for side, cells, rows in (("fore", before, first), ("efter", after, second)):
        listed = [x for joined in got[side] if joined for x in joined.split(",")]
        assert sorted(listed) == sorted(set(cells["bristomrade_id"]))
        assert len(listed) == len(gap_cells(rows))
        assert got[f"adresser_{side}"].sum() == sum(a.utan for a in rows)
        assert got[f"rutor_{side}"].sum() == len({a.cell for a in rows if a.utan})
    same = edition_change.gap_areas(before, before)
    assert set(same["forandring"]) <= {"oforandrat"}
