"""Stage summaries: cells, their parts, kommuner and län, all summed from the same addresses in one order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import CLASSES, TECHNIQUES
from pipelines.core import cell_grid, files
from pipelines.core.ledger import Ledger, files_used
from pipelines.core.level import LEVELS, Level
from pipelines.tables import code_lists, contracts, step_tables, summary_tables
from pipelines.tables.code_lists import KINDS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

Ints = NDArray[np.int64]
TECHNIQUE_NAMES = (*TECHNIQUES, "okand", "ingen")
PEOPLE = ("adress_id", "befolkning", "hushall")
UNDERLAG = {"underlag": "underlag", **{level.cell_basis: level.basis for level in LEVELS.of("tillgang")}}
"""Column of a cell → column of an address."""
_UNUSED = {level.basis for level in LEVELS.of("passerad")}
NEEDED = [c for c in step_tables.ADRESSER_TACKNING.names if c not in _UNUSED]
FEW_TEXTS = [c.name for c in step_tables.ADRESSER_TACKNING.columns if c.values]

NORTH = 10**7
"""``rutid`` of a cell is its easting times this, and its northing."""
BLOCK_ROWS = 2_500_000
"""Rows of land and addresses that are summed at a time: a län is one block; the whole country's memory is
that of its largest."""


def run(region: Region, paths: Paths) -> None:
    """Sum addresses to parts, parts to cells and kommuner, kommuner to the län; a block of cells at a time."""
    wanted = files.read_table(paths.table("riktvarden"))
    teknik = files.read_table(paths.table("pts_teknik"))
    sums = []
    with (
        files.in_blocks(paths.table("rutnat_250m")) as add_cells,
        files.in_blocks(paths.table("rutnat_delar")) as add_parts,
        files.in_blocks(paths.table("adresser"), points=True) as add_addresses,
    ):
        for block in blocks(paths, BLOCK_ROWS):
            addresses = block.addresses(paths)
            known = Known.of(addresses)
            parts = sum_parts(addresses, known, block.land)
            cells = sum_cells(parts, addresses, known)
            parts = with_ratios(parts, cells)
            lacking = kinds_without(addresses)
            own = kommun_sums(parts)
            sums.append(own.join(lacking.reindex(own.index, fill_value=0.0)))
            names = Names.of(cells, region)
            add_cells(contracts.check(names.given_to(cells), summary_tables.RUTNAT))
            add_parts(contracts.check(names.given_to(parts), summary_tables.DELAR))
            ids = {"rutid_scb": names.scb.take(names.at(addresses))}
            wide = contracts.check(addresses.assign(**ids), summary_tables.ADRESSER)
            add_addresses(wide[[*summary_tables.ADRESSER.names, "e_m", "n_m"]])
    unsure = files.read_table(paths.table("osakerhet_kommun"))
    kommuner = with_limits(summarise(added(sums), wanted, region), unsure)
    lan = summarise_lan(kommuner, teknik, region, paths)
    files.write_table(contracts.check(kommuner, summary_tables.KOMMUNER), paths.table("kommuner"))
    files.write_table(contracts.check(lan, summary_tables.LAN), paths.table("lan"))
    Ledger("summaries").save(paths.ledger("summaries"))


@dataclass(frozen=True)
class Block:
    """Some of the cells, whole: their land, and the rows of the address tables that lie in them."""

    land: pd.DataFrame
    first: int
    last: int

    def addresses(self, paths: Paths, edition: str = "") -> pd.DataFrame:
        """Read the block's addresses with an edition's people, households and coverage; few texts as categories.

        ``edition``: ``_oppen`` for what may be published; what stands at the addresses is not told apart there.
        """
        rows = (self.first, self.last)
        wanted = [*PEOPLE, *([] if edition else KINDS)]
        return join_addresses(
            files.read_rows(paths.table("adresser_ruta"), *rows, few=["kommunkod", "omradestyp", "ortstyp"]),
            files.read_rows(paths.table(f"adresser_hushall{edition}"), *rows, wanted),
            files.read_rows(paths.table(f"adresser_tackning{edition}"), *rows, NEEDED, few=FEW_TEXTS),
        )


def blocks(paths: Paths, rows: int) -> Iterator[Block]:
    """Give the cells from west to east in blocks of about ``rows`` rows of land and addresses; at least one.

    Blocks are cut between columns of whole kilometres: cells told together lie in the same block.
    """
    land_at = files.read_table(paths.table("land"), ["rutid"])["rutid"].to_numpy()
    address_at = files.read_table(paths.table("adresser_ruta"), ["rutid"])["rutid"].to_numpy()
    every = np.sort(np.concatenate([land_at, address_at]))
    cuts = np.unique(cell_grid.parent(every[rows::rows]) // NORTH * NORTH)
    cuts = cuts[cuts > every[:1].sum()]
    land_ends = [0, *np.searchsorted(land_at, cuts), len(land_at)]
    address_ends = [0, *np.searchsorted(address_at, cuts), len(address_at)]
    for i in range(len(cuts) + 1):
        yield Block(
            files.read_rows(paths.table("land"), land_ends[i], land_ends[i + 1], few=["kommunkod", "omradestyp"]),
            int(address_ends[i]),
            int(address_ends[i + 1]),
        )


def join_addresses(points: pd.DataFrame, people: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Return addresses with people, households and coverage beside each other.

    The three tables are in the same order by contract; this is checked, not assumed.
    """
    import pandas as pd

    from pipelines.core.errors import ContractError

    for other in (people, coverage):
        if not points["adress_id"].equals(other["adress_id"]):
            raise ContractError(
                "Stegens adresstabeller har inte samma ordning.", action="Kör «make clean» och börja om."
            )
    rest = [people.drop(columns="adress_id"), coverage.drop(columns="adress_id")]
    return pd.concat([points, *rest], axis=1)


