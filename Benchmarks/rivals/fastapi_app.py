"""The two order queries as a FastAPI shop would serve them: asyncpg's pool, two statements an order, orjson for the answer.

Amounts are read as text: asyncpg's Decimal and str() made it a fifth slower.
"""

import base64
import os
from contextlib import asynccontextmanager
from datetime import datetime, timezone

import asyncpg
import orjson
from fastapi import FastAPI, HTTPException, Query, Response

COLUMNS = """o.id, o.order_number, o.user_id, o.billing_address_id, o.shipping_address_id, o.status_id, s.name as status,
  o.total_amount_ht::text, o.total_amount_ttc::text, o.total_discount::text, o.vat_amount::text, o.notes, o.created_at, o.updated_at"""
ORDER = f"select {COLUMNS} from orders o join order_status s on s.id = o.status_id where o.id = $1 and o.deleted_at is null"
ITEMS = """select id, product_id, product_name, product_ref, quantity, unit_price_ht::text, unit_price_ttc::text, total_price_ht::text,
  total_discount::text, vat_amount::text, total_price_ttc::text, vat_rate::text from order_items where order_id = $1 order by id"""
FIRST_PAGE = f"""select {COLUMNS} from orders o join order_status s on s.id = o.status_id where o.deleted_at is null
  order by o.created_at desc, o.id desc limit $1"""
NEXT_PAGE = f"""select {COLUMNS} from orders o join order_status s on s.id = o.status_id where o.deleted_at is null
  and (o.created_at, o.id) < ($2, $3) order by o.created_at desc, o.id desc limit $1"""


@asynccontextmanager
async def lifespan(app):
    async with asyncpg.create_pool(os.environ["ORDERS_SERVICE_DB_URL"], min_size=10, max_size=10) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


def answer(content):
    return Response(orjson.dumps(content), media_type="application/json")


def stamp(moment):
    return moment and moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def order_fields(row):
    return {
        "id": row["id"], "order_number": row["order_number"], "user_id": row["user_id"], "billing_address_id": row["billing_address_id"],
        "shipping_address_id": row["shipping_address_id"], "status_id": row["status_id"], "status": row["status"],
        "total_amount_ht": row["total_amount_ht"], "total_amount_ttc": row["total_amount_ttc"],
        "total_discount": row["total_discount"], "vat_amount": row["vat_amount"], "currency": "EUR", "notes": row["notes"],
        "created_at": stamp(row["created_at"]), "updated_at": stamp(row["updated_at"]),
    }


def item_fields(row):
    return {
        "id": row["id"], "product_id": row["product_id"], "product_name": row["product_name"], "product_ref": row["product_ref"],
        "quantity": row["quantity"], "unit_price_ht": row["unit_price_ht"], "unit_price_ttc": row["unit_price_ttc"],
        "total_price_ht": row["total_price_ht"], "total_discount": row["total_discount"], "vat_amount": row["vat_amount"],
        "total_price_ttc": row["total_price_ttc"], "vat_rate": row["vat_rate"],
    }


@app.get("/orders/{order_id}")
async def order(order_id: int):
    async with app.state.pool.acquire() as connection:
        row = await connection.fetchrow(ORDER, order_id)
        if row is None:
            raise HTTPException(404)
        items = await connection.fetch(ITEMS, order_id)
    return answer({"data": {**order_fields(row), "items": [item_fields(item) for item in items]}})


@app.get("/orders")
async def orders(limit: int = Query(20, ge=1, le=100), cursor: str | None = None):
    if cursor is None:
        rows = await app.state.pool.fetch(FIRST_PAGE, limit + 1)
    else:
        try:
            micros, last = (int(part) for part in base64.urlsafe_b64decode(cursor).split(b"."))
        except ValueError:
            raise HTTPException(400)
        rows = await app.state.pool.fetch(NEXT_PAGE, limit + 1, datetime.fromtimestamp(micros / 1e6, timezone.utc), last)
    more, rows = len(rows) > limit, rows[:limit]
    following = None
    if more:
        following = base64.urlsafe_b64encode(b"%d.%d" % (round(rows[-1]["created_at"].timestamp() * 1e6), rows[-1]["id"])).decode()
    return answer({"data": [order_fields(row) for row in rows], "page": {"next": following, "prev": None, "has_more": more}})
