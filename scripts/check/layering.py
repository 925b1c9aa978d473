#!/usr/bin/env python3
"""layering.py ROOT: the floors and columns of the architecture, read from imports and folder names.

Floors: a target of ours imports only the targets listed for it here; libraries with one owner are imported by it alone;
the pure floors import no Foundation, no clock, no logger and no driver.
Columns: a folder of a service on one floor names no type of another service's folder of Aggregates or of its own floor,
except events (a file that declares an event payload, or is named …Event.swift or …Events.swift) and the types their payloads
are made of (the column's own types that such a file names). Folders in COMMON belong to all.
"""

import re
import sys

import tree

# target: targets of ours it may import. The order is the order of the floors.
FLOORS = {
    "JSON": set(),
    "Postgres": {"CLibPQ"},
    "Redis": {"CHiredis"},
    "RabbitMQ": {"CRabbitMQ"},
    "RabbitMQTesting": {"RabbitMQ"},
    "ObjectStorage": set(),
    "ImageResizing": {"CGD"},
    "Jobs": {"JSON", "Postgres"},
    "Mail": {"CCurl"},
    "Migrations": {"Postgres"},
    "EventSourcing": {"JSON"},
    "EventStore": {"EventSourcing", "JSON", "Postgres"},
    "EventStoreTesting": {"EventSourcing", "JSON"},
    "Aggregates": {"EventSourcing", "JSON"},
    "Projectors": {"Aggregates", "EventSourcing", "EventStore", "JSON", "Migrations", "Postgres"},
    "ProcessManagers": {"Aggregates", "EventSourcing", "EventStore", "ImageResizing", "JSON", "Jobs", "Mail", "ObjectStorage", "Postgres"},
    "PaymentSandbox": {"Aggregates", "EventSourcing", "JSON", "ProcessManagers"},
    "Messaging": {"Aggregates", "EventSourcing", "JSON", "Postgres", "ProcessManagers", "RabbitMQ"},
    "APIGateway": {
        "Aggregates", "CArgon2", "EventSourcing", "EventStore", "JSON", "Messaging", "ObjectStorage", "Postgres", "ProcessManagers",
        "Projectors", "RabbitMQ", "Redis",
    },
    "CompleteJourney": {"Aggregates", "EventSourcing", "EventStore", "JSON", "Postgres"},
}  # fmt: skip
# library: the targets that may import it; everything in FLOORS is judged by FLOORS.
OWNERS = {
    "CLibPQ": {"Postgres"},
    "CArgon2": {"APIGateway"},
    "CCurl": {"Mail"},
    "CGD": {"ImageResizing"},
    "CRabbitMQ": {"RabbitMQ"},
    "CHiredis": {"Redis"},
    "Hummingbird": {"APIGateway", "PaymentSandbox"},
    "JWTKit": {"APIGateway"},
    "AsyncHTTPClient": {"Messaging", "ObjectStorage", "PaymentSandbox", "ProcessManagers"},
    "NIOCore": {"APIGateway", "Messaging", "ObjectStorage", "PaymentSandbox", "ProcessManagers"},
    "ArgumentParser": {"Comptoir"},
}
DRIVEN = {"Foundation", "Dispatch", "Logging", "ServiceLifecycle"}
# The floors without I/O, and what they must not import. EventSourcing needs a clock and a lock for its command executor.
PURE = {
    "JSON": DRIVEN | {"FoundationEssentials", "Glibc", "Synchronization"},
    "EventSourcing": DRIVEN,
    "Aggregates": DRIVEN | {"FoundationEssentials", "Glibc", "Synchronization"},
}
COMMON = {
    "Codec", "Common", "Console", "Declaration", "Generated", "Import", "Middleware", "Money", "OpenAPI", "Replay", "Runtime", "Shared",
    "Support", "Testing", "Verify",
}  # fmt: skip

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)",
    re.M,
)
DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|final|indirect|nonisolated)\s+)*"
    r"(?:struct|enum|class|actor|protocol|typealias)\s+(\w+)",
    re.M,
)
EVENT = re.compile(r"\b(?:struct|enum|extension)\s+\w+\s*:[^{]*\b(?:\w*EventPayload|AggregateEvent)\b")
COMMENTS_AND_STRINGS = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*[\s\S]*?\*/')


def imports_of(floor, path, code):
    for module in IMPORT.findall(code):
        if module in FLOORS and floor in FLOORS and module not in FLOORS[floor]:
            yield f"{path}: {floor} may not import {module}"
        elif module in OWNERS and floor not in OWNERS[module] and floor != "Benchmarks":
            yield f"{path}: only {', '.join(sorted(OWNERS[module]))} may import {module}"
        elif module in PURE.get(floor, ()):
            yield f"{path}: {floor} is pure and may not import {module}"


def main(root):
    sources = {}
    for path in tree.files(root):
        parts = path.split("/")
        if path.endswith(".swift") and len(parts) > 2 and parts[0] == "Sources":
            # Blanked, not removed: a comment or a text may name what it likes.
            sources[path] = COMMENTS_AND_STRINGS.sub(" ", tree.text(root, path))

    findings = []
    owners = {}  # (floor, type name) -> column
    columns = {}
    published = {}  # (floor, column) -> words of its event files
    for path, code in sources.items():
        parts = path.split("/")
        findings += imports_of(parts[1], path, code)
        if len(parts) > 3 and parts[2] not in COMMON and parts[1] in ("Aggregates", "Projectors", "APIGateway"):
            columns[path] = (parts[1], parts[2])
            if re.search(r"Events?\.swift$", path) or EVENT.search(code):
                published.setdefault(columns[path], set()).update(re.findall(r"\b[A-Z]\w*", code))
            else:
                for name in DECLARATION.findall(code):
                    owners.setdefault((parts[1], name), set()).add(parts[2])

    exceptions = tree.allowed("layering")
    for path, (floor, column) in columns.items():
        if path in exceptions or floor == "APIGateway":
            continue
        words = set(re.findall(r"\b[A-Z]\w*", sources[path]))
        for owner_floor in {"Aggregates", floor}:
            for word in words:
                owning = owners.get((owner_floor, word), set())
                if len(owning) != 1 or column in owning:
                    continue
                owner = next(iter(owning))
                if word not in published.get((owner_floor, owner), ()):
                    findings.append(f"{path}: column {column} names {word} of column {owner}")
    tree.finish(sorted(set(findings)))


main(sys.argv[1])
