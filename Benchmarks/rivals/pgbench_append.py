"""pgbench into a plain log table: `one` row a commit, `hundred` rows a commit, or `generated`: a hundred made inside the server.

`hundred` sends a hundred rows as one INSERT with a VALUES list, each with its payload. `generated` sends one payload and lets the server
multiply it: nothing a real client could do, hence an upper bound.
"""

from common import *

TABLE = """create table log (
  id bigserial primary key, stream text not null, version bigint not null, type text not null, payload json not null);"""
kind = choice("one", "hundred", "generated")
head = f"\\set stream random(1, {STREAMS})\n\\set version random(1, 1000000)\n"
row = "('bench-' || :stream, :version + PLACE, 'OrderPlaced', '" + payload() + "')"
if kind == "one":
    rows, mode = 1, "prepared"
    script = head + "insert into log (stream, version, type, payload) values ('bench-' || :stream, :version, 'OrderPlaced', :payload);\n"
elif kind == "hundred":
    # The payloads stand in the statement, so it goes by the simple protocol: otherwise pgbench would send them only once.
    rows, mode = 100, "simple"
    values = ", ".join(row.replace("PLACE", str(place)) for place in range(100))
    script = head + f"insert into log (stream, version, type, payload) values {values};\n"
else:
    rows, mode = 100, "prepared"
    script = head + ("insert into log (stream, version, type, payload) "
                     "select 'bench-' || :stream, :version + n, 'OrderPlaced', :payload::json from generate_series(1, 100) n;\n")

with scratch_database() as database:
    psql(database, TABLE)
    rate, latency = pgbench(database, script, variables=[] if kind == "hundred" else [("payload", payload())], mode=mode)
    emit(f"pgbench.{kind}", rate * rows, "events/s", {
        "clients": CLIENTS, "threads": THREADS, "rows_a_commit": rows, "payload_bytes": PAYLOAD_BYTES, "protocol": mode, "loop": "closed",
        "duration_s": duration(), "latency_mean_ms": latency, **server(database)})
