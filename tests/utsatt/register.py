"""All mutations. A new kind of input joins with a module under ``slag/`` that has a list, and its name here."""

from __future__ import annotations

import importlib
import random

from tests.utsatt.mutation import Collection, Mutation

KINDS = ("pts", "kolada", "scb", "lantmateriet", "tackning", "konfiguration", "namn")
"""Modules under ``slag/``, each with ``COLLECTIONS``."""
SAMPLE = 36
SAMPLE_SEED = 1


def everything() -> list[Mutation]:
    """Return every mutation, by kind in the order of ``KINDS``."""
    out: list[Mutation] = []
    for name in KINDS:
        collections: list[Collection] = importlib.import_module(f"tests.utsatt.slag.{name}").COLLECTIONS
        out += [m for c in collections for m in c.mutations]
    names = [m.full for m in out]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise ValueError(f"mutations with the same name: {sorted(twice)}")
    return out


def sample() -> list[Mutation]:
    """Return a few of every kind, the same every time."""
    chance = random.Random(SAMPLE_SEED)
    by_kind: dict[str, list[Mutation]] = {}
    for m in everything():
        if not m.make:
            by_kind.setdefault(m.kind, []).append(m)
    each = max(1, SAMPLE // len(by_kind))
    return [m for mine in by_kind.values() for m in chance.sample(mine, min(each, len(mine)))]
