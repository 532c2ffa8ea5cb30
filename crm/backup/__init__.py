"""Backups by PostgreSQL's own tools: made, checked and restored; see docs/adr/0009-backups.md."""
