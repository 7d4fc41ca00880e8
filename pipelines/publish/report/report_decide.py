"""The two pages that decide: the state, what to do, what to check first, how sure it is. The rest is the appendix.

Every number stands with what it is of, and says whether it is published, measured, modelled or assumed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import ledger
from pipelines.core.facts import rows_of
from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import MEASURE, UNIT
from pipelines.gaps import budget
from pipelines.projects.build_plan import payable, reach
from pipelines.publish.report import report_gaps, report_model
from pipelines.publish.words.markdown import cell, table
from pipelines.publish.words.swedish import number

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva, Region
    from pipelines.core.facts import Facts, Hits
    from pipelines.core.quoted import RunFacts

APPENDIX = "rapport_bilaga.md"
SERIOUS = 2
"""Entries that may make a figure wrong told here; the appendix has all."""
BUDGETS = (50e6, 100e6, 300e6)
"""Kronor."""
CAUSES = 3
"""Causes of deviations told here; the appendix has all."""
FIRST = 5
"""Projects, and kommuner, that are named."""
PROJECTS = [
    *("projekt_id", "namn", "troskel_mbit", "matt", "kommuner", "adresser", "modellerad", "prioritet", "kontrolleras"),
    *("hushall_utan", "hushall_utan_lag", "hushall_utan_hog", "kostnad_sek", "kostnad_lag_sek", "kostnad_hog_sek"),
    *("kostnad_per_hushall_sek", "andel_i_plan"),
]
"""What the pages need of the table ``projekt``."""
BESIDE = (("pts", "arbetsstallen", "arbetsställen (PTS)"), ("egen", "fritidshus", "fritidshus (modellerat)"))
"""What the goals are told of beside households: source, ``bas``, words."""
LINKS = (
    ("Kommunerna bredvid PTS", "avstämning-mot-pts"),
    ("hustyper", "hustyper"),
    ("avvikelser efter orsak", "avvikelser-efter-orsak"),
    ("bristområden och kostnader", "bristområden"),
    ("täckningsuppgifter", "täckningsuppgifter"),
    ("modellen", "modellen"),
    ("vad som föll bort, antogs eller ändrades", "vad-som-föll-bort-antogs-eller-ändrades"),
    ("lagar", "lagar"),
    ("indata", "indata"),
)
"""Headings of the appendix, and their anchors."""


@dataclass(frozen=True)
class Found:
    """The tables and ledgers that the pages are made of."""

    lan: pd.Series
    kommuner: pd.DataFrame
    goals: pd.DataFrame
    projects: pd.DataFrame
    doubtful: pd.DataFrame
    deviations: pd.DataFrame
    said: dict[str, ledger.Ledger]
    region: Region

    @property
    def homes(self) -> str:
        """All households, as a denominator."""
        return number(self.lan["hushall"])


def pages(found: Found, facts: RunFacts, mark: str) -> str:
    """Return the report.

    Parameters
    ----------
    mark : str
        What a demo, and the edition, must say, as lines.
    """
    parts = [
        f"# Rapport: bredband i {facts['lan']}",
        mark,
        f"Körning `{facts['korning_id']}` · PTS {facts['pts_datum']} · SCB {facts['scb_ar']} · program "
        f"{facts['version']}. Allt bakom talen står i [bilagan]({APPENDIX}), tabellerna i `kommuner.xlsx` och "
        "`tabeller/`.",
        first(found),
        state(found),
        to_do(found),
        to_check(found),
        how_sure(found),
        more(),
    ]
    return "\n\n".join(p for p in parts if p) + "\n"


def first(found: Found) -> str:
    """Because of what a figure may be wrong; nothing where there is nothing."""
    rows = [e for book in found.said.values() for e in book.entries if e.kind == "allvarlig"]
    if not rows:
        return ""
    told = [
        f"- {cell(e.source)}: {cell(e.reason)}. {cell(e.action[:1].upper() + e.action[1:])}." for e in rows[:SERIOUS]
    ]
    if len(rows) > SERIOUS:
        told.append(f"- Och {len(rows) - SERIOUS} till av {len(rows)}: se bilagan.")
    return "## ⚠ Läs detta först\n\nTal i utgåvan kan vara fel.\n\n" + "\n".join(told)


def state(found: Found) -> str:
    """The län at each level beside PTS's own share, and each goal."""
    lan = found.lan
    rows = []
    for level in LEVELS.by_threshold():
        limits = "–"
        if level.measure == "tillgang":
            limits = f"{number(lan[level.limit('lag')])}–{number(lan[level.limit('hog')])}"
        rows.append(
            (
                named(level),
                number(lan[level.share], 2),
                number(lan[level.pts_share], 2),
                number(lan[level.without()]),
                limits,
                number(100 * np.divide(*known(found, level)), 1),
            )
        )
    head = ("Tröskel och mått", "Har täckning (%)", "Enligt PTS (%)", "Hushåll utan", "Lägst–högst", "Uppmätt (%)")
    return (
        f"## Läget\n\n{found.homes} hushåll (PTS) och {number(lan['befolkning'])} invånare (SCB) på "
        f"{number(lan['adresser'])} adresser i {len(found.region.lan.kommuner)} kommuner. *Tillgång*: hushållet kan få "
        "hastigheten nu. *Passerad*: det har den, eller så går fiber förbi.\n\n"
        + table(head, rows)
        + f"\n\nAndelar av alla {found.homes} hushåll. *Uppmätt*: andelen adresser där täckningsuppgifter avgör; för "
        f"resten är täckningen modellerad. *Lägst–högst*: {report_model.KOMMUN_INTERVALS}\n\n"
        + "\n".join(_goal(found, n, goal) for n, goal in enumerate(found.region.mal.nivaer, 1))
        + f"\n- **Kvar till samma mål**, i ordning: {'; '.join(_beside(found, *x) for x in BESIDE)}."
    )


