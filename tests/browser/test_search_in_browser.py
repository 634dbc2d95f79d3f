"""The search of the index, used in a browser from a file, by keyboard, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from caseanalysis.case import default_case, load_claims

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def index(browser: Browser, reports: Path) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 900})
    page.goto((reports / "index.html").as_uri())
    yield page
    page.close()


def test_claim_is_found_by_words_of_it_in_any_order(index: Page) -> None:
    claim = load_claims(default_case())[0]
    words = re.findall(r"\w{4,}", claim.statement)
    index.get_by_role("searchbox").fill(" ".join([*words[::-1], claim.id]))
    found = index.get_by_role("list", name="Results").get_by_role("listitem")
    expect(found).to_have_count(1)
    assert found.get_by_role("link").first.get_attribute("href") == f"ledger.html#{claim.id}"
    expect(index.get_by_role("search").get_by_role("status")).to_have_text("1 result (1 claim).")


def test_keyboard_alone_leads_from_the_words_to_the_place(index: Page) -> None:
    index.get_by_role("searchbox").focus()
    index.keyboard.type("a1-001")
    index.keyboard.press("Tab")
    index.keyboard.press("Enter")
    index.wait_for_url("**/ledger.html#a1-001")


def test_many_results_are_cut_counted_and_listed_on_demand(index: Page) -> None:
    index.get_by_role("searchbox").fill("a")
    found = index.get_by_role("list", name="Results").get_by_role("listitem")
    status = index.get_by_role("search").get_by_role("status")
    expect(status).to_contain_text("; the first 30 are listed.")
    expect(found).to_have_count(30)
    index.get_by_role("button", name="List all results").click()
    assert found.count() == int(re.match(r"\d+", status.inner_text())[0])
    assert index.evaluate("document.activeElement.closest('li').matches(':nth-child(31)')")


def test_nothing_found_is_said_and_an_empty_box_lists_nothing(index: Page) -> None:
    box, search = index.get_by_role("searchbox"), index.get_by_role("search")
    box.fill("<img src=x onerror=alert(1)>")
    expect(search.get_by_role("status")).to_contain_text("Nothing found.")
    box.fill("")
    expect(search.get_by_role("status")).to_have_text("")
    expect(index.locator("#search-results")).to_be_hidden()


def test_without_a_script_the_ledger_is_linked_instead(browser: Browser, reports: Path) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((reports / "index.html").as_uri())
    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("noscript a[href='ledger.html']")).to_be_visible()
    page.close()
