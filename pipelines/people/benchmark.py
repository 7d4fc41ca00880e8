"""PTS benchmark: the share of households to be met per kommun × class, measure and threshold.

From *hastighet*; else Kolada where it says just that; else bounds from *teknik*, the lower being the
benchmark (an assumption: cable and fibre give 1 Gbit/s, VDSL at least 30 Mbit/s). At a threshold that PTS does not
publish the bounds are also the neighbours': a share is at most the next lower threshold's and at least the next
higher's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.kolada_indicators import INDICATORS
from pipelines.core.errors import DataError
from pipelines.core.level import DEFAULT_MBIT, LEVELS, Level
from pipelines.grid.groups import of_kommuner

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.ledger import Ledger

KEY = ["kommunkod", "omradestyp"]
Shares = dict[Level, NDArray[np.float64]]
Sources = dict[Level, np.ndarray]
GIGABIT, VDSL_MBIT = 1000, 30
"""What fibre and cable-TV give, and the least that VDSL does: assumptions, where PTS tells only the technique."""


def benchmarks(
    region: Region,
    teknik: pd.DataFrame,
    hastighet: pd.DataFrame,
    kolada: pd.DataFrame,
    ledger: Ledger,
    read_from: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the benchmark per kommun × områdestyp × measure × threshold, with its upper bound and source.

    ``read_from`` names the file of each source (teknik, hastighet, kolada) in errors.

    Raises
    ------
    DataError
        When a share falls as the threshold falls by more than the configuration allows, when
        ``I närhet av fiber`` cannot be interpreted, or when a kommun has no share at all.
    """
    import pandas as pd

    named = read_from or {}
    rows = of_kommuner(teknik, region)
    base = rows.sort_values(KEY, ignore_index=True)
    low, high = shares_from_technique(region, base, ledger, named)
    source = {k: np.where(np.isnan(v), "saknas", "teknik").astype("U9") for k, v in low.items()}
    _overlay_kolada(base, kolada, low, high, source, ledger)
    _overlay_speed(base, hastighet, region, low, high, source)
    _bound_between(low, high, source, ledger)
    low_raised = raise_monotone(region, base, low, high, source, ledger, named)
    _fill_missing(base, low_raised, ledger, named)
    parts = [
        base[KEY].assign(
            matt=level.measure,
            troskel_mbit=level.mbit,
            hushall_pts=base["antal"].astype("float64"),
            andel=low_raised[level],
            andel_ovre=np.fmax(high[level], low_raised[level]),
            kalla=source[level],
        )
        for level in LEVELS
    ]
    out = pd.concat(parts, ignore_index=True)
    return out.astype({"matt": "str", "kalla": "str", "troskel_mbit": "int64"})


def shares_from_technique(
    region: Region, base: pd.DataFrame, ledger: Ledger, read_from: Mapping[str, str] | None = None
) -> tuple[Shares, Shares]:
    """Return lower and upper bounds of each level from the technique shares; above 1 Gbit/s no lower one is known."""

    def share(name: str) -> NDArray[np.float64]:
        return base[f"andel_{name}"].to_numpy(dtype=np.float64)

    fiber, cable, vdsl, wired = (share(n) for n in ("fiber", "kabel_tv", "vdsl", "tradbunden"))
    near = _near_or_connected(region, base, fiber, share("narhet_fiber"), ledger, read_from or {})
    fast_low = np.fmax(fiber, cable)
    fast_high = np.fmin(1, np.fmin(np.nan_to_num(fiber) + np.nan_to_num(cable), np.nan_to_num(wired, nan=1)))
    slow_low = np.fmax(fast_low, vdsl)
    slow_high = np.fmin(1, np.fmin(fast_high + np.nan_to_num(vdsl), np.nan_to_num(wired, nan=1)))
    unknown = np.full(len(base), np.nan)
    passed = np.fmax(np.fmax(fiber, near), cable)
    low: Shares = {}
    high: Shares = {}
    for has, reached in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        if has.mbit > GIGABIT:
            low[has], high[has], known = unknown.copy(), np.fmax(fast_high, fast_low), unknown
        elif has.mbit > VDSL_MBIT:
            low[has], high[has], known = fast_low.copy(), np.fmax(fast_high, fast_low), passed
        else:
            most = slow_high if has.mbit == VDSL_MBIT else np.nan_to_num(wired, nan=1)
            low[has], high[has], known = slow_low.copy(), np.fmax(most, slow_low), passed
        low[reached], high[reached] = np.fmax(low[has], known), np.fmax(high[has], passed)
    return {level: low[level] for level in LEVELS}, high


