"""Schemas of quality, money, estate and digital."""

from __future__ import annotations

from caseanalysis.schemas.contract import TableSchema

SCHEMAS: dict[str, TableSchema] = {}
