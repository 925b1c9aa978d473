"""Binary COPY of a log in order by a C program over libpq: the baseline of `read.log`.

Reads a log table of its own with EVENTS (1,000,000) rows of 300 bytes. With EVENT_STORE_URL and READ_LOG_QUERY set it reads that log by
that query instead, so that both read the same rows.
"""

from common import *

EVENTS = int(os.environ.get("EVENTS", "1000000"))
QUERY = "select id, stream, version, event_id, type, payload, metadata, recorded_at from log order by id"


def measure(database, query, settings):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libpq"], capture_output=True, text=True)
    options = flags.stdout.split() if flags.returncode == 0 else ["-I/usr/include/postgresql", "-lpq"]
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang") or fail("no C compiler (see debian-packages.txt)")
    with tempfile.TemporaryDirectory(prefix="rival-copy-") as folder:
        binary = os.path.join(folder, "copy_out")
        built = subprocess.run([compiler, "-O2", "-o", binary, os.path.join(HERE, "copy_out.c"), *options], capture_output=True, text=True)
        if built.returncode:
            fail(f"{compiler}: {built.stderr.strip()}")
        done = subprocess.run([binary, str(duration()), query], env=environment(database), capture_output=True, text=True)
    if done.returncode:
        fail(" ".join(done.stderr.split()))
    events, seconds, size = done.stdout.split()
    emit("copy.binary", int(events) / float(seconds), "events/s", settings | {
        "connections": 1, "bytes_an_event": round(int(size) / int(events)), "megabytes_a_second": round(int(size) / float(seconds) / 1e6),
        "duration_s": round(float(seconds), 1), **server(database)})


if os.environ.get("READ_LOG_QUERY"):
    measure(url("EVENT_STORE_URL"), os.environ["READ_LOG_QUERY"], {"log": "the event store's"})
else:
    with scratch_database() as database:
        psql(database, f"""
            create table log (id bigint primary key, stream text not null, version bigint not null, event_id uuid not null,
              type text not null, payload json not null, metadata json not null, recorded_at timestamptz not null);
            insert into log
            select n, 'bench-' || n % {STREAMS}, n / {STREAMS} + 1, gen_random_uuid(), 'OrderPlaced', '{payload()}', '{{}}', now()
            from generate_series(1, {EVENTS}) n;""")
        psql(database, "vacuum analyze log;")
        measure(database, QUERY, {"log": "plain table", "log_events": EVENTS, "payload_bytes": PAYLOAD_BYTES})