def _near_or_connected(
    region: Region, base: pd.DataFrame, fiber: np.ndarray, near: np.ndarray, ledger: Ledger, named: Mapping[str, str]
) -> NDArray[np.float64]:
    """Return the share with fibre or fibre near by; decides whether PTS's column includes the connected."""
    includes = region.pts.narhet_inkluderar_anslutna
    if includes is None:
        below = near < fiber - 1e-9
        if below.any():
            first = base.loc[below].iloc[0]
            raise DataError(
                "Det går inte att avgöra om «I närhet av fiber» innehåller de anslutna.",
                file=named.get("teknik", "pts (teknik)"),
                column="I närhet av fiber",
                found=f"{int(below.sum())} områden där den är lägre än fiberkolumnen, först kommun "
                f"{first['kommunkod']} {first['omradestyp']}",
                action="Sätt narhet_inkluderar_anslutna = true eller false under [pts] i konfigurationen.",
            )
        includes = True
    if includes:
        return near
    ledger.add(
        "antagen",
        "pts teknik",
        "«I närhet av fiber» räknas utöver de anslutna (konfigurationen)",
        1,
        "passerad = fiber + närhet",
    )
    return np.fmin(1, fiber + np.nan_to_num(near))


def _overlay_kolada(
    base: pd.DataFrame, kolada: pd.DataFrame, low: Shares, high: Shares, source: Sources, ledger: Ledger
) -> None:
    """Put Kolada's shares where they say what is needed, for the same year.

    A share of the population is noted, since PTS's are of households.
    """
    year = int(base["ar"].iloc[0]) if len(base) else 0
    for kpi, what in INDICATORS.items():
        key = Level(what.matt, what.troskel_mbit)
        if key not in low:
            continue
        rows = kolada[(kolada["kpi"] == kpi) & (kolada["ar"] == year)].set_index("kommunkod")["andel"]
        found = base["kommunkod"].map(rows).to_numpy(dtype=np.float64)
        use = (base["omradestyp"] == what.omradestyp).to_numpy() & ~np.isnan(found)
        low[key][use], high[key][use], source[key][use] = found[use], found[use], "kolada"
        if what.of_people(year):
            ledger.add(
                "upplysning",
                f"kolada {kpi}",
                "andel av befolkningen, inte av hushållen",
                int(use.sum()),
                "visas som PTS-andel för kommunen; klasserna följer teknik",
            )


def _overlay_speed(
    base: pd.DataFrame, hastighet: pd.DataFrame, region: Region, low: Shares, high: Shares, source: Sources
) -> None:
    """Put the shares of *hastighet* where there are any; they are what PTS publishes, so no bounds."""
    rows = of_kommuner(hastighet, region)
    keyed = rows.set_index([*KEY, "matt", "troskel_mbit"])["andel"]
    import pandas as pd

    for level in low:
        keys = [base["kommunkod"], base["omradestyp"], [level.measure] * len(base), [level.mbit] * len(base)]
        wanted = pd.MultiIndex.from_arrays(keys)
        found = keyed.reindex(wanted).to_numpy(dtype=np.float64) if len(keyed) else np.full(len(base), np.nan)
        use = ~np.isnan(found)
        low[level][use], high[level][use], source[level][use] = found[use], found[use], "hastighet"
    # passerad = max(tillgång, passerad of 1 Gbit/s) where the workbook has tillgång but not passerad.
    for has, passed, fibre in passed_from():
        derived = (source[has] == "hastighet") & (source[passed] != "hastighet")
        value = np.fmax(low[has], low[fibre])
        low[passed] = np.where(derived, value, low[passed])
        high[passed] = np.where(derived, np.fmax(high[passed], value), high[passed])


def passed_from() -> list[tuple[Level, Level, Level]]:
    """Return tillgång and passerad of each threshold, beside the level that tells best who fibre passes.

    That is passerad of the highest threshold that fibre is assumed to give, and of the threshold itself above that.
    """
    of_fibre = [level for level in LEVELS.of("passerad") if level.mbit <= GIGABIT][-1:]
    both = zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True)
    return [(has, passed, of_fibre[0] if passed.mbit <= GIGABIT else passed) for has, passed in both]


