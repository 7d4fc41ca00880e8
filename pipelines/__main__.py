"""Command line: ``python -m pipelines STAGE --config … --raw … --out … --maps …``. The Makefile calls it."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import NoReturn

from pipelines.core import faults
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.steps import STEPS, Option, Step


def main(argv: list[str] | None = None) -> int:
    """Run one stage; return the exit code (0 well, 2 bad input, told in Swedish on stderr)."""
    parser = _Parser(prog="python -m pipelines", description=__doc__)
    parser.add_argument("stage", choices=STEPS, metavar="STAGE", help=", ".join(STEPS))
    parser.add_argument("--config", type=Path, default=Path("config/vastra-gotaland.toml"))
    parser.add_argument("--raw", type=Path, default=Path("data/raw"))
    parser.add_argument("--out", type=Path, default=Path("data/processed"))
    parser.add_argument("--maps", type=Path, default=Path("maps"))
    parser.add_argument("--earlier", type=Path, help="OUT från en tidigare utgåva (bristområdenas id ärvs)")
    for options, names in _by_takers().items():
        group = parser.add_argument_group(f"bara för {names}")
        for option in options:
            group.add_argument(f"--{option.name}", dest=_dest(option), default="", metavar="…", help=option.text)
    args = parser.parse_args(argv)
    given = {o.name: getattr(args, _dest(o)) for s in STEPS.values() for o in s.options}
    for options, names in _by_takers().items():
        foreign = [o.name for o in options if given[o.name] and o not in STEPS[args.stage].options]
        if foreign:
            parser.error(f"{', '.join(f'--{n}' for n in foreign)} hör till {names}")
    paths = Paths(args.config, args.raw, args.out, args.maps, args.earlier)
    step = STEPS[args.stage]
    with faults.told(step.name, paths) as outcome:
        _keep_apart(paths)
        _run(step, paths, {o.keyword: given[o.name] for o in step.options})
    return outcome.code


def _dest(option: Option) -> str:
    return f"given.{option.name}"


def _by_takers() -> dict[tuple[Option, ...], str]:
    """Return the options, those of the same steps together, and the names of the steps that take them."""
    takers: dict[tuple[Option, ...], list[str]] = {}
    for step in STEPS.values():
        if step.options:
            takers.setdefault(step.options, []).append(step.name)
    return {options: ", ".join(names) for options, names in takers.items()}


def _run(step: Step, paths: Paths, given: dict[str, str]) -> None:
    """Run a step on the files and the configuration that were listed, and no others."""
    from pipelines.config.region import load_region
    from pipelines.core import leftovers
    from pipelines.incoming import listing
    from pipelines.install import built, start

    if not listing.follows_listing(step.name):
        leftovers.sweep(paths)
    with listing.unchanged(step.name, paths):
        region = load_region(paths.config)
        module = importlib.import_module(step.module)
        with start.ready(step.name, paths), built.by(step, paths):
            module.run(region, step.at(paths), **given)


class _Parser(argparse.ArgumentParser):
    """Tells in Swedish of a command it does not understand."""

    def error(self, message: str) -> NoReturn:
        problem = DataError(
            "Kommandot går inte att förstå.",
            found=f"programbiblioteket säger: {message}",
            action="Använd make; «make help» visar målen, «python -m pipelines -h» stegen.",
        )
        self.exit(faults.FAILED, f"{problem}\n")


def _keep_apart(paths: Paths) -> None:
    """Stop where what is internal would lie among what is published."""
    out, maps = paths.out.resolve(), paths.maps.resolve()
    if out == maps or maps in out.parents:
        raise DataError(
            "OUT (intern utgåva) ligger i MAPS (publicerad utgåva): exakta antal och adresser skulle publiceras.",
            found=f"OUT={paths.out}, MAPS={paths.maps}",
            expected="två skilda mappar",
            action="Välj en annan mapp för OUT, till exempel OUT=data/processed MAPS=maps.",
        )


if __name__ == "__main__":
    sys.exit(main())
