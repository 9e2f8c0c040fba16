"""What the text of a template names and says; each text is read once in a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from jinja2 import Environment, meta, nodes
from jinja2.ext import extract_from_ast

from monitor.render.templates import environment
from monitor.render.words import SOURCE_LANGUAGE
from monitor.shipped import shipped


@dataclass(frozen=True, slots=True)
class Read:
    """A template's `asks`, other templates; its `free` names, which it does not set itself, each
    with its first line; and what it `says`, the texts to translate with their lines (the singular
    where there are two).
    """

    asks: frozenset[str]
    free: tuple[tuple[str, int], ...]
    says: tuple[tuple[int, str], ...]


@lru_cache(maxsize=256)
def read(text: str) -> Read:
    """Return what is in the text of a template; raises TemplateError where it is none."""
    tree = _language().parse(text)
    asks = meta.find_referenced_templates(tree)
    return Read(frozenset(filter(None, asks)), tuple(_free(tree)), tuple(_said(tree)))


@cache
def _language() -> Environment:
    """How all templates are written, wherever they are and whatever they speak."""
    return environment(shipped("templates"), SOURCE_LANGUAGE, "UTC")


def _free(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    used = list(tree.find_all(nodes.Name))
    set_somewhere = {node.name for node in used if node.ctx == "store"}
    set_somewhere |= {node.target for node in tree.find_all(nodes.Import)}
    for name in sorted(meta.find_undeclared_variables(tree) - set_somewhere):
        yield name, min((node.lineno for node in used if node.name == name), default=0)


def _said(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for line, _, message in extract_from_ast(tree):
        first = message[0] if isinstance(message, tuple) else message
        if first is not None:
            yield line, first
