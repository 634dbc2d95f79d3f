"""What a notebook imports: one study, which loads evidence and shows it with its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caseanalysis.notebook.study import Study, open_study

__all__ = ["Study", "open_study"]


def __getattr__(name: str) -> Any:
    # The study brings pandas and matplotlib, which a build that only reads facts does without.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from caseanalysis.notebook import study

    return getattr(study, name)
