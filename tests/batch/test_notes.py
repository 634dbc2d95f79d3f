"""Method notes as pages, and the reports that use each, read from what their notebooks import."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from handmade import page, written
from throwaway import Project

from caseanalysis.batch.markdown import note_html
from caseanalysis.batch.notes import load_notes, notes_of
from caseanalysis.batch.prose import safe_markdown

ROOT = Path(__file__).parents[2]
WRITTEN = sorted((ROOT / "docs" / "methods").glob("*.md"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CODE = re.compile(r"<pre>.*?</pre>|<code>.*?</code>", re.DOTALL)
ALONE = re.compile(r"<p><math [^>]*display=\"block\"(?:(?!</math>).)*</math></p>", re.DOTALL)
AMONG_WORDS = re.compile(r"<p>(?:(?!</p>).)*display=\"block\"", re.DOTALL)
NOTE = """\
# Waits & <b>lists</b>

`caseanalysis.methods.waiting_lists`

**Quantity.** The `share` of a list, as in [rates](rates.md).

**Rules.** As follows:

| verdict | n |
| --- | ---: |
| holds | 1 |

See [elsewhere](../architecture.md), <script>alert(1)</script> and $\\frac{a}{b}$.

## Worked example

```python
import pandas as pd
```
"""


@pytest.fixture
def notes(project: Project) -> Project:
    """A project with three notes."""
    folder = project.root / "docs" / "methods"
    folder.mkdir(parents=True)
    (folder / "lists.md").write_text(NOTE, encoding="utf-8")
    (folder / "rates.md").write_text("# Rates\n\n`caseanalysis.methods.rates`\n", encoding="utf-8")
    one = "# Nearest\n\n`caseanalysis.methods.peers.nearest`, `caseanalysis.groups`\n"
    (folder / "peers.md").write_text(one, encoding="utf-8")
    return project


def _names(project: Project, *cells: str) -> list[str]:
    found = load_notes(project.root / "docs" / "methods")
    return [note.name for note in notes_of(project.add("a1", *cells), found)]


def test_note_has_its_title_quantity_and_modules(notes: Project) -> None:
    note = load_notes(notes.root / "docs" / "methods")[2]
    assert (note.name, note.title) == ("lists", "Waits & <b>lists</b>")
    assert note.quantity == "The share of a list, as in rates."
    assert note.modules == ("caseanalysis.methods.waiting_lists",)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("from caseanalysis.methods import rates as shares, waiting_lists", ["rates", "lists"]),
        ("import caseanalysis.methods.rates", ["rates"]),
        ("from caseanalysis.methods.peers import nearest", ["peers"]),
        ("from caseanalysis import groups", ["peers"]),
        ("from caseanalysis import methods\nmethods.rates.proportions(1)", ["rates"]),
        ("from caseanalysis import methods, tables, charts", []),
        ("from caseanalysis.methods import rates_of_pay", []),
        (
            "from caseanalysis.methods import (\n    rates,  # shares\n    peers,\n)",
            ["peers", "rates"],
        ),
        ("%time\nimport caseanalysis.methods.waiting_lists", ["lists"]),
        ("text = 'caseanalysis.methods.rates'", []),
    ],
)
def test_notes_of_a_notebook_follow_from_its_imports(
    notes: Project, code: str, names: list[str]
) -> None:
    assert _names(notes, code) == names


def test_pages_link_notes_with_reports_and_with_each_other(notes: Project, tmp_path: Path) -> None:
    notes.add("a1", "from caseanalysis.methods import waiting_lists")
    folder = written(tmp_path / "new", page("a1"), page("a2"))
    note = (folder / "method-lists.html").read_text(encoding="utf-8")
    assert 'Used in <a href="a1.html">Report a1</a>.' in note
    assert '<a href="method-rates.html">rates</a>' in note
    listed = (folder / "methods.html").read_text(encoding="utf-8")
    assert (
        '<li id="used-a1"><a href="a1.html">Report a1</a>: <a href="method-lists.html">' in listed
    )
    assert '<li id="used-a2"><a href="a2.html">Report a2</a>: none of these</li>' in listed
    assert 'href="method-lists.html"' in (folder / "index.html").read_text(encoding="utf-8")


def test_nothing_in_a_note_acts_and_its_tables_are_captioned() -> None:
    html = note_html(NOTE, title="Waits")
    assert "&lt;script&gt;alert(1)" in html
    assert "<h1" not in html
    assert '<h2 id="section-worked-example">Worked example</h2>' in html
    assert "<caption><span>Rules: Waits</span></caption>" in html
    assert '<th scope="col">verdict</th><th scope="col" class="ca-number">n</th>' in html.replace(
        "\n", ""
    )
    assert "<math" in html
    assert "style=" not in html


def _formulas_are_whole(html: str) -> None:
    assert "$" not in CODE.sub("", html)
    assert not AMONG_WORDS.search(ALONE.sub("", html)), "a block needs empty lines around it"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_every_formula_of_a_note_becomes_mathml(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    _formulas_are_whole(note_html(text, title=path.stem))
    # GitHub, where notes are read too, takes a backslash before a sign for Markdown's own.
    assert not [one for one in re.findall(r"\$[^$`]+\$", text) if re.search(r"\\[^A-Za-z]", one)]
    # Other pages give these two as plain text.
    assert not re.search(r"^\*\*(Quantity|Limits)\.\*\*.*\$", text, re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_a_notebook_becomes_mathml(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            _formulas_are_whole(safe_markdown("".join(cell["source"])))
