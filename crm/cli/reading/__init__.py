"""Showing what there is: listings, records, and what was done to them.

``listing`` is every ``list``; ``request`` holds what is asked of it, ``bounds`` turns days into
moments, ``exporting`` writes for machines, ``empty`` explains an empty answer, ``views`` keeps a
listing under a name. ``records`` finds and shows one record, ``as_of`` shows it as it was, and
``offers`` the commands that come next. ``changes`` says what audit entries changed, ``difference``
what one transaction did. ``sections`` puts several short lists on one screen, and ``moments`` names
near days in words.

What listings and sheets do not share is imported when it is first used.
"""

from typing import TYPE_CHECKING

from crm.lazy import lazy_attributes

if TYPE_CHECKING:
    from crm.cli.reading import listing as listing
    from crm.cli.reading import offers as offers
    from crm.cli.reading import request as request

__getattr__ = lazy_attributes(__name__, dict.fromkeys(("listing", "offers", "request")))
