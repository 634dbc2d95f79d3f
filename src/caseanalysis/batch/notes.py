"""The method notes as pages, and which reports use the methods of each note."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseanalysis.batch.markdown import first_heading, note_html, plain_text
from caseanalysis.batch.shell import render, sheet
from caseanalysis.case import Case

_METHODS = "caseanalysis.methods"
_NAMED = re.compile(r"`(caseanalysis(?:\.\w+)+)`")
_IMPORT = re.compile(r"^\s*import (caseanalysis[\w.]+)", re.MULTILINE)
_FROM = re.compile(r"^\s*from (caseanalysis[\w.]*) import (?:\(([^)]*)\)|([^\n(]*))", re.MULTILINE)
_CALL = re.compile(r"(?<![\w.])methods\.(\w+)")
_QUANTITY = re.compile(r"^\*\*Quantity\.\*\*\s+(.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\((?:\./)?([a-z0-9-]+)\.md(#[^)]*)?\)")


@dataclass(frozen=True)
class Note:
    """A note on methods: its name, title, what it quantifies, its modules and its Markdown."""

    name: str
    title: str
    quantity: str
    modules: tuple[str, ...]
    text: str

    @property
    def page(self) -> str:
        """Name of its page."""
        return f"method-{self.name}.html"


def load_notes(folder: Path) -> list[Note]:
    """Return the notes of a folder of Markdown files, by title; none where there is no folder."""
    notes = [_note(path) for path in sorted(folder.glob("*.md"))]
    return sorted(notes, key=lambda note: note.title.lower())


def _note(path: Path) -> Note:
    text = path.read_text(encoding="utf-8")
    head = text.split("\n## ")[0]
    quantity = _QUANTITY.search(text)
    # The modules stand in the lines between the title and the first paragraph with a bold word.
    modules = _NAMED.findall(head.split("**")[0])
    return Note(
        name=path.stem,
        title=first_heading(text) or path.stem,
        quantity=plain_text(quantity[1]) if quantity else "",
        modules=tuple(dict.fromkeys(modules)),
        text=text,
    )


def methods_used(notebook: Path) -> set[str]:
    """Return the dotted names that a notebook imports of the module, or calls as ``methods.x``.

    They are read by their words and not parsed, since a notebook may hold commands that are no
    Python.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    used = {*_IMPORT.findall(code), *(f"{_METHODS}.{name}" for name in _CALL.findall(code))}
    for module, brackets, line in _FROM.findall(code):
        names = re.sub(r"#.*", "", brackets or line).split(",")
        used |= {module, *(f"{module}.{one.split()[0]}" for one in names if one.strip())}
    return used


def uses(note: Note, used: Iterable[str]) -> bool:
    """Return whether something with these names imported uses a method of a note."""
    return any(_meet(module, name) for module in note.modules for name in used)


def _meet(module: str, name: str) -> bool:
    # A note may be on one function of a module; a package alone means none of its modules.
    within = name.count(".") > 1 and module.startswith(f"{name}.")
    return name == module or name.startswith(f"{module}.") or within


def notes_of(notebook: Path, notes: Iterable[Note]) -> list[Note]:
    """Return the notes on the methods that a notebook imports."""
    used = methods_used(notebook)
    return [note for note in notes if uses(note, used)]


def note_pages(
    case: Case, notes: list[Note], reports: Mapping[str, tuple[str, list[Note]]], version: str
) -> dict[str, str]:
    """Return the page of each note and the page that lists them, by file name.

    Parameters
    ----------
    case : Case
        The case.
    notes : list of Note
        The notes.
    reports : Mapping of str to tuple
        Title and notes of each report by its area.
    version : str
        Version of the module.
    """
    using = {
        note.name: [(area, title) for area, (title, theirs) in reports.items() if note in theirs]
        for note in notes
    }
    shared: dict[str, Any] = {"case": case, "version": version, "more_css": sheet("index")}
    pages = {
        note.page: render(
            "method.html.j2", note=note, body=_body(note, notes), using=using[note.name], **shared
        )
        for note in notes
    }
    listed = render("methods.html.j2", notes=notes, using=using, reports=reports, **shared)
    return {**pages, "methods.html": listed}


def _body(note: Note, notes: Iterable[Note]) -> str:
    pages = {one.name: one.page for one in notes}

    def linked(found: re.Match[str]) -> str:
        page = pages.get(found[1])
        return f"]({page}{found[2] or ''})" if page else "](methods.html)"

    return note_html(_LINK.sub(linked, note.text), title=note.title)
