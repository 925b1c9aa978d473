"""The Python library eventsourcing on PostgreSQL: `single` event a call, a `batch` of 100 a call, or `read` the log in order.

Its recorder is called directly with stored events of 300 bytes, so neither aggregates nor a coder of its cost time here. Appends run in
PROCESSES processes (4 by default; its table lock lets one in at a time), the reader in one.
"""

import importlib.metadata
import multiprocessing
import uuid

from common import *
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

PROCESSES = int(os.environ.get("PROCESSES", "4"))
READ_EVENTS, PAGE = 200_000, 5_000
STATE = payload().encode()


def recorder(database, create=False):
    result = PostgresApplicationRecorder(PostgresDatastore(**connection(database), enable_db_functions=True))
    if create:
        result.create_table()
    return result


def append(database, size, ready, start, finished):
    """Appends to streams of its own until the time is over; puts the number of events acknowledged in time."""
    store = recorder(database)
    streams = [uuid.uuid4() for _ in range(2_500)]
    ready.put(True)
    start.wait()
    end, count, turn = time.monotonic() + duration(), 0, 0
    while time.monotonic() < end:
        version, stream = divmod(turn, len(streams))
        base = version * size
        store.insert_events([StoredEvent(streams[stream], base + place, "bench:OrderPlaced", STATE) for place in range(1, size + 1)])
        turn += 1
        if time.monotonic() <= end:
            count += size
    finished.put(count)


def fill(database):
    store = recorder(database)
    for _ in range(READ_EVENTS // 1_000):
        stream = uuid.uuid4()
        store.insert_events([StoredEvent(stream, version, "bench:OrderPlaced", STATE) for version in range(1, 1_001)])
    store.datastore.close()
    psql(database, "vacuum analyze stored_events;")


def read(database):
    """Follows the log from its start, again and again; events a second."""
    store = recorder(database)
    begin, count = time.monotonic(), 0
    while time.monotonic() - begin < duration():
        position = 0
        while page := store.select_notifications(position, PAGE, inclusive_of_start=False):
            count += len(page)
            position = page[-1].id
            if time.monotonic() - begin >= duration():
                break
    seconds = time.monotonic() - begin
    store.datastore.close()
    return count / seconds


if __name__ == "__main__":
    kind = choice("single", "batch", "read")
    settings = {"eventsourcing": importlib.metadata.version("eventsourcing"), "psycopg": importlib.metadata.version("psycopg"),
                "db_functions": True, "payload_bytes": PAYLOAD_BYTES, "loop": "closed", "duration_s": duration()}
    with scratch_database() as database:
        first = recorder(database, create=True)
        first.datastore.close()
        if kind == "read":
            fill(database)
            value = read(database)
            settings |= {"processes": 1, "page": PAGE, "log_events": READ_EVENTS}
        else:
            size = 100 if kind == "batch" else 1
            context = multiprocessing.get_context("spawn")
            ready, start, finished = context.Queue(), context.Event(), context.Queue()
            workers = [context.Process(target=append, args=(database, size, ready, start, finished), daemon=True) for _ in range(PROCESSES)]
            for worker in workers:
                worker.start()
            for _ in workers:
                ready.get(timeout=60)
            start.set()
            value = sum(finished.get(timeout=duration() + 60) for _ in workers) / duration()
            for worker in workers:
                worker.join()
            settings |= {"processes": PROCESSES, "rows_a_commit": size}
        emit(f"eventsourcing.{kind}", value, "events/s", settings | server(database))
