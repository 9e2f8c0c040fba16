"""The JSON Schema of both files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from monitor.config.shape import RecipientsFile, SourcesFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELINE = "# yaml-language-server: $schema=policy-monitor.schema.json"


class _Schema(GenerateJsonSchema):
    """A key may be left out, but never be null; and a missing key is no value of its own."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema (draft 2020-12) that fits sources.yaml as well as recipients.yaml.

    `$defs/SourcesFile` and `$defs/RecipientsFile` are the schemas of the single files.
    """
    schema = TypeAdapter(SourcesFile | RecipientsFile).json_schema(schema_generator=_Schema)
    return {
        "$schema": DIALECT,
        "title": "sources.yaml or recipients.yaml of policy-monitor",
        "oneOf": schema["anyOf"],
        "$defs": schema["$defs"],
    }
