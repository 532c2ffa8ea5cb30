"""Settings: what can be configured, the files that hold it, and the URL of the database."""

from crm.settings.loading import load_settings, read_flag
from crm.settings.table import NAMES, SETTINGS
from crm.settings.values import Settings, SettingValue

__all__ = ["NAMES", "SETTINGS", "SettingValue", "Settings", "load_settings", "read_flag"]
