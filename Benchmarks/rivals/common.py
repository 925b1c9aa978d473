"""What the rivals' scripts share: settings from the environment, a database of their own, pgbench, wrk, and the one line they print.

Environment of all: DURATION (seconds a figure, 20 by default).
BENCH_POSTGRES_URL: a role that may create databases, for the rivals that write.
ORDERS_SERVICE_DB_URL: the read database with `orders`, `order_items` and `order_status`, for those that serve it over HTTP.
"""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

# A parent that blocks signals (Swift's concurrency threads do) hands the block on: pgbench would then never hear the alarm that ends it,
# and nothing here would hear TERM.
signal.pthread_sigmask(signal.SIG_SETMASK, set())

HERE = os.path.dirname(os.path.abspath(__file__))
PAYLOAD_BYTES = 300
STREAMS = 10_000
CLIENTS = 32
CONNECTIONS = 64
THREADS = 2

# A kill must end what was started and drop the database too: let it pass through every `finally`.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def fail(text):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {text}")


def duration():
    return int(os.environ.get("DURATION", "20"))


def url(name):
    value = os.environ.get(name)
    return value if value else fail(f"the environment variable {name} is not set")


def choice(*known):
    """The script's only argument, one of `known`."""
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        fail(f"usage: {os.path.basename(sys.argv[0])} {'|'.join(known)}")
    return sys.argv[1]


def emit(name, value, unit, settings):
    print(json.dumps({"name": name, "value": round(value, 1), "unit": unit, "settings": settings}), flush=True)


def payload():
    """A JSON text of exactly PAYLOAD_BYTES bytes, as an order event could look; no quote that SQL would need doubled."""
    start = '{"order_id":4503631176970044,"user_id":4503599627371396,"currency":"EUR","total_cents":12345,' \
            '"lines":[{"product_id":4503599628465771,"quantity":2,"unit_cents":499}],"note":"'
    return start + "x" * (PAYLOAD_BYTES - len(start) - 2) + '"}'


# PostgreSQL

def connection(database_url):
    parts = urllib.parse.urlsplit(database_url)
    unquote = urllib.parse.unquote
    return {"host": parts.hostname or "127.0.0.1", "port": parts.port or 5432, "user": unquote(parts.username or ""),
            "password": unquote(parts.password or ""), "dbname": unquote(parts.path.lstrip("/"))}


def environment(database_url):
    """libpq's variables, so that no password stands on a command line."""
    of = connection(database_url)
    return dict(os.environ, PGHOST=of["host"], PGPORT=str(of["port"]), PGUSER=of["user"], PGPASSWORD=of["password"],
                PGDATABASE=of["dbname"], PGAPPNAME="comptoir rival")


def client(name):
    """A PostgreSQL client program, from the PATH or from Debian's folder of the newest version."""
    found = shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
    return found or fail(f"{name} is not installed (see debian-packages.txt)")


