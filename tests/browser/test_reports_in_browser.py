"""The index and every report of the default case, opened in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe, AxeResults

from caseanalysis.batch import several
from caseanalysis.batch.discover import find_notebooks

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

#: A phone, a window at twice the usual size of letters, and a screen.
WIDTHS = (360, 720, 1440)
#: Pixels between the margins of A4.
PAPER = 673
LARGEST = 400_000
SMALLEST_LETTERS = 9.0
OTHERS = ("board", "assurance", "sources", "methods", "method-forecasting")
REPORTS = tuple(one.area for one in find_notebooks())
PAGES = ("index", "ledger", "sources", "methods", "method-derivations", *REPORTS)
PLACEHOLDER = re.compile(r"no description|placeholder|untitled|^(figure|image|chart|plot)\W*\d*$")
AXE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
IN_THE_DARK = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}

# What the tests ask of a page, all at once.
ASKED = """() => {
    const text = id => document.getElementById(id)?.textContent ?? "";
    const named = ids => ids.split(" ").map(text).join(" ");
    const all = (wanted, of) => Array.from(document.querySelectorAll(wanted), of);
    return {
        ids: all("[id]", one => one.id),
        links: all("a[href]", one => one.getAttribute("href")),
        pictures: all("img, svg[role=img]", one => [
            one.alt ?? one.getAttribute("aria-label") ?? named(one.getAttribute("aria-labelledby")),
            one.getBoundingClientRect().width,
            text(one.getAttribute("aria-describedby"))]),
        bare: all("table:not(:has(caption)), th:not([scope])", one => one.outerHTML),
        empty: all("th", one => one.textContent.trim()).filter(text => !text).length,
        levels: all("h1,h2,h3,h4,h5,h6", one => +one.tagName[1]),
        figures: all("figure", one => [
            one.querySelectorAll("table").length, one.querySelectorAll("a[download]").length]),
        lang: document.documentElement.lang,
    };
}"""
OPEN = "document.querySelectorAll('details').forEach(one => one.open = true)"
WIDER = "document.documentElement.scrollWidth - window.innerWidth"
# Pixels of the smallest letters of each chart; signs of one letter tell the same as a colour.
LETTERS = """Array.from(document.querySelectorAll("svg.ca-chart"), one => Math.min(...Array.from(
    one.querySelectorAll("text"))
        .filter(text => text.textContent.length > 1)
        .map(text => parseFloat(text.parentNode.getAttribute("font-size")))
    ) * one.getBoundingClientRect().width / one.viewBox.baseVal.width)"""
# Colours of charts that look the same on a dark page as on a light one.
UNCHANGED = """(() => {
    const first = new Map();
    for (const name of ["fill", "stroke"])
        for (const one of document.querySelectorAll(`.ca-chart [${name}^="#"]`)) {
            const key = `${name} ${one.getAttribute(name)}`;
            if (!first.has(key)) first.set(key, getComputedStyle(one)[name]);
        }
    const canvas = document.createElement("canvas").getContext("2d");
    const plain = colour => { canvas.fillStyle = colour; return canvas.fillStyle; };
    return Array.from(first).filter(([key, shown]) => plain(key.split(" ")[1]) === plain(shown))
        .map(([key]) => key);
})()"""
# The rows of a table are written by one line of code; a few of each table stand for all, and a
# picture stands for the marks in it, since the checker takes minutes for thousands of elements.
FEWER = """(() => {
    document.querySelectorAll("tbody").forEach(
        body => Array.from(body.rows).slice(4).forEach(row => row.remove()));
    document.querySelectorAll("svg[role=img]").forEach(one => one.replaceChildren(
        ...one.querySelectorAll(":scope > title, :scope > desc")));
    document.querySelectorAll(".record:nth-of-type(n + 6)").forEach(one => one.remove());
})()"""


@dataclass
class Seen:
    """What the browser showed and said of one page."""

    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    asked: dict[str, Any] = field(default_factory=dict)
    wider: dict[str, int] = field(default_factory=dict)
    letters: list[float] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    first_stop: str = ""
    light: AxeResults | None = None
    dark: AxeResults | None = None


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def seen(name: str, visited: Callable[[str], Seen]) -> Seen:
    return visited(name)


@pytest.fixture(scope="module")
def visited(browser: Browser, reports: Path) -> Callable[[str], Seen]:
    """Visits a page once, whatever the order of the tests."""
    return cache(lambda name: _visit(name, browser, reports))


def _visit(name: str, browser: Browser, reports: Path) -> Seen:
    """See a page at each width, on paper, in the dark, and with the checker."""
    page, seen = browser.new_page(viewport={"width": 1440, "height": 900}), Seen()
    page.on("console", lambda message: seen.faults.append(message.text))
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on("request", lambda asked: seen.requests.append(asked.url))
    page.goto((reports / f"{name}.html").as_uri())
    page.keyboard.press("Tab")
    seen.first_stop = page.evaluate("document.activeElement.getAttribute('href')")
    seen.asked = page.evaluate(ASKED)
    page.evaluate(OPEN)
    _measure(page, seen)
    page.evaluate(FEWER)
    seen.light = Axe().run(page, options=AXE)
    page.emulate_media(color_scheme="dark")
    seen.dark = Axe().run(page, options=IN_THE_DARK)
    page.close()
    return seen


def _measure(page: Page, seen: Seen) -> None:
    page.emulate_media(color_scheme="dark")
    seen.unchanged = sorted(set(page.evaluate(UNCHANGED)))
    page.emulate_media(color_scheme="light", media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    seen.wider["paper"] = page.evaluate(WIDER)
    page.emulate_media(media="screen")
    for width in sorted(WIDTHS, reverse=True):
        page.set_viewport_size({"width": width, "height": 900})
        seen.wider[str(width)] = page.evaluate(WIDER)
    seen.letters = page.evaluate(LETTERS)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_nothing_goes_wrong_and_no_host_is_asked(seen: Seen) -> None:
    assert seen.faults == []
    assert [url for url in seen.requests if not url.startswith(("file:", "data:"))] == []


def test_the_page_is_not_wider_than_screen_or_paper(seen: Seen) -> None:
    assert {where: by for where, by in seen.wider.items() if by > 0} == {}


def test_the_accessibility_checker_finds_nothing(seen: Seen) -> None:
    assert seen.light.violations_count == 0, seen.light.generate_report()
    assert seen.dark.violations_count == 0, seen.dark.generate_report()


def test_every_picture_is_drawn_and_described(name: str, seen: Seen) -> None:
    for alt, width, long in seen.asked["pictures"]:
        assert width > 0
        assert len(alt) >= 40
        assert not PLACEHOLDER.search(alt.lower())
        assert name not in REPORTS or re.match(r"[\d,]+ rows?\. \w", long)


def test_the_letters_of_charts_can_be_read_on_a_phone(seen: Seen) -> None:
    assert [size for size in seen.letters if size < SMALLEST_LETTERS] == []


def test_charts_have_colours_for_the_dark(seen: Seen) -> None:
    assert seen.unchanged == []


def test_the_data_behind_every_figure_can_be_read_and_saved(seen: Seen) -> None:
    assert [found for found in seen.asked["figures"] if found != [1, 1]] == []


def test_every_table_has_a_caption_and_its_headers_a_scope(seen: Seen) -> None:
    assert seen.asked["bare"] == []
    assert seen.asked["empty"] == 0


def test_headings_begin_with_one_and_skip_no_level(seen: Seen) -> None:
    levels = seen.asked["levels"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_link_inside_the_page_leads_somewhere(seen: Seen) -> None:
    ids = seen.asked["ids"]
    assert [link for link in seen.asked["links"] if link[0] == "#" and link[1:] not in ids] == []
    assert len(ids) == len(set(ids))


def test_the_keyboard_reaches_the_content_at_once(seen: Seen) -> None:
    assert seen.first_stop == "#main"


def test_links_between_the_pages_lead_to_published_files(seen: Seen, reports: Path) -> None:
    links = [link for link in seen.asked["links"] if not re.match(r"#|https?:|data:", link)]
    assert links
    assert [link for link in links if not (reports / link.split("#")[0]).is_file()] == []


def test_links_to_places_on_other_pages_lead_somewhere(seen: Seen, reports: Path) -> None:
    links = {link for link in seen.asked["links"] if re.match(r"[a-z0-9-]+\.html#", link)}
    parts = sorted(link.split("#") for link in links)
    ids = {
        page: set(re.findall(r'id="([^"]+)"', (reports / page).read_text(encoding="utf-8")))
        for page, _ in parts
    }
    assert [f"{page}#{at}" for page, at in parts if at not in ids[page]] == []


def test_the_language_is_british_english(seen: Seen) -> None:
    assert seen.asked["lang"] == "en-GB"


def test_every_page_is_small(reports: Path) -> None:
    sizes = {page.name: page.stat().st_size for page in reports.glob("*.html")}
    assert {f"{area}.html" for area in PAGES} <= set(sizes)
    assert {name: size for name, size in sizes.items() if size >= LARGEST} == {}


def test_the_page_of_all_cases_is_as_sound(reports: Path, visited: Callable[[str], Seen]) -> None:
    several.write_overview(reports.parent, {"another": "no data"})
    seen = visited("../index")
    test_nothing_goes_wrong_and_no_host_is_asked(seen)
    test_the_page_is_not_wider_than_screen_or_paper(seen)
    test_the_accessibility_checker_finds_nothing(seen)
    assert (reports.parent / seen.asked["links"][1]).is_file()


@pytest.fixture
def plain(browser: Browser, reports: Path) -> Iterator[Page]:
    """A report in a browser that runs no script and moves nothing."""
    context = browser.new_context(java_script_enabled=False, reduced_motion="reduce")
    page = context.new_page()
    page.goto((reports / "a1.html").as_uri())
    yield page
    context.close()


def test_one_switch_shows_the_code_without_a_script(plain: Page) -> None:
    code = plain.get_by_text("open_study(").first
    assert not code.is_visible()
    switch = plain.get_by_label("Show the code of every step")
    switch.focus()
    plain.keyboard.press("Space")
    assert switch.is_checked()
    assert code.is_visible()


def test_the_data_of_a_figure_are_saved_out_of_the_page(plain: Page, tmp_path: Path) -> None:
    with plain.expect_download() as download:
        plain.locator("figure").first.get_by_text("Download the data (CSV)").click()
    download.value.save_as(tmp_path / "data.csv")
    assert re.fullmatch(r"[a-z-]+-figure-[a-z0-9-]+\.csv", download.value.suggested_filename)
    content = (tmp_path / "data.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") > 2


def test_the_first_screen_answers_with_numbers_and_a_figure(plain: Page) -> None:
    first = plain.locator(".first")
    assert first.locator(".ca-answer").is_visible()
    assert 3 <= first.locator(".keys li .ca-verdict").count() <= 5
    assert first.get_by_role("img").count() == 1


def test_nothing_moves_for_those_who_ask_so(plain: Page) -> None:
    assert plain.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
