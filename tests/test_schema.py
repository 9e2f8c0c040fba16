"""The JSON Schema for editors: complete, described, and in agreement with what `load` accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.adapters import ADAPTERS
from monitor.config import json_schema
from monitor.config.shape import RecipientsFile, Shape, SourcesFile
from monitor.model import Source

GOOD = {
    "version": 1,
    "defaults": {"every": "6h", "follow": True},
    "words": {"military": ["Soldat*"]},
    "topics": {
        "desertion": {
            "title": {"de": "Desertion"},
            "terms": ["Deserteur*", {"term": "Fahnenflucht*", "needs": ["military"]}],
        }
    },
    "sources": [{"id": "a", "name": "A", "kind": "feed", "url": "https://example.org/"}],
}
LISTS = {"lists": [{"id": "a", "to": ["a@example.org"], "schedule": {"cron": "0 7 * * *"}}]}


def shapes(shape: type[Shape] = Shape) -> Iterator[type[Shape]]:
    for each in shape.__subclasses__():
        yield each
        yield from shapes(each)


def objects(schema: object) -> Iterator[dict[str, Any]]:
    """Every part of the schema that lists properties of its own."""
    if isinstance(schema, dict):
        if "properties" in schema and "title" in schema:
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_it_is_one_json_document_for_both_files() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["oneOf"] == [
        {"$ref": "#/$defs/SourcesFile"},
        {"$ref": "#/$defs/RecipientsFile"},
    ]


def test_every_key_of_every_shape_is_described_and_has_an_example() -> None:
    found = {each["title"]: each for each in objects(json_schema())}
    assert set(found) == {shape.__name__ for shape in shapes()}
    for shape in shapes():
        properties = found[shape.__name__]["properties"]
        assert list(properties) == list(shape.model_fields)
        for name, key in properties.items():
            assert key.get("description", "").endswith("."), f"{shape.__name__}.{name}"
            assert key.get("examples"), f"{shape.__name__}.{name}"


def test_no_unknown_key_and_no_missing_key_is_accepted() -> None:
    for each in objects(json_schema()):
        assert each["additionalProperties"] is False
    definitions = json_schema()["$defs"]
    assert definitions["SourceShape"]["required"] == ["id", "name", "kind"]
    assert definitions["SourcesFile"]["required"] == ["version", "sources"]


def test_the_kinds_are_those_that_exist() -> None:
    assert json_schema()["$defs"]["SourceShape"]["properties"]["kind"]["enum"] == sorted(ADAPTERS)


def test_every_field_of_a_source_can_be_written_in_the_file() -> None:
    keys = set(json_schema()["$defs"]["SourceShape"]["properties"])
    split = {"ignore_selectors", "ignore_patterns"}
    assert keys == set(Source.__dataclass_fields__) - split - {"line"} | {"ignore"}


def test_nothing_may_be_null() -> None:
    assert '"null"' not in json.dumps(json_schema())


def test_good_files_are_valid_and_bad_ones_are_not() -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(GOOD)
    assert validator.is_valid(LISTS)
    assert not validator.is_valid(GOOD | {"sourcs": []})
    assert not validator.is_valid({"lists": [{"id": "A b", "to": []}]})


def test_the_shapes_are_the_roots() -> None:
    assert {SourcesFile, RecipientsFile} <= set(shapes())
