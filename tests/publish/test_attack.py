"""The attack: all that is published, all that can be looked up, and earlier editions narrow no suppressed count."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement, pairwise, product

import numpy as np
import pandas as pd
import pytest

from pipelines.core import classes
from pipelines.disclosure import withheld
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, LAN_OPPNA, RUTNAT_250M
from tests.publish import worlds
from tests.publish.adversary import CLASS, LEVELS, PAIRS, SUMS, WITHOUT, Knowledge, attack, counts_left, narrowed, told
from tests.publish.worlds import T, World

G = worlds.REGION.publicering.undertryckningsgrans
KNOWS = ("kanda", "kvadrat", "okanda")
CASES = [
    (shape, kind, seed)
    for seed, (shape, kind) in enumerate(
        [
            ((1,), "blandat"),
            ((2,), "blandat"),
            ((3, 1), "blandat"),
            ((8,), "blandat"),
            ((12, 5), "blandat"),
            ((4,), "ett_hushall"),
            ((1, 1), "ett_hushall"),
            ((6, 3), "alla_utom_ett"),
            ((10,), "alla_utom_ett"),
            ((14,), "statistik"),
            ((3,), "statistik"),
            ((60, 30), "alla_utom_ett"),
            ((25, 9), "blandat"),
            ((90, 40), "statistik"),
        ]
    )
]


@lru_cache
def published(seed: int, shape: tuple[int, ...], kind: str, *, areas: bool = False) -> dict[str, pd.DataFrame]:
    """Return what is published of a random county."""
    return worlds.publish(worlds.world(seed, shape, kind), areas=areas)


def exact(w: World, code: str, name: str) -> float:
    own = w.cells[w.cells["kommunkod"] == code]
    name, _, of = name.rpartition(" ")
    return float(own["h"].sum() - own[of].sum()) if name else float(own[of].sum())


# One edition.


@pytest.mark.parametrize("knows", KNOWS)
@pytest.mark.parametrize(("shape", "kind", "seed"), CASES)
def test_nothing_is_recovered_of_one_edition(shape, kind, seed, knows):
    for more in range(3):
        found = attack([published(100 * seed + more, shape, kind)], G, Knowledge(households=knows))
        assert not found.attrs["omojliga"]
        assert narrowed(found).empty, narrowed(found).to_string()


@pytest.mark.parametrize("knows", KNOWS)
@pytest.mark.parametrize(("shape", "kind", "seed"), [c for c in CASES if sum(c[0]) > 7])
def test_nothing_is_recovered_with_the_gap_areas_and_projects(shape, kind, seed, knows):
    found = attack([published(100 * seed, shape, kind, areas=True)], G, Knowledge(households=knows))
    assert not found.attrs["omojliga"]
    assert narrowed(found).empty, narrowed(found).to_string()


def test_projects_are_what_the_cells_say_whatever_is_secret():
    """The same classes with other counts within them, and so other sums: the same projects to the letter."""
    seen = 0
    for shape, kind, seed in CASES:
        w = worlds.world(100 * seed, shape, kind)
        c, other = w.cells, {}
        for letter, share in (("u", "s"), ("e", "p")):
            for t in T:  # everybody whose class leaves room for it lacks a tenth more or less
                has = c[f"{share}{t}"]
                moved = has + np.where(has < 0.04, 0.01, np.where((has > 0.1) & (has < 0.4), -0.04, 0.0))
                other |= {f"{share}{t}": moved, f"{letter}{t}": c["h"] * (1 - moved)}
        changed_ = w.with_cells(**other)
        if worlds.cells_before(w).equals(worlds.cells_before(changed_)):  # all that is told of cells, without a key
            one, two = worlds.projects(w), worlds.projects(changed_)
            pd.testing.assert_frame_equal(one, two)
            seen += len(one) > 0 and any(not other[k].equals(c[k]) for k in other)
    assert seen > 5


def test_a_project_told_by_its_count_is_caught():
    """What an internal project would say: the expected number itself, of two cells that are not told."""
    w = control(**lacking(2.5, 1.0, 0.5))
    told = worlds.publish(w, areas=True)
    two = frozenset(w.cells["rutid_scb"].iloc[:2])
    row = {"troskel_mbit": 100, "matt": "tillgang", "kommuner": w.cells["kommunkod"].iloc[0], "rutid": two}
    row |= {"hushall_utan_minst": 3.5, "hushall_utan_hogst": 3.5}
    found = attack([{**told, "projekt": pd.DataFrame([row])}], G)
    assert narrowed(found).set_index("name")["low"]["u100"] == pytest.approx(3.5, abs=1e-3)


def test_the_attack_counts_right():
    """The truth is always possible: an attack whose bounds leave it out would prove nothing."""
    seen = 0
    for shape, kind, seed in CASES:
        w = worlds.world(100 * seed, shape, kind)
        for row in attack([published(100 * seed, shape, kind)], G).itertuples():
            value = exact(w, row.kommunkod, row.name)
            assert row.low - 1e-3 <= value <= row.high + 1e-3, (row, value)
            seen += 1
    assert seen > 50


OPTIONS = [(n, per, q) for n in (1, 4, 5, 20, 100) for per in (0.9, 3.0) for q in (0.0, 0.03, 0.3, 0.7, 1.0)]


def test_nothing_is_recovered_of_any_kommun_of_two_cells():
    """Every pair of cells out of seventy-five kinds, a kommun each, in one county of 2 850 kommuner."""
    pairs = list(combinations_with_replacement(OPTIONS, 2))
    kind = type(worlds.REGION.lan.kommuner[0])
    made = [kind.model_construct(kod=f"{k:04d}", namn=f"K{k}", land_ha=100) for k in range(len(pairs))]
    county = worlds.REGION.model_copy(update={"lan": worlds.REGION.lan.model_copy(update={"kommuner": made})})
    code = np.repeat(np.array(county.kommunkoder, dtype=object), 2)
    n, per, q = (np.array(x, float) for x in zip(*(kind for pair in pairs for kind in pair), strict=True))
    cells = pd.DataFrame({"rutid_scb": worlds.cell_ids(len(n)), "kommunkod": code, "fakta": False})
    cells["n"], cells["h"] = n.astype(int), n * per
    for t, part in zip(T, (0.4, 0.9, 1.0), strict=True):
        cells[f"u{t}"], cells[f"s{t}"] = cells["h"] * q * part, 1 - q * part
        cells[f"e{t}"], cells[f"p{t}"] = cells[f"u{t}"] / 2, 1 - q * part / 2
    found = attack([worlds.publish(World(cells, {}), county)], G)
    assert not found.attrs["omojliga"]
    assert narrowed(found).empty, narrowed(found).to_string()
    assert len(found) > 2000


@pytest.mark.parametrize("t", T)
def test_nothing_is_recovered_with_pts_shares(t):
    """Where all is modelled our share is PTS's: known of one threshold at a time."""
    for shape, kind, seed in CASES:
        if kind in ("blandat", "statistik", "alla_utom_ett"):
            found = attack([published(100 * seed, shape, kind)], G, Knowledge(pts=t))
            found = found[found["name"].str.endswith((f"u{t}", f"e{t}"))]
            assert narrowed(found).empty, narrowed(found)


