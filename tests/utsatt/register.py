"""All mutations. A new kind of input joins with a module under ``slag/`` that has a list, and its name here."""

from __future__ import annotations

import importlib
import random

from tests.utsatt.mutation import SAMMA, Collection, Mutation

KINDS = ("pts", "kolada", "scb", "lantmateriet", "byggnader", "bostader", "tackning", "konfiguration", "namn", "vagar")
"""Modules under ``slag/``, each with ``COLLECTIONS``."""
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
    """Return two of every kind, the same every time: one that may be read as it is, and one that may not."""
    chance = random.Random(SAMPLE_SEED)
    groups: dict[tuple[str, bool], list[Mutation]] = {}
    for m in everything():
        if not m.make:
            groups.setdefault((m.kind, SAMMA in m.right), []).append(m)
    return [chance.choice(group) for group in groups.values()]
