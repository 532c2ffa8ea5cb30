"""That a server on the network is the one its URL names.

Whoever can answer in its place is kept out by TLS: the certificate must be for the host's name, and
signed by somebody whom this machine trusts. A socket and the loopback need no such proof.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from crm.domain.errors import UsageFault
from crm.domain.i18n import gettext as _
from crm.settings.ownership import find_foreign_hand

VERIFIED = "verify-full"

# Where systems keep the certificates that they trust. The driver brings an OpenSSL of its own,
# which looks where it was built.
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS, BSD
)

# Of what a URL leaves out. Encrypted by Kerberos there would be no certificate to look at.
_DEFAULTS = {
    "host": "", "hostaddr": "", "port": "5432", "gssencmode": "disable",
    "target_session_attrs": "any",
}  # fmt: skip
_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")


def is_remote(parameters: Mapping[str, str]) -> bool:
    """Whether any of the hosts is reached over a network: neither a socket nor the loopback."""
    return any(
        not host.startswith(("/", "@")) and not _LOOPBACK.fullmatch(host.lower())
        for host in _addresses(parameters)
        if host
    )


def _addresses(parameters: Mapping[str, str]) -> Iterator[str]:
    hosts = parameters.get("host", "").split(",")
    addresses = parameters.get("hostaddr", "").split(",")
    for number in range(max(len(hosts), len(addresses))):
        address = addresses[number] if number < len(addresses) else ""
        yield address or (hosts[number] if number < len(hosts) else "")


def find_weaker_mode(parameters: Mapping[str, str]) -> str | None:
    """Return the ``sslmode`` by which a URL gives up knowing who answers, ``None`` if it does not.

    Only a server on the network can be somebody else.
    """
    mode = parameters.get("sslmode", VERIFIED)
    return mode if mode != VERIFIED and is_remote(parameters) else None


def complete_parameters(parameters: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return libpq's parameters with all said that decides whom it talks to.

    What is not said libpq would take from its environment (``PGHOSTADDR``, ``PGSERVICE``) and from
    files of the person. A server on the network is verified unless the URL itself says otherwise.

    Raises UsageFault ``unsafe_root_certificate``.
    """
    said = {**_DEFAULTS, **parameters}
    if is_remote(said):
        said.setdefault("sslmode", VERIFIED)
    if said.get("sslmode", "").startswith("verify-"):
        if said.get("sslrootcert", "system") == "system":
            said["sslrootcert"] = find_roots(said["host"], home)
    elif is_remote(said):
        # Whoever answers is not known, so they are not told the login's password as it is.
        said.setdefault("require_auth", "!password")
    return said


def build_root_path(host: str, home: Path) -> Path:
    """Return where the certificate of a private authority is kept, once a person agreed to it."""
    return home / "roots" / f"{quote(host.lower(), safe='')}.pem"


def find_roots(host: str, home: Path) -> str:
    """Return the file of those who may sign the certificate of ``host``.

    That is the authority which was agreed to for it, else whom the system trusts, else certifi's.
    Raises UsageFault ``unsafe_root_certificate`` for a file that others can change.
    """
    kept = build_root_path(host, home)
    if kept.exists():
        if reason := find_foreign_hand(kept):
            raise UsageFault(
                _("{path} was not used: {reason}.").format(path=kept, reason=reason),
                hint=_("Remove it, then confirm the server again: epicevents join"),
                code="unsafe_root_certificate",
            )
        return str(kept)
    for bundle in BUNDLES:
        if Path(bundle).is_file():
            return bundle
    import certifi

    return certifi.where()