def _ratio(level: Level) -> str:
    """Return the column with the share of a cell's addresses without."""
    return f"andel_{level.lacking}_{level.mbit}"


def _surface(level: Level) -> str:
    """Return the column with the land that is without, in hectares."""
    return f"yta_{level.lacking}_{level.mbit}_ha"


def _ratio_names() -> list[str]:
    return [*map(_ratio, LEVELS.of("tillgang")), "bebodd"]


def _count_names(table: pd.DataFrame) -> list[str]:
    """Return which counts a table has: the open edition's does not tell apart what stands at the addresses."""
    return [c.name for c in summary_tables.COUNTS if c.name in table]


@dataclass(frozen=True)
class Known:
    """What is known of n addresses besides counts, as numbers that have a least and a largest.

    Attributes
    ----------
    speed : ndarray of float, shape (n,)
        Mbit/s; -1 where none is known.
    technique : ndarray of int8
        Index in TECHNIQUE_NAMES.
    planned : ndarray of int8
    level : dict of ndarray of int8
        Per column of UNDERLAG, the index in ``code_lists.UNDERLAG``.
    """

    speed: NDArray[np.float64]
    technique: NDArray[np.int8]
    planned: NDArray[np.int8]
    level: dict[str, NDArray[np.int8]]

    @classmethod
    def of(cls, addresses: pd.DataFrame) -> Known:
        """Take it out of a table of addresses."""
        return cls(
            np.nan_to_num(addresses["max_ned_mbit"].to_numpy(dtype=np.float64), nan=-1.0),
            _codes(addresses["basta_teknik"], TECHNIQUE_NAMES),
            addresses["planerad"].to_numpy().astype(np.int8),
            {name: _codes(addresses[column], code_lists.UNDERLAG) for name, column in UNDERLAG.items()},
        )

    def best(self, first: Ints, order: Ints | slice = slice(None)) -> Known:
        """Return the best of each run of addresses that starts at ``first``, in ``order``.

        The highest speed and, at it, the technique first in TECHNIQUE_NAMES (without any speed, okand goes before
        ingen: the names are ordered so); planned if any is; the level all share, or ``blandat``.
        """
        speed, technique = self.speed[order], self.technique[order]
        size = np.diff(np.r_[first, len(speed)])
        top = np.maximum.reduceat(speed, first)
        at_top = np.where(speed == np.repeat(top, size), technique, np.int8(len(TECHNIQUE_NAMES) - 1))
        level = {}
        for name, each in self.level.items():
            low, high = (reduce.reduceat(each[order], first) for reduce in (np.minimum, np.maximum))
            level[name] = np.where(low == high, low, np.int8(code_lists.UNDERLAG.index("blandat")))
        return Known(top, np.minimum.reduceat(at_top, first), np.maximum.reduceat(self.planned[order], first), level)

    @classmethod
    def nothing(cls, count: int) -> Known:
        """Return what is told where there is no address: «ingen»."""
        none = np.full(count, code_lists.UNDERLAG.index("ingen"), dtype=np.int8)
        return cls(
            np.full(count, -1.0),
            np.full(count, len(TECHNIQUE_NAMES) - 1, dtype=np.int8),
            np.zeros(count, dtype=np.int8),
            {name: none.copy() for name in UNDERLAG},
        )

    def placed(self, at: Ints, count: int) -> Known:
        """Return ``count`` rows where row ``at[i]`` is what row i was, and the others have no address."""
        out = Known.nothing(count)
        out.speed[at], out.technique[at], out.planned[at] = self.speed, self.technique, self.planned
        for name, each in self.level.items():
            out.level[name][at] = each
        return out

    def columns(self) -> dict[str, Any]:
        """Return the columns of a table."""
        import pandas as pd

        return {
            "max_ned_mbit": np.where(self.speed < 0, np.nan, self.speed),
            "basta_teknik": pd.Categorical.from_codes(self.technique, TECHNIQUE_NAMES),
            "planerad": self.planned > 0,
            **{n: pd.Categorical.from_codes(x, code_lists.UNDERLAG) for n, x in self.level.items()},
        }


