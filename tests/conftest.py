"""The servers under the tests, and the settings that know them.

One throw-away PostgreSQL and Valkey a run, unless DATABASE_URL or REDIS_URL are set. They must run before Django reads
its settings, so this file imports nothing of Django; the fixtures are in tests/fixtures.py.
"""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import FrameType

import django
import pytest
from hypothesis import settings

from config.servers import Postgres, Server, ServerError, Valkey

# What a developer's shell may hold is not what is tested.
UNSET = [
    "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API", "FAST_MODELS", "ENRICHMENT_MODELS", "DEBUG", "HTTPS", "PORT",
]  # fmt: skip

# The same examples in every run: a red one is its own change's fault. `--hypothesis-profile=default` looks for others.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers (in the controller, not in each of xdist's workers), then Django, then load the fixtures."""
    if config.option.help or config.option.version:
        return
    worker = getattr(config, "workerinput", None)
    if worker is None:
        _prepare_run(config)
    else:
        os.environ["REDIS_URL"] = _own_redis_database(os.environ["REDIS_URL"], worker["workerid"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    if worker is None:
        # xdist's workers inherit the environment, and where they find this pytest-django reads the settings at once:
        # before the line above has given them a Valkey database of their own.
        del os.environ["DJANGO_SETTINGS_MODULE"]
    config.pluginmanager.import_plugin("tests.fixtures")
    config.pluginmanager.import_plugin("tests.model_fixtures")
    config.pluginmanager.import_plugin("tests.stack_fixtures")


def _prepare_run(config: pytest.Config) -> None:
    """A home of its own, no model, and servers that are stopped at the end, however it comes."""
    for name in UNSET:
        os.environ.pop(name, None)
    home = Path(tempfile.mkdtemp(prefix="secondwind-tests-"))
    home.chmod(0o711)  # where root starts a server as nobody, nobody must get in
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["SECONDWIND_HOME"] = str(home)
    signal.signal(signal.SIGTERM, _leave)
    for server in (Postgres(home / "postgres", durable=False), Valkey(home / "valkey", durable=False)):
        if server.setting not in os.environ:
            _start(server, config)


def _start(server: Server, config: pytest.Config) -> None:
    try:
        server.start()
    except ServerError as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(server.stop)
    os.environ[server.setting] = server.url


def _leave(signal_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends the run like Ctrl-C does, so that the servers are stopped."""
    pytest.exit(signal.Signals(signal_number).name, returncode=128 + signal_number)


def _own_redis_database(url: str, worker: str) -> str:
    """xdist's worker `gw0` has Valkey's database 1, and so on: tests in parallel must not see each other's messages."""
    return f"{url.rpartition('/')[0]}/{int(worker.removeprefix('gw')) + 1}"
