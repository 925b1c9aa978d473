#!/usr/bin/env python3
"""Prints docs/schema.md: the tables of every database as PostgreSQL's catalogue knows them, with the notes of the files that made them.

Usage: document.py   (the address of the server in COMPTOIR_POSTGRES_ADMIN_URL; the databases are those of schema/, migrated)

`scripts/schema-docs` runs it on a server of its own. The first line of the document holds a fingerprint of what it was made from, so
that `make check` knows without a server whether it is of today.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = "shared"
# The databases of the platform itself, before those of the services.
FIRST = ["event_store", "subject_keys"]
SCHEMAS = {
    "live": "projected rows", "copies": "copies of other services' facts", "ops": "operational rows, which no replay touches",
    "event_store": "the log", "subject_keys": "keys of personal data",
}
CATALOGUE = """
select coalesce(json_agg(json_build_object(
  'schema', n.nspname, 'table', c.relname,
  'columns', (
    select json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull,
      'default', case when a.attidentity <> '' then 'identity' else pg_get_expr(d.adbin, d.adrelid) end,
      'key', exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey)),
      'foreign', exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)))
      order by a.attnum)
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
  'relations', (
    select coalesce(json_agg(json_build_object(
      'to', p.relname,
      'columns', (select string_agg(a.attname, ', ' order by k.n) from unnest(f.conkey) with ordinality k(number, n)
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.number),
      'optional', exists (select from pg_attribute a where a.attrelid = f.conrelid and a.attnum = any (f.conkey) and not a.attnotnull))
      order by f.conname), '[]')
    from pg_constraint f join pg_class p on p.oid = f.confrelid where f.conrelid = c.oid and f.contype = 'f'),
  'constraints', (
    select coalesce(json_agg(pg_get_constraintdef(k.oid) order by position(k.contype::text in 'pufcx'), k.conname), '[]')
    from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'c', 'x')),
  'indexes', (
    select coalesce(json_agg(pg_get_indexdef(i.indexrelid) order by x.relname), '[]')
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')))
  ) order by n.nspname, c.relname), '[]')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and c.relname <> 'schema_migrations'
