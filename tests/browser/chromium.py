"""Where this machine's Chromium is; `python -m tests.browser.chromium` prints it, or fails.

Playwright would download a browser of its own. The one of the system is patched with the system.
"""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str | None:
    """What CHROMIUM names, or the first of NAMES that is installed."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else NAMES
    return next((path for name in candidates if (path := shutil.which(name))), None)


if __name__ == "__main__":
    sys.exit(print(executable()) if executable() else 1)
