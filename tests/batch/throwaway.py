"""A small project: a case, and notebooks written on the spot."""

from __future__ import annotations

import json
from pathlib import Path

CASE = """\
name: three-towns
title: Three Towns <hospitals> group
region_name: Three Towns
summary: Two trusts & a question.
base_year: 2023
horizon_year: 2033
commissioner:
  code: E54000099
  ods_code: QZZ
  name: NHS Three Towns Integrated Care Board
  short_name: Three Towns
  boundary_year: 2023
trusts:
  - code: RZ1
    name: Upper Town NHS Trust
    short_name: Upper Town
    sites: [{name: Upper Town Hospital, place: E07000001}]
places:
  - {code: E07000001, name: Upper Town, boundary_year: 2023}
peers:
  trusts: {rule: none, source: none, members: {}}
  commissioners: {rule: none, source: none, members: []}
themes:
  - id: A
    title: Frailty
    areas:
      - {id: a1, title: Ageing, short_title: Ageing}
      - {id: a2, title: Urgent care, short_title: Urgent}
"""

#: Evidence that a notebook cell can make without a data store.
STAND_IN = """\
from types import SimpleNamespace
import pandas as pd
from caseanalysis.case import load_case
from caseanalysis.library import Evidence, Input
from caseanalysis.notebook import Study

beds = pd.DataFrame({"trust": ["Upper <b>Town</b>", "Lower Town"], "beds": [1200, 850]})
given = Input(source="kh03", title="Beds & <i>occupancy</i>", publisher="NHS England",
              release="2024-25 Q4", period="2024-25", licence="OGL v3.0", attribution=None,
              page="https://www.england.nhs.uk/", files=1, sha256="0" * 64)
evidence = Evidence(name="beds", title="Beds by trust", table=beds, basis="compact extract",
                    inputs=(given,), note=None)
library = SimpleNamespace(evidence=lambda name: evidence, used=(evidence,), has=lambda name: True)
study = Study(load_case(case), library, parameters={"case": case})
"""

DRAW = """\
def plot_beds(table):
    import matplotlib.pyplot as plt
    figure, ax = plt.subplots()
    ax.barh(table["trust"], table["beds"])
    return ax

def describe_beds(table):
    return f"Bars of beds for {len(table)} trusts; the largest has {table['beds'].max()} beds."
"""

FIGURE = """\
study.figure(plot_beds, beds, number=1, title="Beds by trust", describe=describe_beds,
             columns={"trust": "Trust", "beds": ("Beds", "integer")}, evidence="beds")
"""

FINDINGS = """\
study.findings(pd.DataFrame({
    "claim_id": ["a1-001", "a1-002"], "statement": ["Beds grow", "Beds <script>shrink"],
    "unit": ["percent", "count"], "printed": [17.0, 5.0], "recomputed": [17.23, 9.0],
    "lower": [16.1, None], "upper": [18.4, None], "verdict": ["reproduced", "differs"],
    "reason": ["Within its rounding.", "Four more."]}))
"""


class Project:
    """A project folder with a case and notebooks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reports = root / "reports"
        folder = root / "data" / "cases" / "three-towns"
        folder.mkdir(parents=True)
        (folder / "case.yaml").write_text(CASE, encoding="utf-8")
        registers = root / "data" / "registers"
        registers.mkdir()
        (registers / "cautions.yaml").write_text("cautions: []\n", encoding="utf-8")
        (registers / "addresses.yaml").write_text("addresses: []\n", encoding="utf-8")
        (root / "notebooks").mkdir()

    def add(self, area: str, *cells: str, parameters: str = 'case = "three-towns"') -> Path:
        """Write a notebook; a cell that starts with # and a space is Markdown."""
        tagged = _cell(parameters, 0)
        tagged["metadata"] = {"tags": ["parameters"]}
        content = {
            "cells": [tagged, *(_cell(text, number) for number, text in enumerate(cells, 1))],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": ""}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.root / "notebooks" / f"{area}.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def published(self) -> dict[str, bytes]:
        """Return every published file and its bytes; not what a build keeps for the next one."""
        found = sorted(self.reports.rglob("*")) if self.reports.exists() else []
        places = {str(path.relative_to(self.reports)): path for path in found if path.is_file()}
        return {name: p.read_bytes() for name, p in places.items() if not name.startswith(".")}


def _cell(text: str, number: int) -> dict[str, object]:
    markdown = text.startswith(("# ", "## "))
    cell: dict[str, object] = {
        "cell_type": "markdown" if markdown else "code",
        "id": f"cell-{number}",
        "metadata": {},
        "source": text,
    }
    return cell if markdown else {**cell, "outputs": [], "execution_count": None}
