"""Where each value comes from.

A value is taken from the flags, else the environment, else ``.env`` in the working directory, else
``config.env`` under ``EPICEVENTS_HOME``, else it is the default. What is set but empty means the
default, whatever stands in the places after it. A directory that one steps into decides only what
cannot harm, and the database once a person has agreed to it.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.files import HOME_FILE, LOCAL_FILE, read_variables
from crm.settings.table import SETTINGS, Setting
from crm.settings.values import Settings, SettingValue, expand_path

if TYPE_CHECKING:
    from pathlib import Path

Places = dict[str, Mapping[str, str]]  # source -> values by variable, the first wins

_DATABASE, _HOME = (
    next(setting for setting in SETTINGS if setting.name == name)
    for name in ("database_url", "home")
)


def load_settings(
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] = os.environ,
    directory: "Path | None" = None,
) -> Settings:
    """Return the settings in force; ``flags`` are by setting name, ``.env`` lies in ``directory``.

    Raises UsageFault: ``invalid_configuration_file``, ``unsafe_configuration_file``,
    ``invalid_setting`` for a value that is not text, ``invalid_path`` for a home that cannot be
    found.
    """
    flags = flags or {}
    local_file = os.path.join(directory or "", LOCAL_FILE)
    local = read_variables(local_file)
    places: Places = {
        "flag": {s.variable: flags[s.name] for s in SETTINGS if s.name in flags},
        "environment": environ,
    }
    home = expand_path(_entry(_HOME, places))
    remembered = read_variables(os.path.join(home, HOME_FILE))
    remembered.pop(_HOME.variable, None)  # a file cannot say where it lies
    if local.get(_DATABASE.variable) in {"", remembered.get(_DATABASE.variable)}:
        local.pop(_DATABASE.variable, None)  # no directory leads away from the company's database
    places[LOCAL_FILE] = {
        s.variable: local[s.variable] for s in SETTINGS if s.local and s.variable in local
    }
    places[HOME_FILE] = remembered
    ignored = (s.variable for s in SETTINGS if not s.local and s.variable in local)
    return Settings([_entry(s, places) for s in SETTINGS], home, local_file, ignored)


def read_flag(name: str, value: str) -> SettingValue:
    """Return a setting as a flag gives it. Raises UsageFault ``invalid_setting``."""
    setting = next(each for each in SETTINGS if each.name == name)
    return _entry(setting, {"flag": {setting.variable: value}, "environment": {}})


def _entry(setting: Setting, places: Places) -> SettingValue:
    given = [(v[setting.variable], source) for source, v in places.items() if setting.variable in v]
    system = [(places["environment"].get(variable), variable) for variable in setting.fallbacks]
    usable = (pair for pair in [*given[:1], *system] if pair[0])
    value, source = next(usable, (setting.default, "default"))
    if value and source in places and not _is_text(value):
        raise UsageFault(
            _("{variable} ({source}) is not readable text.").format(
                variable=setting.variable, source=source
            ),
            hint=_("Set it again, in UTF-8 and without control characters."),
            code="invalid_setting",
        )
    return SettingValue(setting.name, setting.variable, value, source)


def _is_text(value: str) -> bool:
    # The bytes of an environment variable that are no UTF-8 arrive as lone surrogates.
    return not any(character < " " or "\ud800" <= character <= "\udfff" for character in value)
