"""Takes pictures of the golden mails as mail programs show them; run by `make mail-pictures`.

    python -m bench.mail_pictures FOLDER [NAME]…

Each mail at 320 pixels (a phone), at 700 (a desktop), and at 700 in the dark, by a Chromium that is
installed. Look at them: no test sees that something is ugly. What axe-core finds that some cannot
read is printed, where it is installed (the extra `browser` and axe-playwright-python).
"""

from __future__ import annotations

import shutil
import sys
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.test_render import GOLDEN, golden

VIEWS = {"phone": (320, "light"), "desktop": (700, "light"), "dark": (700, "dark")}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def html_of(name: str) -> str:
    """The HTML of a mail with its pictures within, since no mail program is there to join them."""
    mail = golden(name)
    html = mail.html
    for each in mail.attached:
        if each.cid:
            inside = f"data:{each.media_type};base64,{b64encode(each.content).decode()}"
            html = html.replace(f"cid:{each.cid}", inside)
    return html


def main(folder: Path, names: list[str]) -> int:
    """Write the pictures; 1 when a mail is wider than its window, or some cannot read it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"no browser is installed: {', '.join(BROWSERS)}")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for view, (width, scheme) in VIEWS.items():
            tab = chromium.new_page(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            for name in names or GOLDEN:
                tab.set_content(html_of(name))
                wide = tab.evaluate("document.documentElement.scrollWidth")
                barred = violations(tab)
                wrong += (wide > width) + len(barred)
                file = folder / f"{name}-{view}.png"
                tab.screenshot(path=file, full_page=True)
                print(f"{file}{f'  {wide} pixels wide!' if wide > width else ''}", *barred)
        chromium.close()
    return int(wrong > 0)


def violations(tab: Page) -> list[str]:
    """What axe-core finds wrong with the mail that is shown; nothing where it is not installed."""
    if find_spec("axe_playwright_python") is None:
        return []
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - an extra

    found = Axe().run(tab).response["violations"]
    return [f"{each['id']} ({len(each['nodes'])})" for each in found]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
