"""Settings: what can be configured, the files that hold it, and the URL of the database."""

from crm.settings.table import SETTINGS, Entry, Settings, load

__all__ = ["SETTINGS", "Entry", "Settings", "load"]
