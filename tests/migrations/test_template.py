"""What ``alembic revision`` writes is what the revisions look like."""

from mako.template import Template  # type: ignore[import-untyped]
from support.cli import REPOSITORY

MIGRATIONS = REPOSITORY / "migrations"


def test_a_new_revision_looks_like_those_before_it() -> None:
    template = Template((MIGRATIONS / "script.py.mako").read_text("utf-8"))  # noqa: S702
    known = (MIGRATIONS / "versions/0002_identity.py").read_text("utf-8")
    message = known.split('"""')[1]
    written = template.render(
        message=message, up_revision="0002", down_revision="0001", upgrades="", downgrades=""
    )
    assert written == known
