"""Rows as files: JSON, CSV, Parquet, spreadsheets."""

__all__ = []
