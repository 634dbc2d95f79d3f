"""The ledger of the default case, filtered in a browser by mouse, keyboard and address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from caseanalysis.case import default_case, load_claims

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SHOWN = """Array.from(document.querySelectorAll("tbody.claims tr"))
    .filter(one => one.checkVisibility()).map(one => one.id)"""


# The first area and verdict, as buttons, that no claim has together.
UNMET = """(() => {
    const named = kind => Array.from(
        document.querySelectorAll(`[id^=${kind}-]:not([id$=-all])`), one => one.id);
    for (const area of named("area")) for (const verdict of named("verdict")) {
        const row = `tr.a-${area.slice(5)}.v-${verdict.slice(8)}`;
        if (!document.querySelector(row)) return [area, verdict];
    }
})()"""


@pytest.fixture(params=[360, 1440])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A blank page at each width, that runs no script of its own."""
    opened = browser.new_page(viewport={"width": request.param, "height": 900})
    yield opened
    opened.close()


def address(reports: Path, fragment: str = "") -> str:
    return (reports / "ledger.html").as_uri() + fragment


def test_every_claim_is_shown_in_its_order(page: Page, reports: Path) -> None:
    page.goto(address(reports))
    assert page.evaluate(SHOWN) == [claim.id for claim in load_claims(default_case())]


def test_buttons_choose_by_area_and_by_verdict(page: Page, reports: Path) -> None:
    page.goto(address(reports))
    page.get_by_role("radio", name="A1 ").check()
    area = page.evaluate(SHOWN)
    assert area == [c.id for c in load_claims(default_case()) if c.area == "a1"]
    page.get_by_role("radio", name="not testable").check()
    both = page.evaluate(SHOWN)
    assert both
    assert set(both) < set(area)
    page.get_by_role("group", name="Show the area").get_by_role("radio", name="all").check()
    assert set(page.evaluate(SHOWN)) > set(both)


def test_arrow_keys_choose_the_next_area(page: Page, reports: Path) -> None:
    page.goto(address(reports))
    page.locator("#area-all").focus()
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.id")
    shown = page.evaluate(SHOWN)
    assert shown
    assert all(claim.startswith(chosen.removeprefix("area-")) for claim in shown)


def test_address_chooses_until_a_button_does(page: Page, reports: Path) -> None:
    page.goto(address(reports, "#only-a1"))
    first = page.evaluate(SHOWN)
    assert first == [c.id for c in load_claims(default_case()) if c.area == "a1"]
    assert page.get_by_text("Show all claims").is_visible()
    page.get_by_role("radio", name="A2 ").check()
    assert page.evaluate(SHOWN) == [c.id for c in load_claims(default_case()) if c.area == "a2"]
    page.locator("#area-all").check()
    page.get_by_text("Show all claims").click()
    assert len(page.evaluate(SHOWN)) == len(load_claims(default_case()))


def test_address_of_an_area_and_a_verdict_chooses_both(page: Page, reports: Path) -> None:
    page.goto(address(reports, "#only-a1-not-testable"))
    shown = page.evaluate(SHOWN)
    assert shown
    wanted = (
        "Array.from(document.querySelectorAll('tbody.claims tr.a-a1.v-not-testable'), r => r.id)"
    )
    assert shown == page.evaluate(wanted)


def test_choice_that_no_claim_meets_says_so(page: Page, reports: Path) -> None:
    page.goto(address(reports))
    told = page.get_by_text("No claim of this area has this verdict.")
    assert not told.is_visible()
    buttons = page.evaluate(UNMET)
    for button in buttons:
        page.locator(f"#{button}").check()
    assert page.evaluate(SHOWN) == []
    assert told.is_visible()


def test_finding_and_ledger_lead_to_each_other(page: Page, reports: Path) -> None:
    page.goto(address(reports))
    page.locator("#a1-010").get_by_role("link", name="finding in A1").click()
    assert page.url.endswith("a1.html#claim-a1-010")
    page.locator("#claim-a1-010").get_by_role("link", name="a1-010").click()
    assert page.url.endswith("ledger.html#a1-010")