def _bound_between(low: Shares, high: Shares, source: Sources, ledger: Ledger) -> None:
    """Hold the bounds of a threshold that PTS does not publish between those of the thresholds it does.

    Where there is no lower bound at all (above 1 Gbit/s) it is 0, and the source stays ``saknas``.
    """
    most = {level: np.fmax(low[level], high[level]) for level in low}
    for level in (level for level in LEVELS if level.mbit not in DEFAULT_MBIT):
        own = np.isin(source[level], ("teknik", "saknas"))
        for bound, known in ((low, np.nan_to_num(low[level])), (high, most[level])):
            bound[level] = np.where(own, between(level, known, low, most), bound[level])
        ledger.add(
            "antagen",
            "pts",
            f"andel för {level.measure} {level.mbit} Mbit/s, som PTS inte publicerar",
            int(own.sum()),
            "undre och övre gräns ur teknik och ur PTS:s andelar vid närmaste trösklar",
        )


def between(level: Level, share: NDArray[np.float64], least: Shares, most: Shares) -> NDArray[np.float64]:
    """Hold the share of a threshold that PTS does not publish between what is known of those it does.

    More have a lower threshold and fewer a higher one: ``least`` of each higher, ``most`` of each lower. NaN stays NaN.
    """
    out = share
    for other in (x for x in LEVELS.of(level.measure) if x.mbit in DEFAULT_MBIT):
        out = np.fmax(out, least[other]) if other.mbit > level.mbit else np.fmin(out, most[other])
    return np.where(np.isnan(share), np.nan, out)


def raise_monotone(
    region: Region,
    base: pd.DataFrame,
    low: Shares,
    high: Shares,
    source: Sources,
    ledger: Ledger,
    named: Mapping[str, str],
) -> Shares:
    """Raise a share that falls when the threshold falls, or that is passerad below tillgång.

    A lower bound out of *teknik* that lies below a share that is published contradicts nothing, as long as the
    upper bound does not.

    Raises
    ------
    DataError
        When a share would be raised by more than ``pts.max_lyft_pe`` percentage points.
    """
    out = {k: v.copy() for k, v in low.items()}
    for above, below in LEVELS.implied():
        lift = out[above] - out[below]
        lift = np.where(np.isnan(lift), 0.0, lift)
        raised = lift > 1e-12
        if not raised.any():
            continue
        bound = (source[below] == "teknik") & (source[above] != "teknik")
        against = np.where(bound, np.fmax(out[below], high[below]), out[below])
        beyond = np.where(raised, out[above] - against, 0.0)
        worst = int(np.argmax(beyond))
        where = f"{base['kommunkod'].iloc[worst]} {base['omradestyp'].iloc[worst]}"
        what = f"{below.measure} {below.mbit} Mbit/s lägre än {above.measure} {above.mbit} Mbit/s"
        if beyond[worst] * 100 > region.pts.max_lyft_pe + 1e-9:
            one, other = (str(source[k][worst]) for k in (below, above))
            raise DataError(
                "Två andelar hos PTS eller Kolada motsäger varandra, mer än avrundning kan förklara.",
                file=" och ".join(dict.fromkeys(named.get(k, k) for k in (one, other))),
                column=what,
                row=where,
                found=f"{against[worst]:.4f} ({one}) mot {out[above][worst]:.4f} ({other})",
                expected=f"skillnad högst {region.pts.max_lyft_pe} procentenheter",
                action="Kontrollera filerna; är de rätt kan [pts] max_lyft_pe höjas i konfigurationen.",
            )
        examples = (base["kommunkod"] + " " + base["omradestyp"])[raised]
        ledger.add("justerad", "pts", f"andel {what}", int(raised.sum()), "lyft till den högre", examples)
        out[below] = np.where(raised, out[above], out[below])
    return out


