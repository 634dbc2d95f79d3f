"""The text and the code of a notebook as HTML: Markdown with formulas, cells in few colours."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from caseanalysis.errors import BuildError

_ALIGNED = re.compile(r' style="text-align:\s*\w+"')
_TOKEN = re.compile(r'<span class="(\w+)">([^<]*)</span>')
# What the style sheet colours; the other parts of speech need no element of their own.
_COLOURED = {"k": "k", "kn": "k", "kc": "k", "ow": "k", "s1": "s", "s2": "s", "sa": "s",
             "si": "s", "c1": "c", "mi": "m", "mf": "m"}  # fmt: skip
_PRE = re.compile(r"<pre>(?:<span></span>)?(.*?)\s*</pre>", re.DOTALL)
# Signs that the converter writes as names, and that would stand without space around them.
_SIGNS = re.compile(r"<mi>(&#x000B1;)</mi>")
_LOOKS = frozenset(("class", "href", "id", "mathbackground", "mathcolor", "src", "style"))


def safe_markdown(source: str) -> str:
    r"""Return Markdown as HTML; HTML in it is shown as text, and links run no script.

    What stands between dollar signs, as in ``$\bar{x}$``, becomes a formula of MathML.

    Raises
    ------
    BuildError
        If a formula cannot be written as MathML.
    """
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        def inline_math(self, body: str) -> str:
            return formula(body, display="inline")

        def block_math(self, body: str) -> str:
            return formula(body, display="block")

    renderer = Renderer(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
    html = str(MarkdownWithMath(renderer=renderer).render(source))
    return _ALIGNED.sub("", html)


def formula(tex: str, *, display: str) -> str:
    """Return a formula in TeX as MathML, which a browser draws and reads aloud by itself.

    Parameters
    ----------
    tex : str
        The formula without the signs around it.
    display : str
        ``inline`` or ``block``.

    Raises
    ------
    BuildError
        If it cannot be written as MathML, or brings markup, a colour or an address.
    """
    from latex2mathml import converter, exceptions

    failures: tuple[type[Exception], ...] = tuple(
        one for one in vars(exceptions).values() if isinstance(one, type)
    )
    try:
        html = str(converter.convert(tex.strip(), display=display))
    except failures as error:
        raise _unfit(tex, f"{type(error).__name__} {error}".strip()) from None
    parts = _Parts()
    parts.feed(html)
    if parts.foreign:
        raise _unfit(tex, parts.foreign[0])
    html = _SIGNS.sub(r"<mo>\1</mo>", html)
    # A formula wider than the screen scrolls in its box, which keys must reach.
    return html.replace("<math ", '<math tabindex="0" ', 1) if display == "block" else html


class _Parts(HTMLParser):
    """Collects what has no place in a formula."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not tag.startswith("m"):
            self.foreign.append(f"the markup {tag}")
        self.foreign += [f"a colour or an address ({name})" for name, _ in attrs if name in _LOOKS]

    def handle_data(self, data: str) -> None:
        if data.startswith("\\"):
            self.foreign.append(f"the unknown command {data}")
        if data == "&":
            self.foreign.append("a sign of alignment outside a table")


def _unfit(tex: str, found: str) -> BuildError:
    return BuildError(
        where=f"formula {tex.strip()!r}",
        found=found,
        wanted="a formula in TeX between dollar signs",
        remedy="mend the formula; write a dollar sign that begins none as \\$",
    )


def slim_code(html: str) -> str:
    """Return a highlighted cell with elements only where the style sheet has a colour."""
    code = "".join(_PRE.findall(html))
    return f"<pre><code>{_TOKEN.sub(_kept, code)}</code></pre>"


def _kept(found: re.Match[str]) -> str:
    name = _COLOURED.get(found[1])
    return f"<span class={name}>{found[2]}</span>" if name else found[2]