"""


def migrations(root):
    """Relative paths of the migrations, sorted."""
    found = [os.path.relpath(os.path.join(folder, name), root)
             for folder, _, names in os.walk(os.path.join(root, "schema")) for name in names if name.endswith(".sql")]
    return sorted(path.replace(os.sep, "/") for path in found)


def fingerprint(root):
    """Of what the document is made from: the migrations, and this program where the folder has it."""
    total = hashlib.sha256()
    for path in migrations(root) + ["scripts/schema/document.py"]:
        try:
            with open(os.path.join(root, path), "rb") as file:
                total.update(f"{path}\0{hashlib.sha256(file.read()).hexdigest()}\n".encode())
        except FileNotFoundError:
            continue
    return total.hexdigest()


def first_line(root):
    return f"<!-- Made by scripts/schema-docs from schema/, do not edit: {fingerprint(root)} -->"


def notes(database):
    """What the files say above a table or a column, by ("table",) or ("table", "column")."""
    found = {}
    for path in migrations(ROOT):
        if path.split("/")[1] not in (database, SHARED):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read().split("-- migrate:down")[0]
        table, above = None, []
        for line in text.splitlines():
            words = line.strip()
            if words.startswith("-- ") and not words.startswith("-- migrate:"):
                above.append(words[3:])
                continue
            begins = re.match(r"create table (?:\w+\.)?(\w+) \(", words)
            if begins:
                table = begins[1]
                found[(table,)] = " ".join(above)
            elif words.startswith(")"):
                table = None
            elif table and above:
                found[(table, words.split(" ")[0])] = " ".join(above)
            above = []
    return found


def query(url, database, statement):
    """The one JSON value that a statement gives. The password goes by the environment, not by the command line."""
    parts = urllib.parse.urlsplit(url)
    environment = dict(os.environ, PGHOST=parts.hostname, PGPORT=str(parts.port), PGUSER=urllib.parse.unquote(parts.username),
                       PGPASSWORD=urllib.parse.unquote(parts.password or ""), PGDATABASE=database)
    done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                          input="set search_path = pg_catalog;\n" + statement, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"document: {database}: {' '.join(done.stderr.split()) or 'psql failed'}")
    return json.loads(done.stdout)


TYPES = {"character varying": "varchar", "timestamp with time zone": "timestamptz", "character": "char"}


def typed(column):
    for long, short in TYPES.items():
        if column["type"].startswith(long):
            return short + column["type"][len(long):]
    return column["type"]


def cell(text):
    return (text or "").replace("|", "\\|")


def code(text):
    return f"`{cell(text)}`" if text else ""


def default(column):
    """Without the type that PostgreSQL adds to a literal, which the column has anyway."""
    return re.sub(r"^('(?:[^']|'')*')::[\w ]+$", r"\1", column["default"] or "")


def diagram(tables):
    """Entities with their keys, and a line a foreign key."""
    lines = ["```mermaid", "erDiagram"]
    for table in tables:
        lines.append(f"  {table['table']} {{")
        for column in table["columns"]:
            marks = [mark for mark, is_set in (("PK", column["key"]), ("FK", column["foreign"])) if is_set]
            # A diagram's types are single words.
            lines.append(f"    {re.sub(r'[(].*[)]', '', typed(column))} {column['name']} {', '.join(marks)}".rstrip())
        lines.append("  }")
    for table in tables:
        for relation in table["relations"]:
            lines.append(f"  {relation['to']} {'|o' if relation['optional'] else '||'}--o{{ {table['table']} : \"{relation['columns']}\"")
    return lines + ["```"]


def described(table, said):
    lines = ["", f"#### {table['schema']}.{table['table']}"]
    if said.get((table["table"],)):
        lines += ["", said[(table["table"],)]]
    lines += ["", "| column | type | null | default | notes |", "|---|---|---|---|---|"]
    for column in table["columns"]:
        lines.append(f"| {column['name']} | {typed(column)} | {'yes' if column['nullable'] else 'no'} | {code(default(column))} | "
                     f"{cell(said.get((table['table'], column['name'])))} |")
    rules = table["constraints"] + [re.sub(r"^CREATE (UNIQUE )?INDEX .*? USING ", r"\1INDEX ", text) for text in table["indexes"]]
    return lines + [""] + [f"* {code(rule)}" for rule in rules]


def database_section(name, tables):
    said = notes(name)
    lines = ["", f"## {name}"]
    if not tables:
        return lines + ["", "No tables of its own."]
    lines += [""] + diagram(tables)
    for schema in sorted({table["schema"] for table in tables}, key=lambda schema: list(SCHEMAS).index(schema)):
        lines += ["", f"### {name}, {schema}: {SCHEMAS[schema]}"]
        for table in tables:
            if table["schema"] == schema:
                lines += described(table, said)
    return lines


def main():
    url = os.environ.get("COMPTOIR_POSTGRES_ADMIN_URL") or sys.exit("document: COMPTOIR_POSTGRES_ADMIN_URL is not set")
    folders = sorted({path.split("/")[1] for path in migrations(ROOT)} - {SHARED} - set(FIRST))
    catalogue = {name: query(url, name, CATALOGUE) for name in FIRST + folders}
    lines = [
        first_line(ROOT), "# Tables", "",
        "Every database as its migrations in [`schema/`](../schema) leave it. `scripts/schema-docs` writes this page; `make check` fails when it is older",
        "than the migrations. The bookkeeping of migrations (`schema_migrations`) is left out; that of projections, which every read database has, stands",
        "[at the end](#every-read-database). How schemas and generations work: [decision 6](decisions/0006-generations-have-two-folders.md).", "",
        "| database | tables |", "|---|---|",
    ]
    for name, tables in catalogue.items():
        own = [table["table"] for table in tables if table["schema"] != "internal"]
        lines.append(f"| [{name}](#{name}) | {', '.join(own)} |")
    for name, tables in catalogue.items():
        lines += database_section(name, [table for table in tables if table["schema"] != "internal"])
    bookkeeping = [table for table in catalogue[folders[0]] if table["schema"] == "internal"]
    lines += ["", "## Every read database", ""] + diagram(bookkeeping)
    for table in bookkeeping:
        lines += described(table, notes(folders[0]))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
