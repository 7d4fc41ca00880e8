"""The report on coverage: our shares beside PTS's, what could not be met, what the evidence decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core import ledger
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import MEASURE
from pipelines.publish.words import beside_pts
from pipelines.publish.words.markdown import cell, table
from pipelines.publish.words.swedish import number
from pipelines.tables.code_lists import KINDS

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


def told_apart(tables: dict[str, pd.DataFrame], level: Level) -> str:
    """Houses, flats, holiday homes and workplaces of each kommun, and those of them without at a level."""
    import pandas as pd

    lan = tables["lan"].rename(columns={"lanskod": "kommunkod", "lansnamn": "kommunnamn"})
    both = pd.concat([tables["kommuner"], lan], ignore_index=True)
    rows = [
        [
            f"{row['kommunkod']} {row['kommunnamn']}",
            *(number(row[x]) for kind in KINDS for x in (kind, level.without(kind))),
        ]
        for row in both.to_dict("records")
    ]
    some = tables["kommuner"]
    missing = {
        what: [*some.loc[some[kind].isna(), "kommunnamn"]]
        for kind, what in (("fritidshus", "byggnader"), ("arbetsstallen", "PTS:s antal arbetsställen"))
    }
    said = [
        f"**{what[:1].upper() + what[1:]} saknas i {len(names)} av {len(some)} kommuner**: talen är okända, "
        f"inte noll, och länets summa också. {', '.join(names[:5])}{' …' if len(names) > 5 else '.'}"
        for what, names in missing.items()
        if names
    ]
    words = ("Hushåll i småhus", "Hushåll i flerbostadshus", "Fritidshus", "Arbetsställen")
    return (
        f"## Hustyper\n\nVäntade antal, och därav utan vid {level.mbit} Mbit/s ({MEASURE['sv'][level.measure]}); "
        "**modellerade**: hustypen kommer av byggnaderna, hushållen är PTS:s och SCB:s fördelade på adresser. "
        "*Fritidshus*: småhus utan bofast hushåll, också de som står tomma. *Arbetsställen*: PTS:s antal, fördelade "
        "efter hustyp; vilka som är utan är adressens täckning, PTS:s egna andelar står på bladet Mål. Resten av "
        "hushållen bor vid verksamheter eller där huset är okänt. Per ruta, kommun och bristområde: "
        "`bredband.gpkg`.\n\n"
        + "".join(f"{x}\n\n" for x in said)
        + table(["Kommun", *(x for w in words for x in (w, "utan"))], rows)
    )


def beside_benchmarks(wanted: pd.DataFrame) -> str:
    """In how many of PTS's shares our count is PTS's, and what that means."""
    told = beside_pts.count(wanted)
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
    return (
        f"{head}{number(told.compared)} tal är jämförda, {beside_pts.DENOMINATOR}.\n\n{split}\n\n"
        f"{beside_pts.MEANING}\n\n"
        "Innan pengar fördelas: pröva täckningsuppgifterna där skillnaden mot PTS är stor, och hämta in uppgifter för "
        "de platser där bara statistiken avgör (`underlag` = statistik). Talen ett och ett: `tabeller/avstamning.csv`."
    )


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


def against_published(rows: pd.DataFrame) -> str:
    """Every published figure at hand: how many agree, source by source."""
    counts = rows.groupby(["kalla", "storhet", "utfall"], sort=True).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["inom", "utanfor", "ej_jamforbart"], fill_value=0)
    span = rows.groupby(["kalla", "storhet"], sort=True)[["tolerans"]].first()
    summary = [
        (source, _QUANTITIES[str(quantity)], *map(int, n), number(span.loc[(source, quantity), "tolerans"], 2))
        for (source, quantity), n in zip(counts.index, counts.to_numpy(), strict=True)
    ]
    return (
        "## Avstämning mot publicerade tal\n\nVarje publicerat tal som finns till hands, bredvid vårt. Skillnad i "
        "procentenheter för andelar, annars i procent av källans tal. Inget justeras. *Ej jämförbart*: annat år eller "
        "annat mått. Alla rader: tabeller/avstamning_kallor.csv.\n\n"
        + table(("Källa", "Storhet", "Inom", "Utanför", "Ej jämförbart", "Tolerans"), summary, left=2)
    )


def deviations(rows: pd.DataFrame) -> str:
    """Those outside their tolerance, cause by cause; the figures themselves are in files."""
    if rows.empty:
        return "## Avvikelser efter orsak\n\nInget publicerat tal skiljer sig från vårt mer än toleransen."
    told = [
        (
            r["forklaring"],
            r["atgard"],
            "; ".join(
                f"{r[f'storst_{i}']} {number(r[f'storst_{i}_skillnad'], 1)}" for i in (1, 2, 3) if r[f"storst_{i}"]
            ),
            r["skillnad_enhet"],
            r["tal_utanfor"],
            r["antal_kommuner"],
            "–" if r["skillnad_hushall"] != r["skillnad_hushall"] else number(r["skillnad_hushall"], 1),
            "–" if not r["matt"] else f"{r['troskel_mbit']} {r['matt']}",
        )
        for r in rows.to_dict("records")
    ]
    head = ("Orsak", "Att göra", "Störst", "Enhet", "Tal", "Kommuner", "Hushåll", "vid")
    return (
        f"## Avvikelser efter orsak\n\n{number(rows['tal_utanfor'].sum())} av {number(rows['tal_jamforda'].iloc[0])} "
        "publicerade tal skiljer sig från våra mer än toleransen. *Hushåll*: vårt antal med täckning minus källans, "
        "summan av kommunernas områdestyper vid den tröskel och det mått där skillnaden är störst; trösklar och mått "
        "summeras aldrig. Talen ett och ett: `tabeller/avstamning_kallor.csv`, per områdestyp "
        "`tabeller/avstamning.csv`.\n\n" + table(head, told, left=4)
    )
