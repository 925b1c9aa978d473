"""What of an AsyncAPI document would break a consumer that was written for an older one.

A consumer ignores fields it does not know, and may rely on everything else that the older document says. So everything that is sent today
must have been allowed then, and what was sent then must still be sent: a message, a field, a name of an enumeration. New messages, new
fields, and what became narrower (never null any more, one of a few names) break nobody.
"""

SCHEMAS = "#/components/schemas/"


def breaks(old, new):
    """Yields (message, field or "", reason) for each break, in the order of the older document."""
    yield from exchanges(old, new)
    for name in ("envelope", "headers"):
        yield from described(f"every message's {name}", schema(old, name), schema(new, name))
    today = new["components"]["messages"]
    for key, message in old["components"]["messages"].items():
        if key not in today:
            yield key, "", "is no longer published"
            continue
        if message.get("name") != today[key].get("name"):
            yield key, "", f"is called {today[key].get('name')}, no longer {message.get('name')}"
        yield from described(key, schema(old, key), schema(new, key))


def schema(document, name):
    return document["components"]["schemas"].get(name, {})


def exchanges(old, new):
    for name, channel in old["channels"].items():
        exchange = channel["bindings"]["amqp"].get("exchange")
        if exchange is None:
            continue
        today = new["channels"].get(name, {}).get("bindings", {}).get("amqp", {}).get("exchange")
        if today is None:
            yield f"exchange {name}", "", "is gone"
        elif today["type"] != exchange["type"]:
            yield f"exchange {name}", "", f"is of the type {today['type']}, no longer {exchange['type']}"


def described(message, old, new):
    for field, reason in differences(old, new, ""):
        yield message, field, reason


def differences(old, new, path):
    """Yields (field, reason); fields of objects in fields are joined by dots, elements of arrays are []."""
    then, now = kinds(old), kinds(new)
    if then is None:
        return
    if now is None:
        yield path, "may be anything"
        return
    for kind, today in now.items():
        known = then.get(kind) or (then.get("number") if kind == "integer" else None)
        if known is None:
            yield path, f"may be {kind}, which it was not"
        elif kind == "string":
            yield from ((path, reason) for reason in text_differences(known, today))
        elif kind == "array":
            yield from differences(known.get("items", {}), today.get("items", {}), path + "[]")
        elif kind == "object":
            yield from object_differences(known, today, path)


def kinds(schema):
    """The schema of each type that a value may have, by type; None for a schema that allows everything."""
    if "anyOf" in schema:
        found = {}
        for option in schema["anyOf"]:
            found.update(kinds(option) or {})
        return found
    if "type" not in schema:
        return None
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {kind: schema for kind in types}


def text_differences(old, new):
    if "enum" in old:
        if "enum" not in new:
            yield "may be any text, no longer one of " + ", ".join(names(old))
            return
        for name in names(new):
            if name not in names(old):
                yield f"may be {name}, which nobody knew"
        for name in names(old):
            if name not in names(new):
                yield f"is never {name} any more"
    elif "enum" not in new:
        for keyword in ("format", "pattern"):
            if keyword in old and old[keyword] != new.get(keyword):
                yield f"has no longer the {keyword} {old[keyword]}"


def names(schema):
    return [name for name in schema["enum"] if name is not None]


def object_differences(old, new, path):
    today = new.get("properties", {})
    for name, field in old.get("properties", {}).items():
        place = f"{path}.{name}" if path else name
        if name not in today:
            yield place, "is gone"
            continue
        if name in old.get("required", []) and name not in new.get("required", []):
            yield place, "may be left out"
        yield from differences(field, today[name], place)
