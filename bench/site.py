"""A small site to be measured with: lists, feeds and an API that change for real, or by noise only.

    python -m bench.site --n 200 --port 8800

Hosts are 127.0.1.1 and following. On 127.0.0.1 the site tells GET /urls and /stats, and obeys
POST /tick, which answers with what it changed, and /stats/reset.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import html
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

HOSTS = 20
KINDS = ("html", "html", "feed", "json")
WORDS = ("Kriegsdienstverweigerung", "Deserteur", "Einberufung", "conscientious objection")
_SHARE = 0.02
_PLAIN = (
    "Das Bundesamt veröffentlicht neue Leitsätze. Die Kommission erläutert die Fristenregelung. "
    "Der Ausschuss prüft den Jahresbericht. Das Gericht stellt die Verfahrensdauer fest. "
    "Die Innenministerkonferenz aktualisiert das Merkblatt. Der Senat bestätigt den Haushaltsplan. "
)
_SENTENCES = _PLAIN.split(". ")[:-1]


@dataclass
class Place:
    """One source of the site; a third gives no validator."""

    number: int
    kind: str
    chance: random.Random
    items: list[tuple[str, str, str]] = field(default_factory=list)
    noise: int = 0

    def __post_init__(self) -> None:
        self.items = [self.item() for _ in range(30)]

    def item(self, word: str | None = None) -> tuple[str, str, str]:
        """Return the name, title and text of something new."""
        said = [self.chance.choice(_SENTENCES) for _ in range(4)]
        name = f"{self.number}-{self.chance.getrandbits(32):08x}"
        return name, f"{said[0]} {name}", ". ".join([*said[1:], *([word] if word else [])])

    @property
    def body(self) -> bytes:
        """The page as it is now."""
        return {"html": self._html, "feed": self._feed, "json": self._json}[self.kind]().encode()

    def _html(self) -> str:
        menu = "".join(f"<li><a href='/m/{i}'>Unterpunkt {i}</a></li>" for i in range(100))
        parts = "".join(
            f"<article><h3><a href='/d/{name}'>{html.escape(title)}</a></h3>"
            f"<div class='c-teaser__text'><p>{html.escape(text)}</p></div></article>"
            for name, title, text in self.items
        )
        return (
            f"<!DOCTYPE html><html lang='de'><head><title>Stelle {self.number}</title></head><body>"
            f"<nav><ul>{menu}</ul></nav><main>{parts}</main><footer>Besucher: {self.noise}</footer>"
        )

    def _feed(self) -> str:
        entries = "".join(
            f"<item><title>{html.escape(title)}</title><guid>{name}</guid>"
            f"<link>http://example.org/d/{name}</link>"
            f"<description>{html.escape(text)}</description></item>"
            for name, title, text in self.items
        )
        return (
            f"<rss version='2.0'><channel><title>Stelle {self.number}</title>"
            f"<ttl>{self.noise}</ttl>{entries}</channel></rss>"
        )

    def _json(self) -> str:
        documents = [
            {"id": name, "titel": title, "datum": "01.11.2026", "abstract": text}
            | {"links": {"self": f"/d/{name}"}}
            for name, title, text in self.items
        ]
        return json.dumps({"request": self.noise, "documents": documents})


class Site:
    """All places, and what was asked of them."""

    def __init__(self, number: int, port: int) -> None:
        self.port = port
        self.chance = random.Random(1)
        self.places = [
            Place(i, KINDS[i % len(KINDS)], random.Random(i), noise=0) for i in range(number)
        ]
        self.stats = dict.fromkeys(("requests", "s304", "conns"), 0)

    def tick(self) -> dict[str, Any]:
        """Change a few places for real, half of these with a word, and as many by noise."""
        count = max(2, round(_SHARE * len(self.places)))
        chosen = self.chance.sample(self.places, 2 * count)
        real = []
        for index, place in enumerate(chosen[:count]):
            word = self.chance.choice(WORDS) if index % 2 == 0 else None
            place.items = [place.item(word), *place.items[:-1]]
            real.append({"id": place.number, "keyword": word})
        for place in chosen[count:]:
            place.noise += 1
        return {"real": real, "noise": [{"id": place.number} for place in chosen[count:]]}

    def told(self, path: str) -> Any:
        """Return what a control end point answers; None for one that there is not."""
        match path:
            case "/urls":
                return [
                    {
                        "id": place.number,
                        "kind": place.kind,
                        "url": f"http://127.0.1.{place.number % HOSTS + 1}:{self.port}"
                        f"/s/{place.number}",
                    }
                    for place in self.places
                ]
            case "/tick":
                return self.tick()
            case "/stats":
                return self.stats
            case "/stats/reset":
                self.stats = dict.fromkeys(self.stats, 0)
                return {}
        return None

    def answer(self, path: str, headers: Iterable[str]) -> bytes:
        """Return all bytes of an answer."""
        if not path.startswith("/s/"):
            found = self.told(path)
            status = "404 Not Found" if found is None else "200 OK"
            return _wire(status, "application/json", json.dumps(found).encode())
        self.stats["requests"] += 1
        place = self.places[int(path.removeprefix("/s/"))]
        body = place.body
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if place.number % 3 == 0:
            tag = ""
        elif any(line.lower() == f"if-none-match: {tag}" for line in headers):
            self.stats["s304"] += 1
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode()
        kind = {"html": "text/html", "feed": "application/rss+xml", "json": "application/json"}
        return _wire("200 OK", f"{kind[place.kind]}; charset=utf-8", body, tag)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after another."""
        self.stats["conns"] += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                writer.write(self.answer(head[0].split(" ")[1].partition("?")[0], head[1:]))
                if any(line.lower() == "connection: close" for line in head):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _wire(status: str, kind: str, body: bytes, tag: str = "") -> bytes:
    known = f"ETag: {tag}\r\n" if tag else ""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{known}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(number: int, port: int) -> None:
    """Serve until the process is ended."""
    site = Site(number, port)
    hosts = ["127.0.0.1", *(f"127.0.1.{host + 1}" for host in range(HOSTS))]
    server = await asyncio.start_server(site.serve, hosts, port)
    print("ready", flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the arguments, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--port", type=int, default=8800)
    arguments, _ = parser.parse_known_args()
    asyncio.run(run(arguments.n, arguments.port))


if __name__ == "__main__":
    main()
