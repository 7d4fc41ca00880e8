"""What is done and what is left of long work: a line a part, and in a terminal a bar under the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def parts(names: Sequence[str]) -> Iterator[int]:
    """Say each part's number, of how many, and its name when its turn comes; give its place in ``names``.

    >>> [at for at in parts(["ett", "två"])]
      [1/2] ett
      [2/2] två
    [0, 1]
    """
    from tqdm import tqdm

    form = "  {bar:24}  {n_fmt}/{total_fmt}"
    with tqdm(total=len(names), disable=None, leave=False, ascii=".=", bar_format=form) as bar:  # none in a log
        for at, name in enumerate(names):
            bar.clear()
            print(f"  [{at + 1}/{len(names)}] {name}", flush=True)
            bar.refresh()
            yield at
            bar.update()
