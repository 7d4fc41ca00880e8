"""What the run says of the ground under its trenches: islands of the network, houses far from every road."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.gaps.trench_ground import Roads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.config.region import Region
    from pipelines.core.facts import TrenchGround
    from pipelines.core.ledger import Ledger
    from pipelines.gaps.address_places import Places
    from pipelines.gaps.costed_areas import Gaps
    from pipelines.gaps.trench_ground import Ground

WHERE = "schakt"


def note(ledger: Ledger, under: Ground, gaps: Sequence[Gaps], here: Places, region: Region) -> None:
    """Leave the facts of the ground, and count and name what no road reaches."""
    facts: TrenchGround = {
        "underlag": "vagar" if isinstance(under, Roads) else "raka_linjer",
        "vaglinjer": 0,
        "noder": 0,
        "hopfogade_andar": 0,
        "vagnatets_delar": 0,
        "adresser_utanfor_storsta_delen": 0,
        "adresser_langt_fran_vag": 0,
    }
    ledger.facts["schakt"] = facts
    if isinstance(under, Roads):
        _note_roads(ledger, facts, under, here, region)
    else:
        wet = sum(int((g.omraden["schakt_sjo_m"] > 0).sum()) for g in gaps)
        reason = "områden vars raka schakt går över vatten (alla trösklar och mått)"
        ledger.add("upplysning", WHERE, reason, wet, "metrarna står i schakt_sjo_m och kostar som sjökabel")


def _note_roads(ledger: Ledger, facts: TrenchGround, under: Roads, here: Places, region: Region) -> None:
    net, far = under.network, under.drop.length_m > region.vagar.langsta_stick_m
    outside = net.part > 0
    facts["vaglinjer"], facts["noder"] = len(under.lines), under.noded.nodes
    facts["hopfogade_andar"] = int(under.noded.joined.sum())
    facts["vagnatets_delar"] = int(net.part.max(initial=-1)) + 1
    facts["adresser_utanfor_storsta_delen"] = int(outside.sum())
    facts["adresser_langt_fran_vag"] = int(far.sum())
    ledger.add(
        "upplysning",
        WHERE,
        "adresser på öar i vägnätet, dit ingen väg eller färja går",
        int(outside.sum()),
        "de nås med raka linjer mellan vägar (schakt_fagelvag_m), över vatten som sjökabel (schakt_sjo_m)",
        _islands(under, here, region),
    )
    ledger.add(
        "upplysning",
        WHERE,
        f"adresser längre än {region.vagar.langsta_stick_m:g} m från närmaste väg",
        int(far.sum()),
        "sticket räknas som rak linje (schakt_fagelvag_m)",
        [f"{x}: {n}" for x, n in _by_kommun(here.codes[here.kommun[far]], region)],
    )


def _islands(under: Roads, here: Places, region: Region) -> list[str]:
    """Name the islands with most addresses: the road most of them lie by, kommun, and how many they are."""
    part, names = under.network.part, under.lines["namn"].to_numpy()
    count = np.bincount(part)
    out = []
    for k in range(1, min(len(count), 11)):
        mine = np.flatnonzero(part == k)
        roads = [x for x in names[under.noded.source[under.drop.line[mine]]] if x]
        road = max(sorted(set(roads)), key=roads.count) if roads else "väg utan namn"
        kommun = _by_kommun(here.codes[here.kommun[mine]], region)[0][0]
        e, n = here.e_m[mine].mean(), here.n_m[mine].mean()
        out.append(f"{road}, {kommun} (E {e:.0f}, N {n:.0f}): {count[k]} adresser")
    return out


def _by_kommun(codes: np.ndarray, region: Region) -> list[tuple[str, int]]:
    """Count addresses by kommun, most first."""
    known, number = np.unique(codes, return_counts=True)
    order = np.lexsort((known, -number))
    return [(region.kommunnamn.get(str(known[i]), str(known[i])), int(number[i])) for i in order]
