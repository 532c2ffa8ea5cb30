"""The commands, one file a noun; the table of all of them is in :mod:`crm.cli.main`."""