def _goal(found: Found, n: int, goal: Malniva) -> str:
    """One goal in a line, in the measure that it is written in; PTS's share of it stands in the table of levels."""
    rows = found.goals[(found.goals["mal_nr"] == n) & (found.goals["matt"] == goal.matt)]
    own = _place(rows, "lan", "egen")
    kommuner = rows[
        (rows["niva"] == "kommun")
        & (rows["kalla"] == "egen")
        & (rows["omradestyp"] == "totalt")
        & (rows["bas"] == "hushall")
    ]
    reached = int((kommuner["uppnatt"] == "ja").sum())
    if own is None:
        return f"- **{cell(goal.namn)}** ({named(goal.level)}): inga hushåll att mäta."
    missing = float(own["antal_saknas"])
    told = (
        "Målet är **nått**"
        if own["uppnatt"] == "ja"
        else f"**{number(missing)} hushåll kvar** av {number(own['antal'])}"
    )
    # Of two goals at a level the kommuner that are furthest from one are so from the other.
    told_before = any(g.level == goal.level for g in found.region.mal.nivaer[: n - 1])
    furthest = kommuner[kommuner["antal_saknas"] > 0].nlargest(0 if told_before else 2, "antal_saknas")
    names = ", ".join(f"{r['namn']} ({number(r['antal_saknas'])})" for r in furthest.to_dict("records"))
    return (
        f"- **{cell(goal.namn)}** ({named(goal.level)}): {number(own['andel_pct'], 2)} %. {told}; {reached} av "
        f"{len(kommuner)} kommuner har nått det." + (f" Flest: {names}." if names else "")
    )


