"""Stage summaries: cells, their parts, kommuner and län, all summed from the same addresses in one order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines import contracts, files, grid
from pipelines.ledger import Ledger
from pipelines.region import TECHNIQUES, THRESHOLDS
from pipelines.stages.evidence import PAIRS
from pipelines.stages.open_edition import open_cells

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.paths import Paths
    from pipelines.region import Region

PART = ["rutid", "kommunkod", "omradestyp"]
UNDERLAG = {"underlag": "underlag", **{f"underlag_{t}": f"underlag_tillgang_{t}" for t in THRESHOLDS}}
"""Column of a cell → column of an address."""
_UNUSED = {f"underlag_passerad_{t}" for t in THRESHOLDS}
NEEDED = [c for c in contracts.ADRESSER_TACKNING.names if c not in _UNUSED]


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
        files.in_blocks(paths.table("oppna_rutor")) as add_open,
    ):
        for block in blocks(paths, BLOCK_ROWS):
            addresses = block.addresses(paths, "adresser_tackning")
            parts = sum_parts(addresses, block.land)
            cells = sum_cells(parts, addresses)
            parts = parts.merge(cells[["rutid", *_ratio_names()]], on="rutid")
            sums.append(kommun_sums(parts))
            add_cells(contracts.check(_named(cells, region), contracts.RUTNAT))
            add_parts(contracts.check(_named(parts, region), contracts.DELAR))
            addresses["rutid_scb"] = grid.scb_id(addresses["rutid"])
            wide = contracts.check(addresses.astype({"rutid_scb": "str"}), contracts.ADRESSER)
            add_addresses(wide[[*contracts.ADRESSER.names, "e_m", "n_m"]])
            del addresses, wide, parts, cells  # two editions at once would double the memory
            add_open(open_edition(block, region, paths))
    unsure = files.read_table(paths.table("osakerhet_kommun"))
    kommuner = with_limits(summarise(added(sums), wanted, region), unsure)
    lan = summarise_lan(kommuner, teknik, region, paths)
    files.write_table(contracts.check(kommuner, contracts.KOMMUNER), paths.table("kommuner"))
    files.write_table(contracts.check(lan, contracts.LAN), paths.table("lan"))
    Ledger("summaries").save(paths.ledger("summaries"))


@dataclass(frozen=True)
class Block:
    """Some of the cells, whole: their land, and the rows of the address tables that lie in them."""

    land: pd.DataFrame
    first: int
    last: int

    def addresses(self, paths: Paths, coverage: str) -> pd.DataFrame:
        """Read the block's addresses with people, households and one edition's coverage."""
        points = files.read_rows(paths.table("adresser_ruta"), self.first, self.last)
        people = files.read_rows(paths.table("adresser_hushall"), self.first, self.last)
        return join_addresses(
            points, people, files.read_rows(paths.table(coverage), self.first, self.last, NEEDED)
        )


def blocks(paths: Paths, rows: int) -> Iterator[Block]:
    """Give the cells from west to east in blocks of about ``rows`` rows of land and addresses; at least one."""
    land_at = files.read_table(paths.table("land"), ["rutid"])["rutid"].to_numpy()
    address_at = files.read_table(paths.table("adresser_ruta"), ["rutid"])["rutid"].to_numpy()
    every = np.sort(np.concatenate([land_at, address_at]))
    cuts = np.unique(every[rows::rows])
    land_ends = [0, *np.searchsorted(land_at, cuts), len(land_at)]
    address_ends = [0, *np.searchsorted(address_at, cuts), len(address_at)]
    for i in range(len(cuts) + 1):
        yield Block(
            files.read_rows(paths.table("land"), land_ends[i], land_ends[i + 1]),
            int(address_ends[i]), int(address_ends[i + 1]),
        )  # fmt: skip


def join_addresses(points: pd.DataFrame, people: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Return addresses with people, households and coverage beside each other.

    The three tables are in the same order by contract; this is checked, not assumed.
    """
    import pandas as pd

    from pipelines.errors import ContractError

    for other in (people, coverage):
        if not points["adress_id"].equals(other["adress_id"]):
            raise ContractError(
                "Stegens adresstabeller har inte samma ordning.", action="Kör «make clean» och börja om."
            )
    rest = [people.drop(columns="adress_id"), coverage.drop(columns="adress_id")]
    return pd.concat([points, *rest], axis=1)


