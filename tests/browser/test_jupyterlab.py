"""Notebooks run from top to bottom in JupyterLab itself, as `caseanalysis lab` opens it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image
from playwright.sync_api import expect

from caseanalysis.registers import load_assumptions

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

#: The one with live controls; the others are reports, one of which is quick.
CONTROLS = "explore"
QUICK = "c6"
NOTEBOOKS = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
#: Each takes ten seconds and more, so that all of them run only where this is asked for.
EVERY = "CASEANALYSIS_EVERY_NOTEBOOK"
SOME = {"b1", "benefits", "c3", "c4", "c5", "c6", "data-quality", "priorities"}
REPORTS = [one for one in NOTEBOOKS if one != CONTROLS and (one in SOME or EVERY in os.environ)]
PATIENCE = 180_000
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")
NOTEBOOK = ".jp-NotebookPanel:not(.lm-mod-hidden)"
ALL_RAN = """panel => {
    const cells = [...document.querySelectorAll(panel + ' .jp-CodeCell')];
    const prompts = cells.map(one => one.querySelector('.jp-InputPrompt').innerText);
    return cells.length && prompts.every(text => /\\[\\d+\\]/.test(text));
}"""
FAULTS = (
    f'{NOTEBOOK} [data-mime-type="application/vnd.jupyter.error"],'
    f'{NOTEBOOK} [data-mime-type="application/vnd.jupyter.stderr"]'
)


@dataclass
class Lab:
    """JupyterLab in a page of the browser."""

    page: Page
    address: str
    elsewhere: list[str] = field(default_factory=list)

    @contextmanager
    def ran(self, name: str) -> Iterator[Locator]:
        """Open a notebook from the list of files, run all its cells, give its panel, close it."""
        item = self.page.locator(f'.jp-DirListing-item[title^="Name: {name}.ipynb"]')
        item.dblclick(timeout=PATIENCE)
        panel = self.page.locator(NOTEBOOK)
        ready = self.page.locator("#jp-main-statusbar", has_text="Python 3 (ipykernel) | Idle")
        ready.wait_for(timeout=PATIENCE)
        self.page.get_by_role("menuitem", name="Run").first.click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(ALL_RAN, arg=NOTEBOOK, timeout=PATIENCE)
        try:
            yield panel
        finally:
            self._close()

    def follow(self, scheme: Literal["dark", "light"]) -> None:
        """Change the theme by that of the browser, and wait until the curtain has gone."""
        self.page.emulate_media(color_scheme=scheme)
        is_light = "true" if scheme == "light" else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def _close(self) -> None:
        """Close the notebook without saving its outputs."""
        self.page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabCloseIcon").click()
        self.page.get_by_role("button", name="Discard").click()
        self.page.locator(NOTEBOOK).wait_for(state="detached")


def _settings(folder: Path) -> dict[str, str]:
    """Return an environment with settings of JupyterLab's own, and a kernel of another's."""
    settings = {
        # Each cell is on the page, and a notebook that is closed takes its kernel along.
        "notebook-extension/tracker": {"windowingMode": "none", "kernelShutdown": True},
        # The theme follows the browser's.
        "apputils-extension/themes": {"adaptive-theme": True},
    }
    for name, chosen in settings.items():
        path = folder / f"settings/@jupyterlab/{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(chosen), encoding="utf-8")
    decoy = folder / "elsewhere/kernels/python3/kernel.json"
    decoy.parent.mkdir(parents=True)
    decoy.write_text(
        json.dumps({"argv": ["false"], "display_name": "Another", "language": "python"}),
        encoding="utf-8",
    )
    return {
        "JUPYTER_PATH": str(folder / "elsewhere"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def address(root: Path, chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, with its token, on a copy of some notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    (folder / "data").symlink_to(root / "data", target_is_directory=True)
    for name in NOTEBOOKS:
        shutil.copy(root / "notebooks" / f"{name}.ipynb", folder / "notebooks")
    paths = {"CASEANALYSIS_HOME": str(folder), "CASEANALYSIS_DATA": str(folder / "no-store")}
    command = [sys.executable, "-m", "caseanalysis", "lab", "--no-browser", "--port", _free_port()]
    log = folder / "log"
    with log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            [*map(str, command), *(["--allow-root"] if os.geteuid() == 0 else [])],
            env=os.environ | _settings(folder / "jupyter") | paths,
            stderr=written,
            start_new_session=True,
        )
        try:
            yield _announced(process, log)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _announced(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the address that a starting server prints."""
    while process.poll() is None:
        if found := ADDRESS.search(log.read_text(encoding="utf-8")):
            return found.group()
        time.sleep(0.1)
    pytest.fail(f"no server: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def lab(address: str, browser: Browser) -> Iterator[Lab]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    host = re.escape(address.partition("/lab")[0].removeprefix("http"))
    opened = Lab(page, address)
    own = re.compile(rf"(http|ws){host}/|data:|blob:")
    page.on("request", lambda one: own.match(one.url) or opened.elsewhere.append(one.url))
    page.goto(address, timeout=PATIENCE)
    yield opened
    page.close()


@pytest.mark.parametrize("name", REPORTS)
def test_notebook_runs_and_shows_its_figures_and_tables_with_their_sources(
    lab: Lab, name: str
) -> None:
    with lab.ran(name) as panel:
        assert panel.get_by_role("button", name="Python 3 (ipykernel)").is_visible()
        assert lab.page.locator(FAULTS).all_inner_texts() == []
        figures = panel.locator("figure.ca-figure")
        assert figures.count() or panel.locator("table.ca-table").count()
        for figure in figures.all():
            assert figure.locator(".ca-chart").bounding_box()["height"] > 100
            assert figure.locator("figcaption .ca-source").inner_text().startswith("Source: ")
        for number in panel.locator("table.ca-n2 tbody td:nth-child(2)").all()[:1]:
            assert number.evaluate("one => getComputedStyle(one).textAlign") == "right"
        cited = panel.locator("figure, .ca-block").locator('a[href^="#source-"]').count()
        assert bool(panel.locator(".ca-sources tbody tr").count()) == bool(cited)
    assert lab.elsewhere == []


def test_figures_follow_the_theme(lab: Lab) -> None:
    with lab.ran(QUICK) as panel:
        drawn = panel.locator("figure.ca-figure svg.ca-chart").first
        assert _shades(drawn) == pytest.approx((255, 34), abs=12)
        lab.follow("dark")
        expect(drawn).to_have_css("filter", re.compile("invert"))
        # Dark is the theme's ground, and the ink of the titles is light.
        assert _shades(drawn) == pytest.approx((17, 208), abs=12)
        lab.follow("light")


def _shades(drawn: Locator) -> tuple[int, int]:
    """Return how light, from 0 to 255, a figure's corner is, and what differs most from it."""
    picture = Image.open(BytesIO(drawn.screenshot())).convert("L")
    ground = int(picture.getpixel((2, 2)))
    return ground, max(picture.getextrema(), key=lambda shade: abs(shade - ground))


def test_slider_draws_the_figure_anew_by_keyboard_and_resets(lab: Lab) -> None:
    with lab.ran(CONTROLS) as panel:
        assert lab.page.locator(FAULTS).all_inner_texts() == []
        controls = panel.locator(".ca-controls").first
        slider = controls.get_by_role("slider").first
        title = load_assumptions()["health_status_share"].title
        assert slider.get_attribute("aria-label") == title
        drawn = panel.locator("svg.ca-chart").first
        before = drawn.get_attribute("aria-label")
        slider.press("End")
        expect(controls.get_by_role("status")).to_contain_text(title)
        expect(drawn).not_to_have_attribute("aria-label", str(before))
        controls.get_by_role("button", name="Reset to the record").press("Enter")
        expect(controls.get_by_role("status")).to_have_text("Every assumption as on record.")
        expect(drawn).to_have_attribute("aria-label", str(before))
