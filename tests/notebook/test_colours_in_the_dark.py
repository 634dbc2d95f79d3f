"""The colours of charts on a light page and on a dark one."""

from __future__ import annotations

import re

import pytest

from caseanalysis.batch.dark import in_the_dark, more_rules
from caseanalysis.batch.shell import TEMPLATES
from caseanalysis.charts import style

PAGE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
DARK = dict(
    re.findall(
        r'\[fill="(#\w+)"\] { fill: ([^;]+); }', (TEMPLATES / "report.css").read_text("utf-8")
    )
)
SERIES = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE, style.GREY, style.INK)


def variable(name: str, *, dark: bool) -> str:
    """Return a colour of the page's style sheet; the dark set stands second."""
    return str(re.findall(rf"--{name}: (#\w+);", PAGE)[dark])


def shown(colour: str) -> str:
    """Return the colour of a dark page that stands for one of a chart."""
    short = re.sub(r"#(\w)\1(\w)\2(\w)\3$", r"#\1\2\3", colour.lower())
    named = re.fullmatch(r"var\(--(\w+)\)", DARK[short])
    return variable(named[1], dark=True) if named else DARK[short]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", SERIES)
def test_marks_stand_out_from_the_page(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(shown(colour), variable("paper", dark=True)) >= 3


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["ink", "soft", "link", "good", "bad", "warn", "word", "string"])
def test_text_can_be_read_on_the_page_and_on_its_tint(name: str, dark: bool) -> None:
    for ground in ("paper", "tint"):
        assert contrast(variable(name, dark=dark), hexed(variable(ground, dark=dark))) >= 4.5


def hexed(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(sign * 2 for sign in colour[1:])


def test_numbers_on_a_dark_map_can_be_read() -> None:
    ink, paper = variable("ink", dark=True), variable("paper", dark=True)
    for light in ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6"):
        assert contrast(shown(light), ink) >= 4.5
    for deep in ("#3182bd", "#08519c"):
        assert contrast(shown(deep), paper) >= 4.5


def test_an_unknown_colour_is_turned_about_and_keeps_its_hue() -> None:
    assert luminance(in_the_dark("#fdeee3")) < 0.05
    assert luminance(in_the_dark("#5a2800")) > 0.3
    red, green, blue = (int(in_the_dark("#b34d00")[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > blue


def test_only_colours_that_the_style_sheet_does_not_know_get_a_rule() -> None:
    chart = '<svg class="ca-chart"><path fill="#0072b2" stroke="#123456"/></svg><i fill="#abcdef">'
    rules = more_rules(chart, '.ca-chart [fill="#0072b2"] { fill: red; }')
    assert re.findall(r'\[(\w+="#\w+")\]', rules) == ['fill="#123456"', 'stroke="#123456"']
    assert more_rules("", "") == ""
