"""Every page on a method has its parts, and its worked example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "methods").glob("*.md"))
NUMERIC = ("demography", "demand", "demand-by-trust", "rates", "peers", "forecasting", "verdicts")


def test_each_method_has_its_page() -> None:
    assert {page.stem for page in PAGES} >= set(NUMERIC)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_states_quantity_limits_and_source(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for part in ("**Quantity.**", "**Limits.**", "**Source.**", "## Worked example"):
        assert part in text, f"{page.name} lacks {part}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_worked_example_gives_what_the_page_says(page: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)
    assert any("assert " in block for block in blocks), f"{page.name} checks nothing"
    code = compile("\n".join(blocks), str(page), "exec")
    exec(code, {"__name__": page.stem})  # noqa: S102