def psql(database_url, sql):
    done = subprocess.run([client("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=sql,
                          env=environment(database_url), capture_output=True, text=True)
    if done.returncode:
        fail(" ".join(done.stderr.split()))
    return done.stdout.splitlines()


def server(database_url):
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    values = psql(database_url, "\n".join(f"show {name};" for name in names))
    return {"postgresql": values[0].split()[0], "fsync": values[1], "synchronous_commit": values[2], "shared_buffers": values[3]}


@contextlib.contextmanager
def scratch_database():
    """A database of the script's own on the server under test, dropped at the end."""
    base = url("BENCH_POSTGRES_URL")
    name = f"rival_{os.path.basename(sys.argv[0]).removesuffix('.py')}_{os.getpid()}"
    psql(base, f'create database "{name}";')
    try:
        yield urllib.parse.urlunsplit(urllib.parse.urlsplit(base)._replace(path="/" + name))
    finally:
        psql(base, f'drop database if exists "{name}" with (force);')


def pgbench(database_url, script, variables=(), mode="prepared", clients=CLIENTS):
    """Runs one transaction script in a closed loop; (transactions a second without the time to connect, mean latency in ms)."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [client("pgbench"), "-n", "-M", mode, "-c", str(clients), "-j", str(THREADS), "-T", str(duration()), "-f", file.name,
             *(part for name, value in variables for part in ("-D", f"{name}={value}"))],
            env=environment(database_url), capture_output=True, text=True)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    latency = re.search(r"latency average = ([\d.]+) ms", done.stdout)
    if done.returncode or not rate or not latency:
        fail("pgbench: " + " ".join(done.stderr.split())[-400:])
    return float(rate[1]), float(latency[1])


# Processes and HTTP

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, **options):
    """A server in a process group of its own; the group is asked to stop at the end, then made to."""
    process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break


def get(address):
    with urllib.request.urlopen(address, timeout=5) as answer:
        return json.load(answer)


def wait_until_up(address, process, seconds=15):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return get(address)
        except OSError as error:
            if process.poll() is not None:
                fail(f"the server ended with status {process.returncode}")
            if time.monotonic() > deadline:
                fail(f"no answer from {address}: {error}")
            time.sleep(0.1)


# The columns every rival's answer has, as our own route's: ids as numbers, money as decimal strings, times with microseconds.
STAMP = """to_char({0} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
ORDER = ("id", "order_number", "user_id", "billing_address_id", "shipping_address_id", "status_id", "total_amount_ht::text",
         "total_amount_ttc::text", "total_discount::text", "vat_amount::text", "notes")
ITEM = ("id", "product_id", "product_name", "product_ref", "quantity", "unit_price_ht::text", "unit_price_ttc::text",
        "total_price_ht::text", "total_discount::text", "vat_amount::text", "total_price_ttc::text", "vat_rate::text")


def order_ids(database_url):
    """10,000 ids strewn over the table (fewer when it is small), the same on every run over the same rows."""
    ids = psql(database_url, "select id from orders where deleted_at is null order by hashint8(id) limit 10000;")
    return ids or fail("the table orders is empty: import the demo data first")


def expected_order(database_url, order):
    def pairs(columns, table):
        return ", ".join(f"'{column.split('::')[0]}', {table}.{column}" for column in columns)

    return json.loads(psql(database_url, f"""
        select json_build_object('data', json_build_object({pairs(ORDER, 'o')}, 'status', s.name, 'currency', 'EUR',
          'created_at', {STAMP.format('o.created_at')}, 'updated_at', {STAMP.format('o.updated_at')},
          'items', coalesce((select json_agg(json_build_object({pairs(ITEM, 'i')}) order by i.id)
                             from order_items i where i.order_id = o.id), '[]')))::text
        from orders o join order_status s on s.id = o.status_id where o.id = {int(order)};""")[0])


def serve_and_measure(name, database_url, what, base, process, settings):
    """Checks that the server answers with the right rows, then loads it with wrk and prints the figure."""
    ids = order_ids(database_url)
    wait_until_up(f"{base}/orders/{ids[0]}", process)
    for order in ids[:20]:
        if get(f"{base}/orders/{order}") != expected_order(database_url, order):
            fail(f"the answer for order {order} is not what the tables hold")
    page = get(f"{base}/orders?limit=50")
    newest = [int(order) for order in psql(
        database_url, "select id from orders where deleted_at is null order by created_at desc, id desc limit 50;")]
    if [order["id"] for order in page["data"]] != newest:
        fail("the list is not the 50 newest orders")
    result = wrk(base, what, ids)
    emit(f"{name}.{what}", result["rate"], "requests/s", {
        **settings, "connections": CONNECTIONS, "threads": THREADS, "loop": "closed", "duration_s": duration(), "orders": len(ids),
        "p50_ms": result["p50_ms"], "p99_ms": result["p99_ms"], **server(database_url)})


def wrk(base, what, ids):
    """Two seconds of warming up, then the measured run. An answer other than 2xx, or a socket error, is a failure of the whole run."""
    if not shutil.which("wrk"):
        fail("wrk is not installed (see debian-packages.txt)")
    with tempfile.NamedTemporaryFile("w", suffix=".ids") as file:
        file.write("\n".join(ids) + "\n")
        file.flush()
        for seconds in (2, duration()):
            done = subprocess.run(
                ["wrk", "-t", str(THREADS), "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s",
                 "-s", os.path.join(HERE, "orders.lua"), base, "--", what, file.name], capture_output=True, text=True)
            found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
            if done.returncode or not found:
                fail(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    result = json.loads(found[1])
    if result["errors"]:
        fail(f"wrk met {result['errors']} errors in {result['requests']} requests")
    return result
