"""Takes pictures of the golden mails as mail programs show them; run by `make mail-pictures`.

    python -m bench.mail_pictures FOLDER [NAME]…

Each mail at 320 pixels (a phone), at 700 (a desktop), and at 700 in the dark, by a Chromium that is
installed. Look at them: no test sees that something is ugly.
"""

from __future__ import annotations

import shutil
import sys
from base64 import b64encode
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.test_render import GOLDEN, golden

VIEWS = {"phone": (320, "light"), "desktop": (700, "light"), "dark": (700, "dark")}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def page(name: str) -> str:
    """The HTML of a mail with its pictures within, since no mail program is there to join them."""
    mail = golden(name)
    html = mail.html
    for each in mail.attached:
        if each.cid:
            inside = f"data:{each.media_type};base64,{b64encode(each.content).decode()}"
            html = html.replace(f"cid:{each.cid}", inside)
    return html


def main(folder: Path, names: list[str]) -> int:
    """Write the pictures; 1 when a mail is wider than its window."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"no browser is installed: {', '.join(BROWSERS)}")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    too_wide = 0
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for view, (width, scheme) in VIEWS.items():
            tab = chromium.new_page(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            for name in names or GOLDEN:
                tab.set_content(page(name))
                wide = tab.evaluate("document.documentElement.scrollWidth")
                too_wide += wide > width
                file = folder / f"{name}-{view}.png"
                tab.screenshot(path=file, full_page=True)
                print(f"{file}{f'  {wide} pixels wide!' if wide > width else ''}")
        chromium.close()
    return int(too_wide > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
