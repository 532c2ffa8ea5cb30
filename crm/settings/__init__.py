"""Settings: what can be configured, the files that hold it, and the URL of the database."""

from crm.settings.table import SETTINGS, Settings, SettingValue, load_settings

__all__ = ["SETTINGS", "SettingValue", "Settings", "load_settings"]