def _beside(found: Found, source: str, bas: str, words: str) -> str:
    """Return how far what is no household is from the goals, one by one, in a few words."""
    own = [
        _place(found.goals[(found.goals["mal_nr"] == n) & (found.goals["matt"] == goal.matt)], "lan", source, bas)
        for n, goal in enumerate(found.region.mal.nivaer, 1)
    ]
    told = ["okänt" if x is None or np.isnan(x["antal_saknas"]) else number(x["antal_saknas"]) for x in own]
    of = next((f" av {number(x['antal'])}" for x in own if x is not None and not np.isnan(x["antal"])), "")
    return f"{words} {', '.join(told)}{of}"


def to_do(found: Found) -> str:
    """What a sum of money reaches, which projects come first, and PTS's list."""
    level, region = found.region.planering.level, found.region
    ranked = report_gaps.of_level(found.projects, level).sort_values("prioritet", ignore_index=True)
    whole = float(found.lan[level.without()])
    rows = []
    for kronor in BUDGETS:
        b = ranked[built(ranked, kronor, region)]
        modelled = b[b["modellerad"]]
        rows.append(
            (
                number(kronor / 1e6),
                number(len(b)),
                number(b["hushall_utan"].sum()),
                "{}–{}".format(*(number(x) for x in reach(b))),
                number(100 * b["hushall_utan"].sum() / whole, 1) if whole else "–",
                number(modelled["hushall_utan"].sum()),
                *(number(b[c].sum() / 1e6) for c in ("kostnad_lag_sek", "kostnad_hog_sek")),
            )
        )
    head = (
        "Budget (mkr)",
        "Projekt",
        "Hushåll",
        "90 %-intervall",
        f"Av {number(whole)} (%)",
        "varav modellerade",
        "Kostar lägst (mkr)",
        "högst (mkr)",
    )
    return (
        f"## Vad som bör göras\n\nSå långt räcker pengarna vid {named(level)}, efter prioritet (som `make plan`). "
        "Hushållen är väntade antal (intervallet: projekten felar var för sig), kostnaderna **antagna** (lägst, högst: "
        f"alla antaganden i var sin ände). {_beyond(ranked, whole)}\n\n"
        + table(head, rows)
        + f"\n\nDe {min(FIRST, len(ranked))} första av {number(len(ranked))} projekt:\n\n"
        + "\n".join(_project(r, region) for r in ranked.head(FIRST).to_dict("records"))
        + f"\n\n{_priority(found.said['goals'].facts)}"
    )


def _beyond(ranked: pd.DataFrame, whole: float) -> str:
    spread = whole - float(ranked["hushall_utan"].sum())
    if not len(ranked):
        return f"Inga projekt; {number(spread)} av {number(whole)} hushåll väntas sakna det utspritt."
    return f"{number(spread)} av {number(whole)} hushåll utan är utspridda: dem når ingen plan."


def built(ranked: pd.DataFrame, kronor: float, region: Region) -> np.ndarray:
    """Return which projects are built for a sum, exactly as ``make plan`` has it: none above the stop price."""
    return budget.follow(
        ranked["prioritet"].to_numpy(np.int64),
        payable(ranked, region.projekt),
        ranked["hushall_utan"].to_numpy(np.float64),
        kronor,
    )


def _project(row: dict[str, Any], region: Region) -> str:
    known = "modellerat" if row["modellerad"] else "uppmätt"
    cost, each = row["kostnad_sek"], row["kostnad_per_hushall_sek"]
    money = "kostnaden okänd" if cost != cost else f"{number(cost / 1e3)} tkr"
    per = "" if each != each else f", {number(each)} kr per hushåll"
    homes = (number(row[f"hushall_utan{x}"]) for x in ("", "_lag", "_hog"))
    return (
        f"{row['prioritet']}. **{cell(row['namn'])}**, {report_gaps.names(row['kommuner'], region)}: "
        "{} hushåll ({}–{}), ".format(*homes)
        + f"{number(row['adresser'])} adresser, {money}{per} ({known})"
    )