# Two editions.


def changed(w: World, rng: np.random.Generator) -> World:
    """Return the next year's world: a few cells are other, all else stands."""
    cells = w.cells.copy()
    for i in rng.choice(len(cells), min(len(cells), int(rng.integers(1, 4))), replace=False):
        grow = rng.choice([0.0, 0.5, 1.0, 1.7])
        covered = rng.choice([0.0, 0.6, 1.0])
        cells.loc[i, "h"] *= grow
        cells.loc[i, "n"] = max(1, round(cells.loc[i, "n"] * grow)) if cells.loc[i, "h"] > 0 else cells.loc[i, "n"]
        for t in T:
            for name in (f"u{t}", f"e{t}"):
                cells.loc[i, name] *= grow * covered
            for name in (f"s{t}", f"p{t}"):
                cells.loc[i, name] = 1 - (1 - cells.loc[i, name]) * covered
    return World(cells, w.hidden)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_recovered_given_an_earlier_edition(seed):
    """Cells whose rows are the same hold the same counts; what crosses a border pins nothing."""
    rng = np.random.default_rng(seed)
    shape = [(3,), (8,), (5, 2), (15,), (2,), (40,)][seed % 6]
    kind = ["blandat", "statistik", "alla_utom_ett"][seed % 3]
    first = worlds.world(5000 + seed, shape, kind)
    second = changed(first, rng)
    editions = [worlds.publish(first), worlds.publish(second)]
    for knows in ("kanda", "okanda"):
        found = attack(editions, G, Knowledge(households=knows))
        assert not found.attrs["omojliga"]
        assert narrowed(found).empty, narrowed(found)


