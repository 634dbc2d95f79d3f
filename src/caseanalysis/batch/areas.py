"""A new area: its notebook, from a template that builds as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from caseanalysis.batch.discover import find_notebooks, names_a_page
from caseanalysis.errors import ParameterError
from caseanalysis.locations import project_root

_TEMPLATE = Path(__file__).with_name("template") / "area.json"


def write_area(area: str, *, title: str, case: str) -> Path:
    """Return the new notebook of an area, which builds as it is.

    Parameters
    ----------
    area : str
        Lower-case letters, digits and hyphens: the notebook's name, and that of its page.
    title : str
        Title of the report.
    case : str
        The case that it opens unless a build names another.

    Raises
    ------
    ParameterError
        If the area cannot name a page, the title is empty or of several lines, or there is such a
        notebook.
    """
    if not names_a_page(area):
        raise _refused(
            f"the area {area!r}",
            "a lower-case letter, then letters, digits and hyphens; no page that a build writes",
            "choose another name, such as 'd1' or 'mental-health'",
        )
    title = title.strip()
    if not title.isprintable() or not title:
        raise _refused(f"the title {title!r}", "a title in one line", "give one with --title")
    path = project_root() / "notebooks" / f"{area}.ipynb"
    if path.exists() or area in {one.area for one in find_notebooks()}:
        raise _refused(
            f"a notebook about {area!r}",
            "a new area",
            "choose another name, or edit the notebook that is there",
        )
    filled = _filled(json.loads(_TEMPLATE.read_text(encoding="utf-8")), area, title, case)
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(filled, indent=1, ensure_ascii=False) + "\n")
    return path


def _filled(part: Any, area: str, title: str, case: str) -> Any:
    """Return a part of the template with what stands for area, title and case in its place."""
    if isinstance(part, dict):
        return {name: _filled(value, area, title, case) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, area, title, case) for value in part]
    if not isinstance(part, str):
        return part
    return part.replace("AREA", area).replace("CASE", case).replace("TITLE", title)


def _refused(found: str, wanted: str, remedy: str) -> ParameterError:
    return ParameterError(where="area new", found=found, wanted=wanted, remedy=remedy)