def _ratio_names() -> list[str]:
    return [f"andel_utan_{t}" for t in THRESHOLDS] + ["bebodd"]


def _count_names() -> list[str]:
    return [c.name for c in contracts.counts()]


def sum_parts(addresses: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    """Return one row per cell × kommun × class: land, counts, best technique, underlag.

    Sums run in the order cell, kommun, class, address id, so that the same input gives the same bytes.
    """
    import pandas as pd

    # Addresses come by cell and id; one stable sort on a small code orders the parts within a cell.
    code = pd.factorize(addresses["kommunkod"] + addresses["omradestyp"], sort=True)[0]
    order = np.lexsort((code, addresses["rutid"].to_numpy()))
    by_part = addresses.iloc[order].reset_index(drop=True)
    cell, code = by_part["rutid"].to_numpy(), code[order]
    starts = np.r_[True, (cell[1:] != cell[:-1]) | (code[1:] != code[:-1])]
    first = np.flatnonzero(starts[: len(cell)])
    sums = np.add.reduceat(_address_counts(by_part), first, axis=0)
    out = by_part.loc[first, PART].reset_index(drop=True)
    out[_count_names()] = sums
    out = pd.concat([out, _best(by_part, first)], axis=1)
    out = land.merge(out, on=PART, how="outer").sort_values(PART, ignore_index=True)
    out[["land_ha", *_count_names()]] = out[["land_ha", *_count_names()]].fillna(0.0)
    return _without_addresses(out)


def _address_counts(addresses: pd.DataFrame) -> NDArray[np.float64]:
    """Return each address's contribution to every count column of the contract, shape (n, columns)."""
    ones = np.ones(len(addresses))
    base = {
        "adresser": ones,
        "befolkning": addresses["befolkning"].to_numpy(),
        "hushall": addresses["hushall"].to_numpy(),
    }
    columns = []
    for name in _count_names():
        what, _, rest = name.partition("_")
        if not rest:
            columns.append(base[what])
            continue
        kind, _, threshold = rest.rpartition("_")
        measure = {"utan": "tillgang", "ej_passerade": "passerad"}[kind]
        columns.append(base[what] * (1 - addresses[f"sannolikhet_{measure}_{threshold}"].to_numpy()))
    return np.column_stack(columns)


def _best(rows: pd.DataFrame, first: NDArray[np.int64]) -> pd.DataFrame:
    """Return max speed, best technique, planned and underlag of each run of rows that starts at ``first``."""
    import pandas as pd

    if not len(rows):
        return pd.DataFrame(
            {"max_ned_mbit": [], "basta_teknik": [], "planerad": [], **{u: [] for u in UNDERLAG}}
        )
    size = np.diff(np.r_[first, len(rows)])
    speed = np.nan_to_num(rows["max_ned_mbit"].to_numpy(dtype=np.float64), nan=-1.0)
    top = np.maximum.reduceat(speed, first)
    names = (*TECHNIQUES, "okand", "ingen")
    technique = pd.Categorical(rows["basta_teknik"], categories=names).codes.astype(np.int64)
    # Without any speed: okand (modelled) goes before ingen, as the categories are ordered.
    at_top = np.where(speed == np.repeat(top, size), technique, len(names) - 1)
    out = {
        "max_ned_mbit": np.where(top < 0, np.nan, top),
        "basta_teknik": np.array(names, dtype=object)[np.minimum.reduceat(at_top, first)],
        "planerad": np.maximum.reduceat(rows["planerad"].to_numpy().astype(np.int8), first) > 0,
    }
    for name, of_address in UNDERLAG.items():
        out[name] = _common_level(rows[of_address], first)
    return pd.DataFrame(out)


def _common_level(level: pd.Series, first: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the level all rows of a run share, or ``blandat``."""
    import pandas as pd

    code = pd.Categorical(level, categories=contracts.UNDERLAG).codes.astype(np.int64)
    low, high = np.minimum.reduceat(code, first), np.maximum.reduceat(code, first)
    return np.where(low == high, np.array(contracts.UNDERLAG, dtype=object)[low], "blandat")


def _without_addresses(table: pd.DataFrame) -> pd.DataFrame:
    """Fill what a part or cell without addresses holds: nothing, told as «ingen»."""
    return table.assign(
        adresser=table["adresser"].round().astype("int64"),
        basta_teknik=table["basta_teknik"].fillna("ingen").astype("str"),
        planerad=table["planerad"].fillna(0).astype("bool"),
        **{name: table[name].fillna("ingen").astype("str") for name in UNDERLAG},
    )


def sum_cells(parts: pd.DataFrame, addresses: pd.DataFrame) -> pd.DataFrame:
    """Return one row per cell: sums of its parts, kommun and class by most addresses, else most land."""
    import pandas as pd

    names = ["land_ha", *_count_names()]
    cell = parts["rutid"].to_numpy()
    first = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
    out = pd.DataFrame({"rutid": cell[first]})
    out[names] = np.add.reduceat(parts[names].to_numpy(dtype=np.float64), first, axis=0)
    has = addresses["rutid"].to_numpy()
    starts = np.flatnonzero(np.r_[True, has[1:] != has[:-1]]) if len(has) else np.zeros(0, np.int64)
    best = _best(addresses, starts).assign(rutid=has[starts])
    out = _without_addresses(out.merge(best, on="rutid", how="left"))
    for column in ("kommunkod", "omradestyp"):
        out[column] = _dominant(parts, column).reindex(out["rutid"]).to_numpy()
    n = out["adresser"].to_numpy()
    for t in THRESHOLDS:
        out[f"andel_utan_{t}"] = np.divide(
            out[f"adresser_utan_{t}"].to_numpy(), n, out=np.zeros(len(n)), where=n > 0
        )
    out["bebodd"] = n > 0
    return out.astype({"kommunkod": "str", "omradestyp": "str"})


def _dominant(parts: pd.DataFrame, column: str) -> pd.Series:
    """Return per cell the value with most addresses, else most land; ties to the lowest."""
    sums = parts.groupby(["rutid", column], as_index=False)[["adresser", "land_ha"]].sum()
    ordered = sums.sort_values(
        ["rutid", "adresser", "land_ha", column], ascending=[True, False, False, True]
    ).drop_duplicates("rutid")
    return ordered.set_index("rutid")[column]


def _named(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return the table with the published ids and names."""
    return table.assign(
        rutid_scb=grid.scb_id(table["rutid"]),
        rutid_inspire=grid.inspire_id(table["rutid"]),
        kommunnamn=table["kommunkod"].map(region.kommunnamn),
    ).astype({"rutid_scb": "str", "rutid_inspire": "str", "kommunnamn": "str"})


def kommun_sums(parts: pd.DataFrame) -> pd.DataFrame:
    """Return land, counts and surface (ha) per kommun, by ``kommunkod``."""
    import pandas as pd

    columns = {name: parts[name] for name in ("land_ha", *_count_names())}
    for t in THRESHOLDS:
        columns[f"yta_utan_{t}_ha"] = parts["land_ha"] * parts[f"andel_utan_{t}"]
    columns["yta_obebodd_ha"] = parts["land_ha"].where(~parts["bebodd"], 0.0)
    return pd.DataFrame(columns).groupby(parts["kommunkod"], sort=True).sum()


def added(sums: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the blocks' sums per kommun added, in the blocks' order."""
    import pandas as pd

    return pd.concat(sums).groupby(level=0, sort=True).sum()


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
    for t in THRESHOLDS:
        here = total[total["troskel_mbit"] == t].set_index(["matt", "kommunkod"])
        connected, passed = here.loc["tillgang"], here.loc["passerad"]
        out[f"pts_andel_{t}_pct"] = 100 * out["kommunkod"].map(connected["andel"])
        out[f"pts_andel_passerade_{t}_pct"] = 100 * out["kommunkod"].map(passed["andel"])
        out[f"pts_kalla_{t}"] = out["kommunkod"].map(connected["kalla"]).fillna("saknas").astype("str")
        out[f"avvikelse_{t}_pe"] = out[f"andel_{t}_pct"] - out[f"pts_andel_{t}_pct"]
    out["kommunnamn"] = out["kommunkod"].map(region.kommunnamn).astype("str")
    return out


def with_limits(kommuner: pd.DataFrame, unsure: pd.DataFrame) -> pd.DataFrame:
    """Add each kommun's interval; a kommun without addresses has 0 to 0."""
    return kommuner.merge(unsure, on="kommunkod", how="left").fillna(dict.fromkeys(unsure.columns[1:], 0.0))


def _limit_names() -> list[str]:
    return [c.name for c in contracts.OSAKRA]


def add_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Add shares of households and of land (%); NaN only where the denominator is 0."""

    def pct(part: pd.Series, whole: pd.Series) -> pd.Series:
        return (100 * part / whole).where(whole > 0).clip(0, 100)

    out = table.assign(adresser=table["adresser"].round().astype("int64"))
    for t in THRESHOLDS:
        out[f"andel_{t}_pct"] = pct(out["hushall"] - out[f"hushall_utan_{t}"], out["hushall"])
        out[f"andel_passerade_{t}_pct"] = pct(
            out["hushall"] - out[f"hushall_ej_passerade_{t}"], out["hushall"]
        )
        out[f"yta_utan_{t}_pct"] = pct(out[f"yta_utan_{t}_ha"], out["land_ha"])
        covered = out["land_ha"] - out[f"yta_utan_{t}_ha"] - out["yta_obebodd_ha"]
        out[f"yta_tackt_{t}_pct"] = pct(covered, out["land_ha"])
    out["yta_obebodd_pct"] = pct(out["yta_obebodd_ha"], out["land_ha"])
    return out


def summarise_lan(kommuner: pd.DataFrame, teknik: pd.DataFrame, region: Region, paths: Paths) -> pd.DataFrame:
    """Return the län's one row: sums of the kommuner beside PTS's own figure for the län."""
    import pandas as pd

    from pipelines.stages.benchmark import lan_shares

    sums = ["land_ha", *_count_names(), "yta_obebodd_ha", *(f"yta_utan_{t}_ha" for t in THRESHOLDS)]
    out = pd.DataFrame([kommuner[sums].sum()])
    out = add_shares(out).assign(lanskod=region.lan.kod, lansnamn=region.lan.namn)
    # Every kommun at its limit at once: the län's own interval is no wider.
    out[_limit_names()] = kommuner[_limit_names()].sum().to_numpy()
    published = lan_shares(region, teknik, files.read_table(paths.table("pts_hastighet")))
    for t in THRESHOLDS:
        share, source = published["tillgang", t]
        out[f"pts_andel_{t}_pct"] = 100 * share
        out[f"pts_andel_passerade_{t}_pct"] = 100 * published["passerad", t][0]
        out[f"pts_kalla_{t}"] = source
        out[f"avvikelse_{t}_pe"] = out[f"andel_{t}_pct"] - out[f"pts_andel_{t}_pct"]
    return out.astype({"lanskod": "str", "lansnamn": "str", **{f"pts_kalla_{t}": "str" for t in THRESHOLDS}})


def open_edition(block: Block, region: Region, paths: Paths) -> pd.DataFrame:
    """Return the open edition's cells, from the run without unpublishable evidence."""
    addresses = block.addresses(paths, "adresser_tackning_oppen")
    cells = _named(sum_cells(sum_parts(addresses, block.land), addresses), region)
    at = np.searchsorted(cells["rutid"].to_numpy(), addresses["rutid"].to_numpy())
    covered = {
        (m, t): np.bincount(at, weights=addresses[f"sannolikhet_{m}_{t}"].to_numpy(), minlength=len(cells))
        for m, t in PAIRS
    }
    return open_cells(cells, covered, region)
