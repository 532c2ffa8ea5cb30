"""Authorities and certificates, made by OpenSSL's command line.

A library would do, but PyJWT imports the one that there is wherever it is installed.
"""

import ssl
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")


class Certificate(NamedTuple):
    """A certificate and its key, in files."""

    path: Path
    key: Path

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, as its administrator tells it."""
        digest = sha256(ssl.PEM_cert_to_DER_cert(self.path.read_text())).hexdigest().upper()
        return ":".join(digest[place : place + 2] for place in range(0, 64, 2))


class Authority:
    """Who signs certificates; its own lies in a file of ``directory``."""

    def __init__(self, directory: Path, name: str = "Epic Events") -> None:
        directory.mkdir(exist_ok=True)
        self._directory = directory
        self.own = self_signed(directory / "authority", f"/O={name}", "basicConstraints=CA:TRUE")

    def issue(self, host: str) -> Certificate:
        """Return a new certificate for a host's name."""
        made = _files(self._directory / host)
        request, names = made.path.with_suffix(".csr"), made.path.with_suffix(".names")
        names.write_text(f"subjectAltName=DNS:{host}\n")
        _openssl(
            "req", *_NEW_KEY[:-2], "-subj", f"/CN={host}", "-keyout", made.key, "-out", request
        )
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.own.path, "-CAkey", self.own.key,
            "-CAcreateserial", "-days", "2", "-extfile", names, "-out", made.path,
        )  # fmt: skip
        return made


def self_signed(stem: Path, subject: str, extension: str) -> Certificate:
    """Return a certificate that vouches for itself."""
    made = _files(stem)
    _openssl(
        "req", "-x509", *_NEW_KEY, "-subj", subject, "-addext", extension,
        "-keyout", made.key, "-out", made.path,
    )  # fmt: skip
    return made


def _files(stem: Path) -> Certificate:
    return Certificate(stem.with_name(f"{stem.name}.pem"), stem.with_name(f"{stem.name}.key"))


def _openssl(*arguments: str | Path) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