# A cell by itself.


def test_a_cell_tells_no_count_but_addresses_in_bands():
    numbers = [c.name for c in RUTNAT_250M.columns if c.kind in ("heltal", "decimal")]
    assert numbers == []
    assert [c.name for c in RUTNAT_250M.columns if c.name.endswith("_band")] == ["adresser_band"]


def test_the_limits_of_the_classes_are_the_documented_ones():
    assert {k: (round(1 - s.most, 9), round(1 - s.least, 9)) for k, s in classes.SPANS.items()} == {
        k: v for k, v in WITHOUT.items() if k != "ingen_adress"
    }


@pytest.mark.parametrize("g", range(2, 13))
def test_who_knows_the_houses_finds_no_small_number_of_addresses_without(g):
    """For every number of houses that has the finer classes, each class stands for several numbers under g."""
    for n in range(classes.few_below(g), 80):
        for klass in (*classes.FINE, classes.WITHHELD):
            left = counts_left(klass, n)
            assert len(left) != 1 or not 0 < left[0] < g, (n, klass, left)
    # The program's own classes of whole counts are those.
    n = np.repeat(np.arange(1, 60), 60)
    x = np.tile(np.arange(60), 59)
    n, x = n[x <= n], x[x <= n]
    for klass, many, lacking in zip(classes.of_share(n - x, n, classes.few_below(g)), n, x, strict=True):
        assert lacking in counts_left(str(klass), int(many)), (klass, many, lacking)


def test_what_the_class_of_few_addresses_says_by_hand():
    """One address: its class is that household's fact. Two: both or not both. From three on, no number."""
    told_of = {(n, k): counts_left(k, n) for n in range(1, 5) for k in classes.FEW}
    assert told_of[1, "fa_under_halften"] == [1]
    assert told_of[1, "fa_minst_halften"] == [0]
    assert told_of[2, "fa_under_halften"] == [2]
    assert told_of[2, "fa_minst_halften"] == [0, 1]
    assert all(len(x) > 1 for (n, _), x in told_of.items() if n > 2)


def test_addresses_have_no_sum_to_be_differenced_against():
    """Whole counts: between two editions a sum in tens that crosses a border would pin single addresses."""
    for table in (KOMMUNER_OPPNA, LAN_OPPNA):
        assert not [n for n in table.names if "adress" in n or n.startswith("befolkning_utan")]


@pytest.mark.parametrize("per", [0.2, 1.24, 1.26, 9.0])
def test_a_cell_of_few_addresses_is_told_alike_however_few(per):
    """The witness: 1, 2, 3 and 4 addresses with the same households per address give the same row."""
    rows = []
    for n in range(1, G):
        w = worlds.world(1, (4,))
        cells = w.cells.copy()
        # The other cells stand, and are large enough for the kommun's tens to be the same.
        cells["n"], cells["h"] = [n, 40, 40, 40], [per * n, 400.0, 400.0, 400.0 - per * n]
        for t in T:
            cells[f"u{t}"], cells[f"s{t}"] = ([0.7 * per * n, 50.0, 60.0, 97.0 - 0.7 * per * n], [0.3, 0.9, 0.9, 0.9])
            cells[f"e{t}"], cells[f"p{t}"] = 0.0, 1.0
        cells["fakta"] = [False] * 4
        published_ = worlds.publish(World(cells, {}), areas=True)
        rows.append({k: v for k, v in published_.items() if k != "delar"})
    for one, other in pairwise(rows):
        for name in one:
            pd.testing.assert_frame_equal(pd.DataFrame(one[name]), pd.DataFrame(other[name]))


