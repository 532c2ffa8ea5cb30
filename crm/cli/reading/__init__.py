"""Showing what there is: listings, records, and what was done to them.

``listing`` is every ``list``, of what is ``asked``: ``bounds`` turns days to moments, ``exporting``
writes for machines, ``nothing`` says why there is nothing, ``views`` keeps it under a name.
``records`` finds and shows one record, ``past`` as it was, ``offers`` with what comes next.
``changes`` says what audit entries changed, ``difference`` what one transaction did. ``sections``
are several short lists on a screen, and ``when`` says near days by name.

What a listing and a sheet do not share loads when it is first used.
"""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.cli.reading import asked as asked
    from crm.cli.reading import listing as listing
    from crm.cli.reading import offers as offers

__getattr__ = lazy_attributes(__name__, dict.fromkeys(("asked", "listing", "offers")))
