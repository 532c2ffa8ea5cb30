"""Workbooks of spreadsheet programs, which a process of its own takes apart."""
