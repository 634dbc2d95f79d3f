"""Schemas of planned care, ambulances and activity returns."""

from __future__ import annotations

from caseanalysis.schemas.contract import TableSchema

SCHEMAS: dict[str, TableSchema] = {}
