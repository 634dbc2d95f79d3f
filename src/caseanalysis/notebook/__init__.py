"""What a notebook imports: one study, which loads evidence and shows it with its sources."""

from caseanalysis.notebook.study import Study, open_study

__all__ = ["Study", "open_study"]