@pytest.mark.parametrize("least", [2, 3, 5])
def test_a_pool_is_never_a_told_cell_more_or_less(least):
    """Each told number of addresses belongs to so many: no sum or difference of pools is a cell with fewer."""
    publishing = worlds.REGION.publicering.model_copy(update={"minst_adresser_i_ruta": least})
    region = worlds.REGION.model_copy(update={"publicering": publishing})
    for seed in range(20):
        w = worlds.world(seed, (30,))
        told_ = worlds.cells_before(w, region).set_index("rutid_scb")
        n = w.cells.set_index("rutid_scb")["n"].loc[told_.index]
        side = told_["sammanslagen_m"].astype(int).to_numpy()
        e, north = (told_.index.str.slice(*s).astype(int).to_numpy() for s in ((0, 6), (6, 13)))
        known = told_["klass_tillgang_100"].ne("ej_redovisad").to_numpy() & (n > 0).to_numpy()
        pool = pd.Series(list(zip(e // side, north // side, side, strict=True)), index=told_.index)[known]
        assert n[known].groupby(pool).sum().min() >= least
        merged = known & (side > 250)
        assert (n[merged] < least).all()
        assert (told_[known].groupby(pool)["klass_tillgang_100"].nunique() == 1).all()
        assert not told_.loc[~known & (n > 0).to_numpy(), "planerad"].any()


# What is withheld.


def withheld_of(w: World, *keys: bytes) -> list[set[str]]:
    """Return the cells that are withheld with each key."""
    rows, parts = worlds.cells_before(w), worlds.parts(w)
    told_ = [withheld.withhold(rows, parts, key, G) for key in keys]
    return [set(x.loc[x[list(CLASS.values())].eq("ej_redovisad").any(axis=1), "rutid_scb"]) for x in told_]


def few_lack(seed: int, binding: bool) -> World:
    """Return a kommun of 400 cells where 3 households lack: in three cells that say so, or thinly in all."""
    w = worlds.world(seed, (400,))
    cells = w.cells.assign(n=10, h=12.0, fakta=False)
    lacking = np.zeros(400)
    lacking[[7, 150, 333]] = 1.0
    lacking = lacking if binding else np.full(400, 3.0 / 400)
    for t in T:
        cells[f"u{t}"] = cells[f"e{t}"] = lacking
        cells[f"s{t}"] = cells[f"p{t}"] = 1 - lacking / 12
    return World(cells, {})


def test_who_sees_what_is_withheld_cannot_tell_whether_any_of_it_binds():
    """Most of what is withheld is drawn; with other keys, and with nothing that binds, as many are."""
    keys = [f"nyckel {i}".encode() for i in range(40)]
    sizes = {b: [len(x) for x in withheld_of(few_lack(1, b), *keys)] for b in (True, False)}
    assert min(sizes[True]) > 3 + 6
    assert max(sizes[True]) <= 0.05 * 400  # of the classes at least 95 % are told
    assert set(sizes[False]) & set(sizes[True])
    assert min(sizes[False]) <= min(sizes[True])
    assert max(sizes[False]) >= max(sizes[True]) - 3


def test_the_draw_is_the_keys_and_the_same_every_time():
    w = few_lack(2, True)
    one, again, other = withheld_of(w, b"a", b"a", b"b")
    ids = w.cells["rutid_scb"].to_numpy()
    assert one == again != other
    assert {ids[i] for i in (7, 150, 333)} <= one & other


def test_the_next_edition_draws_the_same_cells():
    """A cell drawn in one edition only would be known by the other."""
    w = few_lack(3, True)
    cells = w.cells.copy()
    for t in T:
        cells.loc[7, [f"u{t}", f"e{t}"]], cells.loc[7, [f"s{t}", f"p{t}"]] = 0.0, 1.0
    (first,), (second,) = withheld_of(w, b"a"), withheld_of(World(cells, {}), b"a")
    assert second <= first
    assert first - second <= {cells["rutid_scb"].iloc[7]}


def test_evidence_that_may_not_be_published_has_no_part_in_the_key(tmp_path, monkeypatch):
    import json

    from pipelines.core.files import write_table
    from pipelines.core.paths import Paths

    monkeypatch.delenv(withheld.KEY_VARIABLE, raising=False)
    paths = Paths(tmp_path / "c.toml", tmp_path, tmp_path / "ut", tmp_path / "kartor")
    sources = pd.DataFrame({"fil": ["adresser_öppen.csv", "rutor_dold.csv"], "far_publiceras": [True, False]})
    write_table(sources, paths.table("kallor"))
    paths.inventory("tackning").parent.mkdir(parents=True)

    def key(open_: str, hidden: str | None) -> bytes:
        rows = [{"fil": "tackning/adresser_öppen.csv", "sha256": open_}]
        rows += [{"fil": "tackning/rutor_dold.csv", "sha256": hidden}] if hidden else []
        rows += [{"fil": "tackning/kallor.csv", "sha256": str(hidden)}]
        paths.inventory("tackning").write_text(json.dumps(rows), encoding="utf-8")
        return withheld.secret(paths)

    assert key("a", "b") == key("a", "c") == key("a", None) != key("d", "b")
    monkeypatch.setenv(withheld.KEY_VARIABLE, "hemlig")
    assert key("a", "b") == key("d", "e") == b"hemlig"


# Hidden evidence.


def test_hidden_evidence_moves_the_kommun_and_no_cell():
    for seed in range(6):
        w = worlds.world(700 + seed, (9, 4), "dolt")
        plain, moved = worlds.publish(World(w.cells, {})), worlds.publish(w)
        pd.testing.assert_frame_equal(plain["rutnat_250m"], moved["rutnat_250m"])
        for code, less in w.hidden.items():
            row = moved["kommuner"].set_index("kommunkod").loc[code]
            for name in LEVELS:
                left = exact(w, code, name) - less
                if exact(w, code, name) >= 1e-9 and left <= 0:  # nobody, while the cells' run says somebody
                    assert pd.isna(row[SUMS[name]])


# The controls: what would leak is caught, so the attack can fail.


def control(**columns: object) -> World:
    """Three cells in one square kilometre, 40 addresses and 48 households each, everything covered."""
    w = worlds.world(3, (3,))
    cells = w.cells.assign(rutid_scb=worlds.cell_ids(3), n=40, h=48.0, fakta=True)
    for t in T:
        cells[f"u{t}"] = cells[f"e{t}"] = 0.0
        cells[f"s{t}"] = cells[f"p{t}"] = 1.0
    return World(cells.assign(**columns), {})


def lacking(*u: float, h: float = 48.0) -> dict[str, object]:
    """Return the columns of a world where so many lack every level."""
    share = 1 - np.array(u) / h
    return {f"{x}{t}": list(u) for x in "ue" for t in T} | {f"{x}{t}": share for x in "sp" for t in T}


def test_what_is_published_of_the_controls_leaks_nothing():
    for w in (control(), control(**lacking(2.5, 1.0, 0.5)), control(**lacking(45.0, 48.0, 48.0))):
        assert narrowed(attack([worlds.publish(w)], G)).empty


def test_classes_that_bind_a_suppressed_kommun_are_caught():
    """2.5 of 48 lack: «50–95 %» says at least 2.4 of that cell's; and no more than 24."""
    w = control(**lacking(2.5, 1.0, 0.5))
    bad = narrowed(attack([worlds.publish(w, key=None)], G))
    assert set(bad["name"]) == set(LEVELS)
    assert bad["low"].max() == pytest.approx(0.05 * 48, abs=1e-3)


def test_classes_with_too_little_room_are_caught():
    """«At least 95 %» in three cells of 20 households leaves room for 3 without, where up to 5 were told."""
    w = control(h=20.0, **lacking(0.4, 0.4, 0.4, h=20.0))
    bad = narrowed(attack([worlds.publish(w, key=None)], G))
    assert bad["high"].min() == pytest.approx(3.0, abs=1e-3)


def test_few_that_have_coverage_are_caught():
    w = control(**lacking(45.0, 48.0, 48.0))
    bad = narrowed(attack([worlds.publish(w, key=None)], G))
    assert set(bad["name"]) == {f"har {name}" for name in LEVELS}
    assert bad["low"].max() == pytest.approx(0.05 * 48, abs=1e-3)


def test_the_class_beside_a_band_is_caught():
    """The earlier edition's row: 10–19 households and «at least 95 %» say under 1 of the suppressed 1–4."""
    w = control(h=[12.0, 480.0, 480.0], **lacking(0.4, 0.0, 0.0, h=12.0))
    cell = w.cells["rutid_scb"].iloc[0]
    row = {(cell, "h"): (10.0, 20.0), (cell, "u100"): (1e-5, 5.0)}
    frames = worlds.publish(w, key=None)
    hidden = {**frames, "rutnat_250m": frames["rutnat_250m"].assign(**dict.fromkeys(CLASS.values(), "ej_redovisad"))}
    for told_, high in ((hidden, 5.0), (frames, 0.05 * 20)):
        found = attack([told_], G, Knowledge(households="okanda", counts=row))
        assert found.set_index("cell")["high"][cell] == pytest.approx(high, abs=1e-3)


def test_a_squares_neighbours_are_caught():
    """Households per address are a square's own: what a neighbour's band says of them, it says of the cell."""
    w = control(n=[8, 40, 40], h=[4.0, 20.0, 20.0], **lacking(0.1, 0.0, 0.0, h=4.0))
    one, other = w.cells["rutid_scb"].iloc[:2]
    row = {(one, "u100"): (1e-5, 5.0)}
    frames = worlds.publish(w, key=None)
    # Under 45 households at the square's 48 addresses; with 10–19 at the neighbour's 40, at most 4 at these 8.
    for more, high in (({}, 0.05 * 8 * 45 / 48), ({(other, "h"): (10.0, 20.0)}, 0.05 * 8 * 20 / 40)):
        found = attack([frames], G, Knowledge(households="kvadrat", counts={**row, **more}))
        assert found.set_index("cell")["high"][one] == pytest.approx(high, abs=1e-3)


def test_an_exact_count_is_caught():
    w = control(**lacking(2.5, 1.0, 0.5))
    code = w.cells["kommunkod"].iloc[0]
    found = attack([worlds.publish(w)], G, Knowledge(exact={(code, "u100"): (4.0, 4.0)}))
    bad = narrowed(found)
    assert {"u100", "u30"} <= set(bad["name"])
    assert bad.loc[bad["name"] == "u100", "low"].tolist() == [pytest.approx(4.0, abs=1e-3)]
    assert bad.loc[bad["name"] == "u30", "high"].tolist() == [pytest.approx(4.0, abs=1e-3)]


def test_a_share_of_exact_counts_is_caught():
    """4 of 144 without: 97.2 % with one decimal says 3.96–4.10."""
    w = control(**lacking(2.5, 1.0, 0.5))
    code = w.cells["kommunkod"].iloc[0]
    known = {(code, "u100"): (144 * (1 - 0.9725), 144 * (1 - 0.9715))}
    assert not narrowed(attack([worlds.publish(w)], G, Knowledge(exact=known))).empty


def test_the_sum_of_an_area_is_caught():
    w = control(**lacking(2.5, 1.0, 0.5))
    two = frozenset(w.cells["rutid_scb"].iloc[:2])
    found = attack([worlds.publish(w)], G, Knowledge(groups=[(two, {"u100": (3.5, 3.5)})]))
    assert narrowed(found).set_index("name")["low"]["u100"] == pytest.approx(3.5, abs=1e-3)


def test_those_without_in_tens_beside_few_who_have_are_caught():
    """144 households, 3 of them covered: «140 without» would say that at most 9 have, and 141 that 3 have."""
    w = control(**lacking(45.0, 48.0, 48.0))
    code = w.cells["kommunkod"].iloc[0]
    frames = worlds.publish(w)
    assert (frames["kommuner"][list(SUMS.values())].to_numpy() == frames["kommuner"][["hushall_ca"]].to_numpy()).all()
    found = attack([frames], G, Knowledge(exact={(code, "u100"): (140.0, 142.0)}))
    assert narrowed(found).set_index("name")["low"]["har u100"] == pytest.approx(2.0, abs=1e-3)


def test_an_edition_that_draws_others_is_caught():
    """What one edition withholds the next tells: together they say which cells bind."""
    w = control(**lacking(2.5, 1.0, 0.5))
    first, second = worlds.publish(w), worlds.publish(w)
    second["rutnat_250m"] = worlds.publish(w, key=None)["rutnat_250m"]
    assert not narrowed(attack([first, second], G)).empty


def test_told_and_names_by_hand():
    ends = [told(x, 5) for x in (pd.NA, 0, 10, 40)]
    assert np.allclose(ends, [(0, 5), (0, 0), (5, 15), (35, 45)], atol=1e-4)
    assert set(SUMS) == set(LEVELS) == set(CLASS)
    assert sorted(PAIRS.values()) == sorted(product(T, ("tillgang", "passerad")))