def _codes(values: pd.Series, names: Sequence[str]) -> NDArray[np.int8]:
    import pandas as pd

    return np.asarray(pd.Categorical(values, categories=list(names)).codes, dtype=np.int8)


def sum_parts(addresses: pd.DataFrame, known: Known, land: pd.DataFrame) -> pd.DataFrame:
    """Return one row per cell × kommun × class: land, counts, best technique, underlag.

    Sums run in the order cell, kommun, class, address id, so that the same input gives the same bytes.
    """
    import pandas as pd

    kommuner = sorted({*_texts(addresses["kommunkod"]), *_texts(land["kommunkod"])})
    classes = sorted(CLASSES)
    span = max(len(kommuner), 1) * len(classes)

    def key(table: pd.DataFrame) -> Ints:
        kommun = pd.Categorical(table["kommunkod"], categories=kommuner).codes.astype(np.int64)
        kind = pd.Categorical(table["omradestyp"], categories=classes).codes
        return np.asarray(table["rutid"].to_numpy() * span + kommun * len(classes) + kind, dtype=np.int64)

    # Addresses come by cell and id; one stable sort orders the parts within a cell.
    of_address, of_land = key(addresses), key(land)
    order = np.argsort(of_address, kind="stable")
    ordered = of_address[order]
    first = _starts(ordered)
    every = np.sort(np.concatenate([ordered[first], of_land]), kind="stable")  # two runs in order: merged
    keys = every[_starts(every)]
    at = np.searchsorted(keys, ordered[first])
    counts = {}
    for name, each in _address_counts(addresses):  # one at a time: all of them are as large as all else together
        counts[name] = np.zeros(len(keys))
        counts[name][at] = _summed(each[order], first)
    best = known.best(first, order).placed(at, len(keys)) if len(first) else Known.nothing(len(keys))
    land_ha = np.zeros(len(keys))
    np.add.at(land_ha, np.searchsorted(keys, of_land), land["land_ha"].to_numpy())
    rest = keys % span
    return pd.DataFrame(
        {
            "rutid": keys // span,
            "kommunkod": pd.Categorical.from_codes(rest // len(classes), kommuner),
            "omradestyp": pd.Categorical.from_codes(rest % len(classes), classes),
            "land_ha": land_ha,
            **_counts(counts),
            **best.columns(),
        }
    )


def _texts(values: pd.Series) -> list[str]:
    """Return the different texts there are."""
    return [str(x) for x in values.unique()]


def _summed(values: NDArray[np.float64], first: Ints) -> NDArray[np.float64]:
    """Return the sum of each run of values that starts at ``first``; there may be none."""
    return np.add.reduceat(values, first) if len(first) else values


def _counts(sums: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Return the count columns; addresses are whole."""
    return sums | {"adresser": np.round(sums["adresser"]).astype(np.int64)}


def _address_counts(addresses: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Give each address's contribution to the count columns of the contract that it has a base for."""
    base = {name: addresses[name].to_numpy() for name in ("befolkning", "hushall", *KINDS) if name in addresses}
    base["adresser"] = np.ones(len(addresses))
    lacking = {level.without(what): (what, level) for level in LEVELS for what in ("befolkning", "hushall", "adresser")}
    for c in summary_tables.COUNTS:
        if c.name in base:
            yield c.name, base[c.name]
        elif c.name in lacking:
            what, level = lacking[c.name]
            yield c.name, base[what] * (1 - addresses[level.probability].to_numpy())


def sum_cells(parts: pd.DataFrame, addresses: pd.DataFrame, known: Known) -> pd.DataFrame:
    """Return one row per cell: sums of its parts, kommun and class by most addresses, else most land."""
    import pandas as pd

    names = ["land_ha", *_count_names(parts)]
    first = _starts(parts["rutid"].to_numpy())
    rutid = parts["rutid"].to_numpy()[first]
    sums = {name: _summed(parts[name].to_numpy(dtype=np.float64), first) for name in names}
    has = addresses["rutid"].to_numpy()
    starts = _starts(has)
    best = Known.nothing(len(rutid))
    if len(starts):
        best = known.best(starts).placed(np.searchsorted(rutid, has[starts]), len(rutid))
    cell = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(parts)]))
    land_ha, counts = sums.pop("land_ha"), _counts(sums)
    n = counts["adresser"]
    ratios = {
        _ratio(level): np.divide(counts[level.without("adresser")], n, out=np.zeros(len(n)), where=n > 0)
        for level in LEVELS.of("tillgang")
    }
    return pd.DataFrame(
        {
            "rutid": rutid,
            "kommunkod": dominant(parts, "kommunkod", cell, first),
            "omradestyp": dominant(parts, "omradestyp", cell, first),
            "land_ha": land_ha,
            **counts,
            **best.columns(),
            **ratios,
            "bebodd": n > 0,
        }
    )


