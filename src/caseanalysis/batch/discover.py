"""The notebooks that there are, and what each of them declares."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseanalysis.errors import ParameterError
from caseanalysis.locations import project_root
from caseanalysis.parameters import check_parameters, read_declared
from caseanalysis.records import nearest

_LAST = 1000
#: Pages that a build writes beside the reports.
_TAKEN = ("index", "ledger", "board", "assurance", "changes", "sources", "methods", "method-.*")
_AREA = re.compile(rf"^(?!(?:{'|'.join(_TAKEN)})$)[a-z][a-z0-9-]*$")


def names_a_page(area: str) -> bool:
    """Return whether an area can name a page of its own."""
    return _AREA.match(area) is not None


@dataclass(frozen=True)
class Notebook:
    """A notebook: the area that it is about, its title, its place, and whether it is a report."""

    area: str
    title: str
    order: int
    path: Path
    report: bool = True

    @property
    def name(self) -> str:
        """Name in messages."""
        return f"notebooks/{self.path.name}"


def find_notebooks(areas: Sequence[str] = ()) -> list[Notebook]:
    """Return the notebooks of some areas, or all of them, in their order.

    A notebook's metadata ``caseanalysis`` may give ``area``, ``order`` and ``title``; without it
    the file's name is the area. One with ``"report": false`` is for JupyterLab alone, and left out.

    Raises
    ------
    ParameterError
        If an area has no notebook, or two notebooks are about one area.
    """
    paths = sorted((project_root() / "notebooks").glob("*.ipynb"))
    reports = filter(lambda one: one.report, map(_read, paths))
    found = sorted(reports, key=lambda one: (one.order, one.area))
    by_area = {one.area: one for one in found}
    if len(by_area) != len(found):
        raise _refused("two notebooks about one area", "one notebook an area", "rename one")
    for area in areas:
        if area not in by_area:
            like = nearest(area, by_area)
            raise _refused(
                f"no notebook about {area!r}",
                ", ".join(by_area) or "a notebook",
                f"did you mean {like!r}?" if like else "add the notebook, or leave the area out",
            )
    return [one for one in found if not areas or one.area in areas]


def check_runs(
    notebooks: Sequence[Notebook], given: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """Return the parameters of each notebook's run, by area.

    Raises
    ------
    ParameterError
        If a name given is no notebook's parameter, or a value breaks the schema.
    """
    declared = {one.area: read_declared(one.path) for one in notebooks}
    for one in notebooks:
        if "case" not in declared[one.area]:
            raise _refused(
                f"no parameter 'case' in {one.name}",
                "the case among the parameters",
                "declare it in the cell tagged 'parameters'",
            )
    everything = {name: value for values in declared.values() for name, value in values.items()}
    check_parameters(given, declared=everything)
    return {
        one.area: check_parameters(
            {name: value for name, value in given.items() if name in declared[one.area]},
            declared=declared[one.area],
            where=one.name,
        )
        for one in notebooks
    }


def _read(path: Path) -> Notebook:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        about: dict[str, Any] = content["metadata"].get("caseanalysis", {})
        area = str(about.get("area", path.stem))
        if not names_a_page(area):
            raise ValueError(f"the area {area!r}, which cannot name a page")
        return Notebook(
            area=area,
            title=str(about.get("title", path.stem)),
            order=int(about.get("order", _LAST)),
            path=path,
            report=about.get("report", True) is not False,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterError(
            where=f"notebooks/{path.name}",
            found=f"{type(error).__name__}: {error}",
            wanted="a Jupyter notebook",
            remedy="mend it in JupyterLab",
        ) from error


def _refused(found: str, wanted: str, remedy: str) -> ParameterError:
    return ParameterError(where="notebooks", found=found, wanted=wanted, remedy=remedy)
