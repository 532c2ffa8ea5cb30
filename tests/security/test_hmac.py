"""The database's HMAC, which PostgreSQL does not have by itself."""

import hmac
import secrets
import time

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812

# RFC 4231, 4.2 to 4.8: key, data, the code (of case 5 its first 16 bytes).
VECTORS = [
    (b"\x0b" * 20, b"Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\x0c" * 20, b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, (
        b"This is a test using a larger than block-size key and a larger than block-size data. The"
        b" key needs to be hashed before being used by the HMAC algorithm."
    ), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "data", "code"), VECTORS, ids=range(1, 8))
def test_hmac_meets_the_vectors_of_rfc_4231(
    sql: Cursor, key: bytes, data: bytes, code: str
) -> None:
    sql.execute("SELECT hmac_sha256(%s, %s)", (key, data))
    ((found,),) = sql.fetchall()
    assert bytes(found)[: len(code) // 2].hex() == code


def test_hmac_takes_keys_of_every_length(sql: Cursor) -> None:
    for length in range(130):
        key, data = secrets.token_bytes(length), secrets.token_bytes(length)
        sql.execute("SELECT hmac_sha256(%s, %s)", (key, data))
        ((found,),) = sql.fetchall()
        assert bytes(found) == hmac.digest(key, data, "sha256"), length


def test_hmac_is_fast(sql: Cursor) -> None:
    taken = []
    for _time in range(9):
        started = time.perf_counter()
        sql.execute(
            "SELECT count(hmac_sha256(sha256(int4send(n)), sha256(int4send(n))))"
            " FROM generate_series(1, 500) n"
        )
        taken.append((time.perf_counter() - started) / 500)
    assert min(taken) < 0.0002  # a tenth of it on a machine at rest
