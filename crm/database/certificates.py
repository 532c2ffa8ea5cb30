"""What a server presents before anything is sent to it, and the private authority behind it."""

import socket
import ssl
import struct
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from crm.database.errors import unreachable_error
from crm.database.verification import build_root_path

SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # of PostgreSQL's protocol: may we speak TLS?
PATIENCE = 5  # seconds
_DER = 2  # OpenSSL's number of that encoding


class Authority(NamedTuple):
    """A certificate that alone vouches for a server: its own, or that of who signed it."""

    certificate: bytes  # DER
    server: dict[str, Any]  # the server's certificate, as Python tells it

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, as ``openssl x509 -fingerprint -sha256`` writes it."""
        digest = sha256(self.certificate).hexdigest().upper()
        return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))

    @property
    def issuer(self) -> str:
        """Who signed the server's certificate, by the name that they give themselves."""
        parts = dict(pair for part in self.server.get("issuer", ()) for pair in part)
        return str(parts.get("commonName") or parts.get("organizationName") or "?")

    @property
    def expires(self) -> str:
        """Until when the server's certificate is valid."""
        return str(self.server.get("notAfter", "?"))


def find_private_authority(parameters: Mapping[str, str]) -> Authority | None:
    """Return the certificate, among those that the server presents, which verifies it on its own.

    ``None`` where none does: the server does not present its authority, or the certificate is for
    another name. Nothing but the wish to speak TLS is sent. Raises DatabaseUnavailable.
    """
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    try:
        _server, presented = _shake_hands(parameters, unverified)
    except ssl.SSLError as error:
        # Nothing was verified: it speaks no TLS, or only what this machine takes for unsafe.
        raise unreachable_error(str(error)) from None
    for certificate in reversed(presented):
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            trusting.load_verify_locations(cadata=certificate)
            server, _rest = _shake_hands(parameters, trusting)
        except ssl.SSLError:
            # This one does not verify the server: the next of the chain may.
            continue
        return Authority(certificate, server)
    return None


def keep_authority(authority: Authority, host: str, home: Path) -> Path:
    """Keep a certificate as the only one that vouches for ``host``. Raises OSError."""
    from crm.files import write_private

    path = build_root_path(host, home)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, ssl.DER_cert_to_PEM_cert(authority.certificate).encode())
    return path


def _shake_hands(
    parameters: Mapping[str, str], context: ssl.SSLContext
) -> tuple[dict[str, Any], list[bytes]]:
    """Return the server's certificate, if ``context`` verifies it, and all that it presents."""
    host = parameters.get("host", "").split(",")[0]
    address = parameters.get("hostaddr", "").split(",")[0] or host
    port = int(parameters.get("port", "").split(",")[0] or 5432)
    try:
        with socket.create_connection((address, port), PATIENCE) as plain:
            plain.sendall(SSL_REQUEST)
            if plain.recv(1) != b"S":
                raise unreachable_error("server does not support SSL")
            with context.wrap_socket(plain, server_hostname=host) as secured:
                return secured.getpeercert() or {}, _read_chain(secured)
    except ssl.SSLError:
        # An OSError too, but of what was presented, which the caller judges.
        raise
    except OSError as error:
        # Nobody is there, or the address is none.
        raise unreachable_error(str(error)) from None


def _read_chain(secured: ssl.SSLSocket) -> list[bytes]:
    """Return the certificates that a server presents, its own first, in DER."""
    public: Any = getattr(secured, "get_unverified_chain", None)
    if public:
        return list(public())
    # Python 3.11 and 3.12, which change no more, have it below the surface only.
    inner: Any = secured._sslobj  # type: ignore[attr-defined]
    return [certificate.public_bytes(_DER) for certificate in inner.get_unverified_chain()]
