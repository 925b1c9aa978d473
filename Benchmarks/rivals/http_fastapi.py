"""FastAPI, asyncpg and uvicorn with 2 workers, serving `order` (by id, with its lines) or `list` (the 50 newest), loaded by wrk."""

import importlib.metadata

from common import *

WORKERS = 2
what = choice("order", "list")
database, port = url("ORDERS_SERVICE_DB_URL"), free_port()
command = [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--app-dir", HERE, "--host", "127.0.0.1", "--port", str(port),
           "--workers", str(WORKERS), "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
with running(command, stdout=sys.stderr) as process:
    serve_and_measure("fastapi", database, what, f"http://127.0.0.1:{port}", process, {
        "workers": WORKERS, "pool_a_worker": 10,
        **{name: importlib.metadata.version(name) for name in ("fastapi", "uvicorn", "asyncpg", "orjson")}})
