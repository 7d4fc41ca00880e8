"""The report on coverage: our shares beside PTS's, what could not be met, what the evidence decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import ledger
from pipelines.core.level import LEVELS
from pipelines.publish.words import beside_pts
from pipelines.publish.words.markdown import cell, table
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region


def reconciliation(tables: dict[str, pd.DataFrame], region: Region) -> str:
    """Per kommun our share beside PTS's, and the difference in percentage points."""
    import pandas as pd

    lan = tables["lan"].rename(columns={"lanskod": "kommunkod", "lansnamn": "kommunnamn"})
    both = pd.concat([tables["kommuner"], lan], ignore_index=True)
    limit = region.kontroll.avvikelse_pe
    rows = []
    for row in both.to_dict("records"):
        line: list[object] = [f"{row['kommunkod']} {row['kommunnamn']}"]
        for level in LEVELS.of("tillgang"):
            gap = row[level.deviation]
            flag = " ⚠" if gap == gap and abs(gap) > limit else ""
            line += [
                number(row[level.share], 2),
                number(row[level.pts_share], 2),
                number(gap, 2) + flag,
                row[level.pts_source],
            ]
        rows.append(line)
    head = ["Kommun"]
    for t in LEVELS.mbit:
        head += [f"Vår {t} (%)", f"PTS {t} (%)", "Skillnad (pe)", "Källa"]
    return (
        "## Avstämning mot PTS\n\nAndel hushåll med tillgång. Skillnad = vår andel minus PTS:s, i procentenheter; "
        f"⚠ = mer än {number(limit, 1)}. Källa *teknik*: PTS-andelen är en undre gräns ur teknikandelar.\n\n"
        + table(head, rows)
    )


def beside_benchmarks(wanted: pd.DataFrame, region: Region) -> str:
    """In how many of PTS's shares our count is PTS's, what that means, and the largest differences."""
    told = beside_pts.count(wanted)
    rest = beside_pts.per_class(wanted)
    rest = rest.assign(storlek=rest["rest_hushall"].abs())
    rest = rest[rest["storlek"] > beside_pts.NEAR].sort_values(["storlek", "kommunkod"], ascending=[False, True])
    head = "## Antal hushåll med täckning bredvid PTS:s\n\n"
    if not told.compared:
        return head + "PTS har ingen andel att jämföra med."
    split = table(
        ("Vårt antal hushåll med täckning är", "Vad som avgör", "Antal tal", "Andel av talen (%)"),
        [
            (text, beside_pts.DECIDES[name], n, number(100 * n / told.compared, 1))
            for name, text in beside_pts.LABELS.items()
            for n in (getattr(told, name),)
        ],
        left=2,
    )
    said = (
        f"{head}{number(told.compared)} tal är jämförda, {beside_pts.DENOMINATOR}.\n\n{split}\n\n"
        f"{beside_pts.MEANING}\n\n"
        "Innan pengar fördelas: pröva täckningsuppgifterna där skillnaden mot PTS är stor, och hämta in uppgifter för "
        "de platser där bara statistiken avgör (`underlag` = statistik)."
    )
    rows = [
        (
            f"{r['kommunkod']} {region.kommunnamn.get(r['kommunkod'], '')}",
            r["omradestyp"],
            r["matt"],
            r["troskel_mbit"],
            number(100 * r["andel"], 2),
            number(r["hushall_uppnatt"], 1),
            number(r["rest_hushall"], 1),
        )
        for r in rest.head(60).to_dict("records")
    ]
    if not rows:
        return said
    more = f" De 60 största av {len(rest)} visas." if len(rest) > len(rows) else ""
    columns = ("Kommun", "Områdestyp", "Mått", "Tröskel", "PTS (%)", "Vårt antal (hushåll)", "Vårt minus PTS (hushåll)")
    return f"{said}\n\n### Där antalen skiljer sig\n\nStörst skillnad först.{more}\n\n" + table(columns, rows, left=3)


