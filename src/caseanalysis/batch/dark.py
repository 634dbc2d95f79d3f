"""The colours of charts on a dark page: those that the style sheet does not know by name."""

from __future__ import annotations

import re

# Lightness of the page and of its text in the dark, between which every colour comes to lie.
_DARKEST, _LIGHTEST = 0.21, 0.93
_CHART = re.compile(r'<svg class="ca-chart".*?</svg>', re.DOTALL)
_COLOUR = re.compile(r'\b(?:fill|stroke)="(#\w+)"')
_KNOWN = re.compile(r'\[fill="(#\w+)"\]')
# From linear light to the cones of the eye and on to OKLab (Ottosson 2020), and back.
_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_LAB = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_FROM_CONES = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)

_Triple = tuple[float, float, float]
_Matrix = tuple[_Triple, _Triple, _Triple]


def more_rules(html: str, css: str) -> str:
    """Return the rules for colours of the charts of a page that its style sheet does not know.

    Parameters
    ----------
    html : str
        The page, with its charts.
    css : str
        The style sheet, with the colours that it knows.
    """
    used = {colour for chart in _CHART.findall(html) for colour in _COLOUR.findall(chart)}
    rules = [
        f'.ca-chart [{name}="{colour}"] {{ {name}: {in_the_dark(colour)}; }}'
        for colour in sorted(used - set(_KNOWN.findall(css)))
        for name in ("fill", "stroke")
    ]
    if not rules:
        return ""
    return "@media screen and (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}\n"


def in_the_dark(colour: str) -> str:
    """Return a colour of the same hue whose lightness is turned about, light for dark."""
    digits = colour[1:] if len(colour) == len("#rrggbb") else "".join(2 * one for one in colour[1:])
    light = [_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)]
    cones = [part ** (1 / 3) for part in _times(_CONES, light)]
    lightness, red, yellow = _times(_LAB, cones)
    turned = _LIGHTEST - (_LIGHTEST - _DARKEST) * lightness
    back = [part**3 for part in _times(_FROM_LAB, [turned, red, yellow])]
    return "#" + "".join(f"{_byte(part):02x}" for part in _times(_FROM_CONES, back))


def _times(matrix: _Matrix, parts: list[float]) -> list[float]:
    return [sum(one * part for one, part in zip(row, parts, strict=True)) for row in matrix]


def _linear(share: float) -> float:
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)


def _byte(light: float) -> int:
    share = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * min(max(share, 0.0), 1.0))
