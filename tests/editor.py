"""What an editor shows: asks the YAML language server of the npm registry; `make editor`.

Talks the Language Server Protocol 3.17 with it over its standard input and output, as Visual Studio
Code and others do, and looks at completion, hover texts and underlined mistakes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).parents[1]
MODELINE = (ROOT / "sources.yaml").read_text("utf-8").partition("\n")[0]
_LONGEST = 60  # seconds

TEXT = f"""{MODELINE}
version: 1
topics:
  desertion: {{terms: [Deserteur*]}}
sources:
  - id: court
    name: Court
    kind: fed
    evry: 2h
    url: https://court.example/
    r
  - id: paper
    name: Paper
    kind: {""}
    alert: {""}
"""


class Server:
    """A language server as a process; `ask` waits for its answer."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._number = 0

    def tell(self, method: str, params: Any) -> None:
        """Send what needs no answer."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """Return the answer to a request; what the server asks meanwhile is answered with nothing."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        for message in self._messages():
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")
        raise SystemExit(f"the language server ended before it answered {method}")

    def wait_for(self, method: str) -> Any:
        """Return what the server says unasked by this method."""
        for message in self._messages():
            if message.get("method") == method:
                return message["params"]
        raise SystemExit(f"the language server ended without {method}")

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait(_LONGEST)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _messages(self) -> Iterator[dict[str, Any]]:
        out = self._process.stdout
        assert out
        while header := out.readline():
            length = int(header.split(b":")[1])
            out.readline()
            message = json.loads(out.read(length))
            if "id" in message and "method" in message:
                wanted = message["params"].get("items", [None]) if message["params"] else [None]
                self._send({"id": message["id"], "result": [None] * len(wanted)})
            yield message


def look(server: Server) -> list[str]:
    """Return what is not as it should be."""
    uri = (ROOT / "sources.yaml").as_uri()
    server.ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": {}})
    server.tell("initialized", {})
    settings = {
        "yaml": {
            "validate": True,
            "completion": True,
            "hover": True,
            "schemaStore": {"enable": False},
        }
    }
    server.tell("workspace/didChangeConfiguration", {"settings": settings})
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": TEXT}
    server.tell("textDocument/didOpen", {"textDocument": document})
    told = server.wait_for("textDocument/publishDiagnostics")["diagnostics"]
    underlined = {each["range"]["start"]["line"] + 1: each["message"] for each in told}

    def at(line: int, column: int) -> dict[str, Any]:
        place = {"line": line - 1, "character": column}
        return {"textDocument": {"uri": uri}, "position": place}

    keys = _labels(server.ask("textDocument/completion", at(11, 5)))
    kinds = _labels(server.ask("textDocument/completion", at(14, 10)))
    alerts = _labels(server.ask("textDocument/completion", at(15, 11)))
    hover = json.dumps(server.ask("textDocument/hover", at(6, 5)))
    typer.echo(json.dumps({"underlined": underlined, "hover": hover}, indent=2))
    for labels in (keys, kinds, alerts):
        typer.echo(" ".join(sorted(labels)))
    checks = {
        "the unknown kind in line 8 is underlined": 8 in underlined,
        "the unknown key in line 9 is underlined": 9 in underlined,
        "keys are completed": {"every", "rank", "follow"} <= keys,
        "kinds are completed": {"feed", "page", "eurostat"} <= kinds,
        "values are completed": {"every", "matching"} <= alerts,
        "keys are explained": "stays the same for ever" in hover,
    }
    return [what for what, holds in checks.items() if not holds]


def _labels(answer: Any) -> set[str]:
    items = answer["items"] if isinstance(answer, dict) else answer or []
    return {str(item["label"]) for item in items}


def main(folder: Path) -> None:
    """Look through the eyes of an editor; ends with status 1 where something lacks."""
    server = Server(
        folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    )
    try:
        lacking = look(server)
    finally:
        server.end()
    for what in lacking:
        typer.echo(f"not so: {what}")
    sys.exit(bool(lacking))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