def _priority(facts: Facts) -> str:
    p = facts["pts_prioritering"]
    return (
        f"**PTS:s prioritering** ({p['regelar']} års regler, kontrollera årets): förslaget har "
        f"{number(p['prioriterade'])} av högst {number(p['far_prioriteras'])} byggnader, bland "
        f"{number(p['stodberattigade'])} stödberättigade. {number(p['prioriterade_modellerade'])} av de "
        f"{number(p['prioriterade'])} är modellerade: kontrollera dem. Listan: `prioritering_pts.csv`."
    )


def to_check(found: Found) -> str:
    """What may be wrong, the largest first: deviations by cause, modelled areas, kommuner without evidence."""
    level = found.region.planering.level
    ranked = report_gaps.of_level(found.projects, level)
    plan = ranked[built(ranked, BUDGETS[1], found.region)]
    modelled = plan[plan["modellerad"]]
    told = [
        f"- **{number(len(modelled))} av de {number(len(plan))} projekt som {number(BUDGETS[1] / 1e6)} mkr bygger är "
        f"modellerade** ({number(modelled['hushall_utan'].sum())} av {number(plan['hushall_utan'].sum())} hushåll): "
        "brist är trolig, men inte var den är. *Gör:* fråga nätägare och kommun innan pengar fördelas."
    ]
    if len(found.doubtful):
        told.append(
            f"- **{number(len(found.doubtful))} adresser kan vara glömda i en fullständig lista**: grannarna har "
            f"täckning. {number(found.doubtful['hushall_osakra'].sum())} hushåll hänger på svaren. *Gör:* slå upp dem "
            "(bladet Kontrolleras)."
        )
    hits: list[Hits] = found.said["evidence"].facts["traffar"]
    complete = {h["kommunkod"] for h in hits if h["fullstandig"]}
    lacking = found.kommuner[~found.kommuner["kommunkod"].isin(complete)]
    if len(lacking):
        most = lacking.nlargest(FIRST, level.without())
        some = ", ".join(f"{r['kommunnamn']} ({number(r[level.without()])})" for r in most.to_dict("records"))
        told.append(
            f"- **{len(lacking)} av {len(found.kommuner)} kommuner saknar fullständiga täckningsuppgifter**, med "
            f"{number(lacking[level.without()].sum())} av länets {number(found.lan[level.without()])} hushåll utan. "
            f"Flest: {some}. *Gör:* be om uppgifter där först."
        )
    n, of = 0, 0
    for i, row in enumerate(found.deviations.to_dict("records")):
        n, of = n + row["tal_utanfor"], row["tal_jamforda"]
        if i < CAUSES:
            told.append(f"- {deviation(row, len(found.kommuner))}")
    if len(found.deviations) > CAUSES:
        told.append(f"- Och {len(found.deviations) - CAUSES} orsaker till, med färre tal: se bilagan.")
    compared = f"{number(n)} av {number(of)} publicerade tal skiljer sig från våra mer än toleransen, efter orsak:"
    at = 1 + bool(len(lacking)) + bool(len(found.doubtful))
    said = [*told[:at], "", compared if n else "Alla publicerade tal som går att jämföra ryms i toleransen.", ""]
    return "## Vad som bör kontrolleras först\n\n" + "\n".join([*said, *told[at:]]).rstrip()


def deviation(row: dict[str, Any], kommuner: int) -> str:
    """Return one cause in a line: how many figures, how many households, where most, what to do."""
    unit = {"procentenheter": " procentenheter", "procent": " %"}.get(row["skillnad_enhet"], "")
    worst = [
        f"{cell(row[f'storst_{i}'])} ({signed(row[f'storst_{i}_skillnad'], 1 if unit else 0)}{unit})"
        for i in (1, 2, 3)
        if row[f"storst_{i}"]
    ]
    much = ""
    if row["skillnad_hushall"] == row["skillnad_hushall"]:
        where = f"{row['troskel_mbit']} {UNIT}, {MEASURE['sv'][row['matt']]}"
        much = f" {signed(row['skillnad_hushall'])} hushåll vid {where}."
    most = f" Mest: {', '.join(worst)}." if worst else ""
    return (
        f"**{number(row['tal_utanfor'])} tal i {row['antal_kommuner']} av {kommuner} kommuner.** {row['forklaring']}"
        f"{much}{most} *Gör:* {row['atgard']}"
    )