def evidence_table(said: ledger.Ledger, region: Region) -> str:
    """Per evidence file and kommun: rows, share matched, complete, publishable; and who decided how much."""
    rows = [
        (
            h["fil"],
            f"{h['kommunkod']} {region.kommunnamn.get(h['kommunkod'], '')}",
            h["niva"],
            "ja" if h["fullstandig"] else "nej",
            "ja" if h["far_publiceras"] else "nej",
            number(h["traffar"], 0),
            number(h["adresser"], 0),
            number(100 * h["adresser"] / max(h["adresser_i_kommunen"], 1), 1),
        )
        for h in said.facts["traffar"]
    ]
    names = ("adress", "ruta", "omrade", "statistik")
    split = table(
        ("Mått och tröskel", *names),
        [
            (pair, *(f"{number(100 * n[k] / max(sum(n.values()), 1), 1)} %" for k in names))
            for pair, n in said.facts["adresser_per_underlag"].items()
        ],
    )
    assumed = said.facts["antagen_hastighet"]
    guessed = "".join(f"\n- {cell(f)}: {number(n, 0)} rader" for f, n in assumed.items())
    return (
        "## Täckningsuppgifter\n\nAndel av adresserna per underlag (*statistik* är modellerat). Ofullständiga "
        f"uppgifter kan visa att täckning finns, aldrig att den saknas.\n\n{split}\n\n"
        + (
            table(
                (
                    "Fil",
                    "Kommun",
                    "Nivå",
                    "Fullständig",
                    "Får publiceras",
                    "Träffar",
                    "Adresser nämnda",
                    "Andel av kommunens adresser (%)",
                ),
                rows,
                left=5,
            )
            if rows
            else "Inga täckningsuppgifter gavs."
        )
        + (f"\n\nRader med antagen hastighet (tom `ned_mbit`):\n{guessed}" if guessed else "")
    )


_QUANTITIES = {
    "andel_hushall": "andel av hushållen",
    "andel_befolkning": "andel av befolkningen",
    "hushall": "hushåll",
    "folkmangd": "folkmängd",
    "land_ha": "landareal (ha)",
}
_SHOWN = 40
"""Rows outside their tolerance that the report lists; the CSV file has them all."""


def against_published(rows: pd.DataFrame) -> str:
    """Every published figure at hand: how many agree per source, and which do not."""
    import pandas as pd

    counts = rows.groupby(["kalla", "storhet", "utfall"], sort=True).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["inom", "utanfor", "ej_jamforbart"], fill_value=0)
    span = rows.groupby(["kalla", "storhet"], sort=True)[["tolerans"]].first()
    summary = [
        (source, _QUANTITIES[str(quantity)], *map(int, n), number(span.loc[(source, quantity), "tolerans"], 2))
        for (source, quantity), n in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    whole = rows[(rows["utfall"] == "utanfor") & (rows["omradestyp"] == "totalt")]
    worst = whole.assign(over=(whole["skillnad"].abs() / whole["tolerans"])).sort_values(
        ["over", "niva", "kod", "kalla"], ascending=[False, False, True, True], kind="stable"
    )
    listed = [
        (
            f"{r['kod']} {r['namn']}",
            r["kalla"],
            _QUANTITIES[r["storhet"]],
            "" if pd.isna(r["troskel_mbit"]) else f"{r['troskel_mbit']} Mbit/s, {r['matt']}",
            r["orsak"],
            number(r["vart_tal"], 2),
            number(r["deras_tal"], 2),
            number(r["skillnad"], 2),
            number(r["tolerans"], 2),
        )
        for r in worst.head(_SHOWN).to_dict("records")
    ]
    said = (
        "## Avstämning mot publicerade tal\n\nVarje publicerat tal som finns till hands, bredvid vårt. Skillnad i "
        "procentenheter för andelar, annars i procent av källans tal. Inget justeras. *Ej jämförbart*: annat år eller "
        "annat mått. Alla rader: tabeller/avstamning_kallor.csv.\n\n"
        + table(("Källa", "Storhet", "Inom", "Utanför", "Ej jämförbart", "Tolerans"), summary, left=2)
    )
    if listed:
        said += (
            f"\n\n### ⚠ Utanför toleransen\n\n{len(whole)} tal för hela områden, här de {min(len(whole), _SHOWN)} som "
            "är längst utanför.\n\n"
            + table(
                ("Område", "Källa", "Storhet", "Tröskel och mått", "Varför", "Vårt", "Källans", "Skillnad", "Tolerans"),
                listed,
                left=5,
            )
        )
    return said