def _fill_missing(base: pd.DataFrame, low: Shares, ledger: Ledger, named: Mapping[str, str]) -> None:
    """Give a class without a share its kommun's total; a class without households needs none."""
    for key, values in low.items():
        missing = np.isnan(values)
        if not missing.any():
            continue
        total = base.assign(v=values)[base["omradestyp"] == "totalt"].set_index("kommunkod")["v"]
        values[missing] = base["kommunkod"].map(total).to_numpy(dtype=np.float64)[missing]
        still = np.isnan(values) & (base["antal"].to_numpy() > 0)
        if still.any():
            raise DataError(
                "PTS-andel saknas.",
                file=named.get("teknik", "pts (teknik)"),
                row=str(base.loc[still, "kommunkod"].iloc[0]),
                expected=f"en andel för {key.measure} {key.mbit} Mbit/s, eller fiber och kabel-tv",
                action="Kontrollera arbetsboken för den kommunen.",
            )
        values[np.isnan(values)] = 0.0
        ledger.add(
            "antagen",
            "pts",
            f"andel saknas för {key.measure} {key.mbit} Mbit/s",
            int(missing.sum()),
            "kommunens totala andel används",
            (base["kommunkod"] + " " + base["omradestyp"])[missing],
        )


def group_shares(
    wanted: pd.DataFrame, groups: pd.DataFrame, table: pd.DataFrame, column: str = "andel"
) -> NDArray[np.float64]:
    """Return the benchmark share per group and level, shape (groups, levels); or its upper bound, ``andel_ovre``.

    A group that merged two classes has the household-weighted mean of their shares.
    """
    import pandas as pd

    by = ["matt", "troskel_mbit", "kommunkod"]
    parts = groups.merge(wanted.drop(columns="hushall_pts"), on=["kommunkod", "omradestyp"], how="left")
    parts["tackta"] = parts[column] * parts["hushall_pts"]
    grouped = parts.groupby([*by, "grupp"])
    sums = grouped[["tackta", "hushall_pts"]].sum()
    mean = (sums["tackta"] / sums["hushall_pts"]).where(sums["hushall_pts"] > 0, grouped[column].mean())
    whole = wanted[wanted["omradestyp"] == "totalt"].set_index(by)[column]
    is_whole = (table["grupp"] == "totalt").to_numpy()
    out = np.empty((len(table), len(LEVELS)))
    for i, level in enumerate(LEVELS):
        keys = [[level.measure] * len(table), [level.mbit] * len(table), table["kommunkod"], table["grupp"]]
        own, of_kommun = (x.reindex(pd.MultiIndex.from_arrays(keys[:n])).to_numpy() for x, n in ((mean, 4), (whole, 3)))
        out[:, i] = np.where(is_whole | np.isnan(own), of_kommun, own)
    return out


def lan_shares(
    region: Region, teknik: pd.DataFrame, hastighet: pd.DataFrame, read_from: Mapping[str, str] | None = None
) -> dict[Level, tuple[float, str]]:
    """Return PTS's own share for the län, all households, and its source; NaN and ``saknas`` where none."""
    from pipelines.core.ledger import Ledger

    def of_lan(table: pd.DataFrame) -> pd.DataFrame:
        names = table["omrade"].str.casefold().isin([region.lan.namn.casefold(), region.lan.kortnamn.casefold()])
        return table[(table["bas"] == "hushall") & (table["niva"] == "lan") & names & (table["omradestyp"] == "totalt")]

    base, speed = of_lan(teknik).reset_index(drop=True), of_lan(hastighet)
    out = dict.fromkeys(LEVELS, (np.nan, "saknas"))
    if len(base):
        low, _ = shares_from_technique(region, base, Ledger("lan"), read_from)
        out |= {k: (float(v[0]), "teknik") for k, v in low.items() if not np.isnan(v[0])}
    rows = zip(speed["matt"], speed["troskel_mbit"], speed["andel"], strict=True)
    given = {Level(str(m), int(t)): float(v) for m, t, v in rows}  # type: ignore[arg-type]
    out |= {level: (v, "hastighet") for level, v in given.items() if level in out}
    for has, passed, fibre in passed_from():  # as for the kommuner
        if has in given and passed not in given:
            out[passed] = (float(np.fmax(given[has], out[fibre][0])), "hastighet")
    shares = {level: np.array([share]) for level, (share, _) in out.items()}
    for level, (_, source) in out.items():
        if level.mbit not in DEFAULT_MBIT and source == "teknik":
            out[level] = (float(between(level, shares[level], shares, shares)[0]), source)
    return out