def signed(value: float, decimals: int = 0) -> str:
    """Return a difference with its sign."""
    told = number(value, decimals)
    return told if value < 0 else f"+{told}"


def how_sure(found: Found) -> str:
    """What is published, measured, modelled and assumed, each with how much of the whole it is."""
    said, lan, level = found.said, found.lan, found.region.planering.level
    ranked = report_gaps.of_level(found.projects, level)
    measured, total = known(found, level)
    guessed = sum(said["evidence"].facts["antagen_hastighet"].values())
    read = sum(used for _, used in rows_of(said["tackning"].facts).values())
    laws = said["laws"].facts["lagar"]
    n = Counter(e.kind for book in said.values() for e in book.entries)
    poor = said["evidence"].facts["saknade_rader"]
    worst = max((x["andel"] for x in poor), default=0.0)
    lost = f" Fullständiga filer saknar uppskattat upp till {number(100 * worst, 1)} % av raderna." if poor else ""
    mkr = {c: report_gaps.summed(ranked[f"kostnad_{c}sek"], 1e6) for c in ("", "lag_", "hog_")}
    return "## Hur säkert det är\n\n" + "\n".join(
        [
            f"- **Publicerat** av andra: PTS:s andelar och {found.homes} hushåll, SCB:s {number(lan['befolkning'])} "
            "invånare.",
            f"- **Uppmätt**, vid {named(level)}: täckningen på {number(measured)} av {number(total)} adresser, ur "
            f"täckningsuppgifter. Ingen har mätt i uttaget, och uppgifterna kan ha fel.{lost}",
            f"- **Modellerat**: täckningen på de andra {number(total - measured)} adresserna, och överallt hur många "
            "som bor på varje adress. Säger var brist är trolig, aldrig vem som är utan. Prövas med `make utvardera`.",
            f"- **Antaget**: alla priser ({mkr['']} mkr att bygga alla {number(len(ranked))} "
            f"projekt, {mkr['lag_']}–{mkr['hog_']} med antagandena i sina ändar) och hastigheten på "
            f"{number(guessed)} av {number(read)} rader i täckningsuppgifterna, som inte säger den.",
            f"- {sum(x['haller'] for x in laws)} av {len(laws)} lagar håller på körningens egna tal. I bilagan, med "
            f"antal och fil: {number(n['varning'])} varningar, och varje post om det som föll bort "
            f"({number(n['bortfall'])}), inte träffade något ({number(n['omatchad'])}), antogs "
            f"({number(n['antagen'])}) eller justerades ({number(n['justerad'])}).",
        ]
    )


def more() -> str:
    """Where the rest is."""
    return "**I bilagan:** " + " · ".join(f"[{text}]({APPENDIX}#{anchor})" for text, anchor in LINKS) + "."


def known(found: Found, level: Level) -> tuple[int, int]:
    """Return on how many addresses evidence decides, and how many there are."""
    counts = found.said["evidence"].facts["adresser_per_underlag"][f"{level.measure} {level.mbit}"]
    return sum(counts.values()) - counts.get("statistik", 0), max(sum(counts.values()), 1)


def named(level: Level) -> str:
    """Return a level as tables and sentences here have it."""
    return f"{level.mbit} {UNIT}, {MEASURE['sv'][level.measure]}"


def _place(rows: pd.DataFrame, niva: str, source: str, bas: str = "hushall") -> pd.Series | None:
    here = rows[
        (rows["niva"] == niva) & (rows["kalla"] == source) & (rows["omradestyp"] == "totalt") & (rows["bas"] == bas)
    ]
    return None if here.empty else here.iloc[0]
