"""Run mutations: ``python -m tests.utsatt`` all of them, ``… NAME`` those whose name begins so."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.utsatt import register
from tests.utsatt.campaign import SEED, WORKERS, campaign, table, told

OUTCOMES_MEAN = """
tydligt fel       stannar med «FEL: …» som nämner filen och säger vad man ska göra; slutkod 2
räknad            går, och liggaren har en ny eller ändrad post som nämner filen
ingen verkan      går, och varje tal är detsamma som utan mutationen
otydligt fel      stannar, men nämner inte filen, säger inte vad man ska göra, eller talar engelska
traceback         stannar på ett fel som ingen förutsett
ändrad i tysthet  går, tal är andra, och ingen post säger det (väntat bara där mutationen har ett skäl)
hängd             har inte slutat efter 60 s
ändrade RAW       en fil under RAW är en annan efteråt, eller har kommit till
trasig mutation   mutationen själv gick inte att göra: ett fel i kampanjen
inte rätt         utfallet är inte bland dem som mutationen säger är rätta
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.utsatt", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutationer, hela namn eller början av dem")
    parser.add_argument("--sample", action="store_true", help="bara urvalet som make test kör")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--all-steps", action="store_true", help="kör varje steg, även dem som inte berörs")
    parser.add_argument("--keep", type=Path, help="behåll varje mutations mapp här")
    parser.add_argument("--json", type=Path, help="skriv utfallen hit, ett per rad")
    parser.add_argument("--list", action="store_true", help="skriv mutationernas namn och sluta")
    parser.add_argument("--quiet", action="store_true")
    args = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    mutations = register.sample() if args.sample else register.everything()
    if args.names:
        every = {m.full for m in mutations}
        begins = tuple(n for n in args.names if n not in every)
        mutations = [m for m in mutations if m.full in args.names or m.full.startswith(begins)]
    if args.list:
        print("\n".join(f"{m.full}  [{', '.join(sorted(m.right))}]  {m.what}" for m in mutations))
        return 0
    if not mutations:
        print("ingen mutation heter så", file=sys.stderr)
        return 2
    keep = args.keep or (Path(tempfile.mkdtemp(prefix="utsatt-")) if len(mutations) == 1 else None)
    if args.json:
        args.json.write_text("")
    results = campaign(
        mutations,
        seed=args.seed,
        workers=args.workers,
        keep=keep,
        all_of_it=args.all_steps,
        tell=not args.quiet,
        lines=args.json,
    )
    print(told(results, args.seed))
    if len(results) == 1:
        r = results[0]
        print(
            f"{r.name}: {r.outcome} ({'rätt' if r.good else 'inte rätt'})", r.message, *r.changed, *r.told, sep="\n  "
        )
    print(table(results) + "\n" + OUTCOMES_MEAN)
    if keep:
        print(f"Mapparna: {keep}")
    return int(any(not r.good for r in results))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # without taking the libraries apart, which takes a second and much to say
