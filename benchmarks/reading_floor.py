"""The floor of a listing: import what the command imports, connect, print the same thirty rows."""

import os
import sys
from pathlib import Path

import click
import jwt
import psycopg2
from rich.cells import cell_len

assert click.echo is not None

home = Path(os.environ["EPICEVENTS_HOME"])
token = (home / "session" / "token").read_text().strip()
key = (home / "session" / "key").read_text().strip()
claims = jwt.decode(token, key, algorithms=["HS256"], audience="epicevents-cli")
connection = psycopg2.connect(host=home / "run", user="epicevents_cli", dbname="epicevents")
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("BEGIN; SELECT * FROM begin_session(%s)", (claims["jti"],))
cursor.execute(
    "SELECT id, full_name, email, phone, company_name, sales_contact"
    " FROM client_list ORDER BY id DESC LIMIT 31"
)
rows = [[str(value) for value in row] for row in cursor.fetchall()[:30]]
cursor.execute("SELECT count(*) FROM (SELECT FROM client_list LIMIT 10001) counted")
cursor.execute("COMMIT")
widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
for row in rows:
    sys.stdout.write(
        "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)) + "\n"
    )