def _starts(ordered: Ints) -> Ints:
    """Return where each run of equal numbers starts."""
    return np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])


def dominant(parts: pd.DataFrame, column: str, cell: Ints, first: Ints) -> pd.Categorical:
    """Return per cell the value with most addresses, else most land; ties to the lowest.

    Parameters
    ----------
    cell : ndarray of int64, shape (parts,)
        Each part's cell, rising.
    first : ndarray of int64, shape (cells,)
        Each cell's first part. Most cells have no other: only the rest are compared.
    """
    import pandas as pd

    values = parts[column].cat
    codes = values.codes.to_numpy().astype(np.int64)
    out = codes[first]
    several = np.bincount(cell, minlength=len(first)) > 1
    some = np.flatnonzero(several[cell])
    if len(some):
        span = len(values.categories)
        keys, at = np.unique(cell[some] * span + codes[some], return_inverse=True)
        addresses = np.bincount(at.reshape(-1), parts["adresser"].to_numpy()[some])
        land = np.bincount(at.reshape(-1), parts["land_ha"].to_numpy()[some])
        order = np.lexsort((keys, -land, -addresses, keys // span))
        best = order[_starts(keys[order] // span)]
        out[keys[best] // span] = keys[best] % span
    return pd.Categorical.from_codes(out, values.categories)


def with_ratios(parts: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the parts with their whole cell's ratios."""
    at = np.searchsorted(cells["rutid"].to_numpy(), parts["rutid"].to_numpy())
    return parts.assign(**{name: cells[name].to_numpy()[at] for name in _ratio_names()})


@dataclass(frozen=True)
class Names:
    """The published ids of a block's cells, and the kommuner's names."""

    rutid: Ints
    scb: Any
    inspire: Any
    kommunnamn: dict[str, str]

    @classmethod
    def of(cls, cells: pd.DataFrame, region: Region) -> Names:
        """Make the ids once for a block; its parts and addresses have the same."""
        rutid = cells["rutid"].to_numpy()
        return cls(rutid, *cell_grid.texts_of(rutid), dict(region.kommunnamn))

    def at(self, table: pd.DataFrame) -> Ints:
        """Return which of the block's cells each row lies in."""
        return np.searchsorted(self.rutid, table["rutid"].to_numpy())

    def given_to(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table whose cells are the block's with ids and names."""
        import pandas as pd

        at = self.at(table)
        codes = table["kommunkod"].cat
        names, number = np.unique(
            np.array([self.kommunnamn[k] for k in codes.categories], dtype=str), return_inverse=True
        )
        named = pd.Categorical.from_codes(np.append(number.reshape(-1), -1)[codes.codes.to_numpy()], names)
        return table.assign(rutid_scb=self.scb.take(at), rutid_inspire=self.inspire.take(at), kommunnamn=named)


def kommun_sums(parts: pd.DataFrame) -> pd.DataFrame:
    """Return land, counts and surface (ha) per kommun, by ``kommunkod``; missing where not known of all."""
    import pandas as pd

    columns = {name: parts[name] for name in ("land_ha", *_count_names(parts))}
    for level in LEVELS.of("tillgang"):
        columns[_surface(level)] = parts["land_ha"] * parts[_ratio(level)]
    columns["yta_obebodd_ha"] = parts["land_ha"].where(~parts["bebodd"], 0.0)
    by_kommun = pd.DataFrame(columns).groupby(parts["kommunkod"], sort=True, observed=True).sum(skipna=False)
    return by_kommun.set_axis(by_kommun.index.astype("str"))


def kinds_without(addresses: pd.DataFrame) -> pd.DataFrame:
    """Return how many of each kind are without, per kommun, straight from the addresses: cells do not tell it."""
    import pandas as pd

    kommun = addresses["kommunkod"].cat
    code, lacking = kommun.codes.to_numpy(), {}
    for level in LEVELS:
        lack = 1 - addresses[level.probability].to_numpy()
        for what in KINDS:
            lacking[level.without(what)] = np.bincount(code, addresses[what].to_numpy() * lack, len(kommun.categories))
    return pd.DataFrame(lacking, index=kommun.categories.astype("str"))


def added(sums: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the blocks' sums per kommun added, in the blocks' order."""
    import pandas as pd

    return pd.concat(sums).groupby(level=0, sort=True).sum(skipna=False)


def summarise(sums: pd.DataFrame, wanted: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return the kommuner: their sums, shares, surface, PTS's figures and the difference.

    Parameters
    ----------
    sums : DataFrame
        From :func:`kommun_sums`.
    """
    out = sums.reindex(list(region.kommunkoder), fill_value=0).rename_axis("kommunkod")
    out = out.reset_index().sort_values("kommunkod", ignore_index=True)
    out = add_shares(out)
    total = wanted[wanted["omradestyp"] == "totalt"]
    for level in LEVELS:
        here = total[(total["troskel_mbit"] == level.mbit) & (total["matt"] == level.measure)].set_index("kommunkod")
        known = here["andel"].where(here["kalla"] != "saknas")
        out[level.pts_share] = 100 * out["kommunkod"].map(known)
        if level.measure == "tillgang":
            out[level.pts_source] = out["kommunkod"].map(here["kalla"]).fillna("saknas").astype("str")
            out[level.deviation] = out[level.share] - out[level.pts_share]
    out["kommunnamn"] = out["kommunkod"].map(region.kommunnamn).astype("str")
    return out


def with_limits(kommuner: pd.DataFrame, unsure: pd.DataFrame) -> pd.DataFrame:
    """Add each kommun's interval; a kommun without addresses has 0 to 0."""
    return kommuner.merge(unsure, on="kommunkod", how="left").fillna(dict.fromkeys(unsure.columns[1:], 0.0))


def _limit_names() -> list[str]:
    return [c.name for c in summary_tables.OSAKRA]


def add_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Add shares of households and of land (%); NaN only where the denominator is 0."""

    def pct(part: pd.Series, whole: pd.Series) -> pd.Series:
        return (100 * part / whole).where(whole > 0).clip(0, 100)

    out = table.assign(adresser=table["adresser"].round().astype("int64"))
    for level in LEVELS:
        out[level.share] = pct(out["hushall"] - out[level.without()], out["hushall"])
    for level in LEVELS.of("tillgang"):
        out[level.land("utan")] = pct(out[_surface(level)], out["land_ha"])
        covered = out["land_ha"] - out[_surface(level)] - out["yta_obebodd_ha"]
        out[level.land("tackt")] = pct(covered, out["land_ha"])
    out["yta_obebodd_pct"] = pct(out["yta_obebodd_ha"], out["land_ha"])
    return out


def summarise_lan(kommuner: pd.DataFrame, teknik: pd.DataFrame, region: Region, paths: Paths) -> pd.DataFrame:
    """Return the län's one row: sums of the kommuner beside PTS's own figure for the län."""
    import pandas as pd

    from pipelines.people.benchmark import lan_shares

    sums = [
        "land_ha",
        *_count_names(kommuner),
        *(c.name for c in summary_tables.KINDS_WITHOUT),
        "yta_obebodd_ha",
        *map(_surface, LEVELS.of("tillgang")),
    ]
    out = pd.DataFrame([kommuner[sums].sum(skipna=False)])
    out = add_shares(out).assign(lanskod=region.lan.kod, lansnamn=region.lan.namn)
    # Every kommun at its limit at once: the län's own interval is no wider.
    out[_limit_names()] = kommuner[_limit_names()].sum().to_numpy()
    published = lan_shares(
        region, teknik, files.read_table(paths.table("pts_hastighet")), files_used(paths.ledger("pts"))
    )
    texts = ["lanskod", "lansnamn"]
    for level in LEVELS:
        share, source = published[level]
        out[level.pts_share] = 100 * share
        if level.measure == "tillgang":
            out[level.pts_source] = source
            out[level.deviation] = out[level.share] - out[level.pts_share]
            texts.append(level.pts_source)
    return out.astype(dict.fromkeys(texts, "str"))
