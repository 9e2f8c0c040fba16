"""The process from which readers are forked: it has imported all adapters and holds nothing else.

It knows neither environment nor database, and opens no connection. A reader ends
with its line; the kernel ends it when an answer takes too long.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from monitor.adapters.document import read_attachment
from monitor.adapters.feed import items_of
from monitor.adapters.guarded import Guarded
from monitor.adapters.html import every, parse
from monitor.adapters.identity import shortened
from monitor.errors import ExtractError, SourceError
from monitor.model import Fetched, Request, Source
from monitor.reader import frames
from monitor.reader.talk import Ended, Limits
from monitor.text.clean import clean

_LARGE = 200_000  # kB
# What is asked for when texts are long: comparing and matching are done here, too.
_NEEDED_LATER = ("monitor.diff", "monitor.match", "monitor.story")


def serve(limits: Limits) -> None:
    """Fork a reader for each socket that comes in over standard input, until that is closed."""
    os.setsid()  # Ctrl-C is for the service; and all readers end together
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: no zombies
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # this one ends last
    _be_silent()
    _warm_up()
    gc.freeze()  # what is not touched stays shared
    control = socket.socket(fileno=0)
    while fds := socket.recv_fds(control, 1, 1)[1]:
        with suppress(OSError), socket.socket(fileno=fds[0]) as line:  # OSError: no room for one
            if os.fork() == 0:
                control.close()
                _end_with(line, limits)
    os.killpg(0, signal.SIGTERM)
    with suppress(ChildProcessError):
        os.waitpid(-1, 0)  # until the last one is gone


def _warm_up() -> None:
    """Do what is costly the first time once for all readers: import, and read a page and a feed."""
    for name in _NEEDED_LATER:
        import_module(name)
    html = "<html><body><h1>Asyl</h1><p>Wer nicht schießt, wird gebraucht.</p></body></html>"
    read_attachment(Fetched("http://localhost/", 200, "text/html", html.encode(), html))
    every(parse(html), "p:not(.x)")
    feed = "<rss version='2.0'><channel><item><title>Asyl</title></item></channel></rss>"
    page = Fetched("http://localhost/", 200, "application/rss+xml", feed.encode(), feed)
    items_of(Source("warm", "", "feed", page.url), page)


def _be_silent() -> None:
    """Parsers write what they think of a page to standard error; pages must not write our log."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _end_with(line: socket.socket, limits: Limits) -> None:
    """Be a reader until the line is closed."""
    status = 1
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        _confine(limits)
        line.sendall(b"+")
        with line.makefile("rb") as heard:
            _converse(heard, line.sendall, limits)
        status = 0
    finally:
        os._exit(status)


def _confine(limits: Limits) -> None:
    """Take from the process what it does not need."""
    with suppress(OSError):  # should memory run out, this process is the one to go
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        size = pages * resource.getpagesize()
    except OSError:  # no Linux: what is used is at least known
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    most = size + limits.memory
    for what, limit in (
        (resource.RLIMIT_AS, most),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):  # a stricter limit is in force already
            resource.setrlimit(what, (limit, limit))


def _converse(heard: BinaryIO, say: Callable[[bytes], None], limits: Limits) -> None:
    """Hold one conversation after another, until nobody speaks or one went wrong."""
    stays = True
    while stays and (begin := frames.take(heard)) is not None:
        conversation = pickle.loads(begin)()
        next(conversation)
        goes_on = True
        while goes_on and (content := frames.take(heard)) is not None:
            # Without handlers these signals end the process, even in a parser written in C.
            signal.setitimer(signal.ITIMER_PROF, limits.seconds)
            signal.setitimer(signal.ITIMER_REAL, limits.patience)
            answer = _answer(conversation, content, limits)
            goes_on = isinstance(answer, Request)
            stays = goes_on or _is_small()
            packed = frames.packed((answer, stays))
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            say(packed)
            del content, answer, packed


def _is_small() -> bool:
    """Whether the process is worth keeping: memory that was needed once is hardly given back."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < _LARGE


def _answer(conversation: Guarded[object], content: bytes, limits: Limits) -> object:
    """The next request, the end, or an error as a value."""
    url = "the answer"
    try:
        page: Fetched = pickle.loads(content)
        del content
        url = page.url
        return conversation.send(page)
    except StopIteration as done:
        return Ended(done.value)
    except MemoryError:
        pass  # what filled the memory is let go first
    except SourceError as error:
        return error
    except Exception as error:  # noqa: BLE001 – a stranger's answer got us here, and it ends here
        what = shortened(clean(f"{type(error).__name__}: {error}"))
        return ExtractError(f"{url}: the answer cannot be read ({what})")
    return ExtractError(
        f"{url}: reading it took more than {limits.memory / 1e6:g} MB of memory; "
        "look whether the address leads to what it should",
        state="too-big",
    )
