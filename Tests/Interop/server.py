# SPDX-License-Identifier: Apache-2.0
"""The schema and the data of schema.graphql on Strawberry and uvicorn: a server that is not ours.

usage: server.py PORT_FILE [COUNT]

It listens on a free port of 127.0.0.1, writes that port to the file and serves COUNT resources (1,000 if not given)
at /graphql until it is ended; there, a request may be an array of up to 100. At /limited it serves the same resources and
refuses documents of more than 15 aliases, and at /brief those of more than 500 tokens.
"""

import logging
import socket
import sys
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import NewType

import strawberry
import uvicorn
from graphql import build_schema, find_breaking_changes, find_dangerous_changes
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig

JSON = NewType("JSON", object)


@strawberry.enum
class ResourceType(Enum):
    DOCUMENT = "DOCUMENT"
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    DATASET = "DATASET"


@strawberry.type
class Resource:
    id: strawberry.ID
    name: str
    type: ResourceType
    status: str
    stored_metadata: strawberry.Private[object]

    @strawberry.field
    def metadata(self) -> JSON | None:
        if is_special(self.id, "partial"):
            raise ValueError(f"the metadata of '{self.id}' cannot be read")
        return self.stored_metadata

    @strawberry.field
    def created_at(self) -> str:
        start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        return (start + timedelta(minutes=self.number)).strftime("%Y-%m-%dT%H:%M:%SZ")

    @strawberry.field
    def related(self) -> list["Resource"]:
        if is_special(self.id, "broken"):
            raise ValueError(f"what is related to '{self.id}' cannot be read")
        following = (str(self.number + 1), str(self.number + 2))
        return [store[id] for id in following if id in store]

    @property
    def number(self) -> int:
        return int(self.id) if self.id in store else 1


@strawberry.input
class CreateResourceInput:
    name: str
    type: ResourceType
    status: str = "active"
    metadata: JSON | None = None


@strawberry.input
class UpdateResourceInput:
    name: str | None = strawberry.UNSET
    type: ResourceType | None = strawberry.UNSET
    status: str | None = strawberry.UNSET
    metadata: JSON | None = strawberry.UNSET


store: dict[str, Resource] = {}


def made(n: int, id: str) -> Resource:
    return Resource(
        id=strawberry.ID(id),
        name=f"Resource {n}",
        type=list(ResourceType)[(n - 1) % 4],
        status=("active", "draft", "archived")[(n - 1) % 3],
        stored_metadata={"size": 1024 * n, "tags": ["odd" if n % 2 else "even"], "owner": None},
    )


def is_special(id: str, kind: str) -> bool:
    return id == kind or id.startswith(kind + ":")


def refuse_failing(id: str) -> None:
    if is_special(id, "fail") or is_special(id, "abort"):
        raise ValueError(f"the resource '{id}' fails on purpose")


def require_name(name: str | None) -> None:
    if name == "":
        raise ValueError("a resource's name must not be empty")


def look_up(id: str) -> Resource | None:
    refuse_failing(id)
    if is_special(id, "partial") or is_special(id, "broken"):
        return made(1, id)
    return store.get(id)


def element(id: str) -> Resource | Exception | None:
    """An element of a list, where an error is a value: the element's, not the list's."""
    try:
        return look_up(id)
    except ValueError as error:
        return error


@strawberry.type
class Query:
    @strawberry.field
    def resource(self, id: strawberry.ID) -> Resource | None:
        return look_up(id)

    @strawberry.field
    def resources(self, ids: list[strawberry.ID]) -> list[Resource | None]:
        for id in ids:
            if is_special(id, "abort"):
                refuse_failing(id)
        return [element(id) for id in ids]


@strawberry.type
class Mutation:
    last_number = 0

    @strawberry.mutation
    def create_resource(self, input: CreateResourceInput) -> Resource:
        require_name(input.name)
        Mutation.last_number += 1
        id = strawberry.ID(str(Mutation.last_number))
        store[id] = Resource(
            id=id, name=input.name, type=input.type, status=input.status, stored_metadata=input.metadata
        )
        return store[id]

    @strawberry.mutation
    def update_resource(self, id: strawberry.ID, input: UpdateResourceInput) -> Resource | None:
        refuse_failing(id)
        require_name(input.name)
        if resource := store.get(id):
            resource.name = input.name or resource.name
            resource.type = input.type or resource.type
            if input.status not in (None, strawberry.UNSET):
                resource.status = input.status
            if input.metadata is not strawberry.UNSET:
                resource.stored_metadata = input.metadata
        return resource

    @strawberry.mutation
    def delete_resource(self, id: strawberry.ID) -> bool:
        refuse_failing(id)
        return store.pop(id, None) is not None


def differences(served: str, expected: str) -> list[str]:
    """What a client could notice between two schemas; not their descriptions and not their order."""
    schemas = build_schema(served), build_schema(expected)
    finders = find_breaking_changes, find_dangerous_changes
    return [change.description for old, new in (schemas, schemas[::-1]) for find in finders for change in find(old, new)]


def main() -> None:
    json = strawberry.scalar(name="JSON", serialize=lambda value: value, parse_value=lambda value: value)
    config = StrawberryConfig(scalar_map={JSON: json}, batching_config={"max_operations": 100})
    schema = strawberry.Schema(Query, Mutation, config=config)
    limited = strawberry.Schema(
        Query, Mutation, config=config, extensions=[lambda: MaxAliasesLimiter(max_alias_count=15)]
    )
    brief = strawberry.Schema(
        Query, Mutation, config=config, extensions=[lambda: MaxTokensLimiter(max_token_count=500)]
    )
    expected = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    if found := differences(schema.as_str(), expected):
        sys.exit("\n".join(["The schema is not that of schema.graphql:", *found]))

    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    store.update((str(n), made(n, str(n))) for n in range(1, count + 1))
    Mutation.last_number = count

    # Most errors are on purpose, and each would leave a stack trace in the log.
    logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL)
    # With the protocol named, as asyncio turns off Nagle's algorithm, and 40 ms a response with it, only then.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(1_024)
    Path(sys.argv[1]).write_text(f"{listening.getsockname()[1]}\n", encoding="utf-8")
    schemas = {"/graphql": schema, "/limited": limited, "/brief": brief}
    app = Starlette(routes=[Route(path, GraphQL(served)) for path, served in schemas.items()])
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listening])


if __name__ == "__main__":
    main()
