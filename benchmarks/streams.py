"""One web process, a thousand open streams: what they cost it, whether it still answers, and that each hears all, once.

    .venv/bin/python benchmarks/streams.py [--streams 1000]

Everything runs on this machine: the servers, one web process, the listeners (this process), later two workers.
"""

import argparse
import asyncio
import itertools
import resource
import statistics
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.home import Home, home  # started by its path, Python looks for modules beside the file alone

OPENED_AT_ONCE = 50
SAMPLES = 100  # requests of a kind, one after another
WOKEN = 200  # streams in which something happens
SPARE_FILES = 200
CALM_SECONDS = 5.0
ENRICHED_WITHIN_SECONDS = 600.0
LONGEST_LINE_BYTES = 1 << 20


class Failure(Exception):
    """What should have been so is not; the message says what."""


@dataclass(eq=False)
class Stream:
    """One listener: what it heard, and when."""

    token: str
    session: str
    opened_seconds: float = 0.0
    heard: list[tuple[int | None, str, float]] = field(default_factory=list)  # number, name, time.monotonic()
    news: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    async def listen(self, port: int, opened: asyncio.Event) -> None:
        """Opens the stream and hears it to its end."""
        started = time.monotonic()
        path = f"/api/v1/sessions/{self.session}/enrichment/events/"
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LONGEST_LINE_BYTES)
        try:
            writer.write(_head("GET", path, self.token, Accept="text/event-stream"))
            status = await _status(reader)
            if status != 200:
                raise Failure(f"A stream was answered {status}.")
            number = None
            async for line in reader:  # a chunk is an event: lines of chunked coding between its own mean nothing here
                if line.startswith(b"id: "):
                    number = int(line[4:])
                elif line.startswith(b"event: "):
                    now = time.monotonic()
                    self.heard.append((number, line[7:].decode().strip(), now))
                    number = None  # one without a number is of the moment: a place that has moved
                    self.news.set()
                    if not opened.is_set():
                        self.opened_seconds = now - started
                        opened.set()
            self.ended = True
        finally:
            writer.close()
            opened.set()
            self.news.set()

    def faults(self) -> list[str]:
        """What it should have heard otherwise."""
        numbers = [number for number, _, _ in self.heard if number is not None]
        names = [name for _, name, _ in self.heard]
        found = [] if numbers == list(range(1, len(numbers) + 1)) else ["numbers lost, repeated or out of order"]
        found += [] if names.count("exercise") == 2 and names.count("analysis") == 1 else ["exercises or analysis"]
        return found + ([] if self.ended and names[-1] == "done" else ["no done at its end"])


def _head(method: str, path: str, token: str, *, length: int = 0, **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {length}"] if length else []
    return "\r\n".join([*lines, "", ""]).encode()


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1])


async def ask(port: int, method: str, path: str, token: str, body: str = "") -> float:
    """One request on a connection of its own; the seconds until its whole answer is there."""
    started = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_head(method, path, token, length=len(body), Connection="close") + body.encode())
    status = await _status(reader)
    await reader.read()
    writer.close()
    if status >= 300:
        raise Failure(f"{method} {path} was answered {status}.")
    return time.monotonic() - started


class Benchmark:
    """The steps, in order; each prints what it found."""

    def __init__(self, at: Home, streams: int) -> None:
        self.at = at
        self.imported, *lines = at.run("-m", "benchmarks.athletes", str(streams + 1)).splitlines()
        (self.token, self.session), *others = (line.split() for line in lines)  # the first is a bystander
        self.streams = [Stream(token, session) for token, session in others]
        self.listeners: list[asyncio.Task[None]] = []
        self.web, self.port = at.web()

    async def run(self) -> None:
        await self.answers()  # the first requests of a process are slower
        before, (memory, threads) = await self.answers(), self.cost()
        await self.open()
        with_streams, threads_with = self.cost()
        _row("memory of the web process", f"{memory:.0f} MB", f"{with_streams:.0f} MB")
        _row("", "", f"{(with_streams - memory) * 1024 / len(self.streams):.0f} kB a stream")
        _row("its threads", str(threads), str(threads_with))
        await self.calm()
        after = await self.answers()
        for name, seconds in before.items():
            for part, index in (("p50", 49), ("p95", 94)):
                one, other = (statistics.quantiles(of, n=100)[index] for of in (seconds, after[name]))
                _row(f"{name}, {part}", _ms(one), f"{_ms(other)}  x {other / one:.1f}")
        await self.wake()
        await self.enrich()

    async def answers(self) -> dict[str, list[float]]:
        """How long requests take that have nothing to do with the streams."""
        status, sessions = f"/api/v1/sessions/{self.session}/enrichment/", "/api/v1/sessions/"
        # Each import is another athlete's: nobody may send more than 120 a minute.
        athletes = itertools.cycle([stream.token for stream in self.streams])
        return {
            "GET healthz": [await ask(self.port, "GET", "/healthz", self.token) for _ in range(SAMPLES)],
            "GET enrichment status": [await ask(self.port, "GET", status, self.token) for _ in range(SAMPLES)],
            "POST sessions (import)": [
                await ask(self.port, "POST", sessions, next(athletes), self.imported) for _ in range(SAMPLES)
            ],
        }

    async def open(self) -> None:
        """All streams, so many at once."""
        turn, started = asyncio.Semaphore(OPENED_AT_ONCE), time.monotonic()

        async def open_one(stream: Stream) -> None:
            async with turn:
                opened = asyncio.Event()
                self.listeners.append(asyncio.create_task(stream.listen(self.port, opened)))
                await opened.wait()

        await asyncio.gather(*map(open_one, self.streams))
        for listener in self.listeners:
            if listener.done():
                listener.result()
        took = time.monotonic() - started
        _row(f"{len(self.streams)} streams opened, {OPENED_AT_ONCE} at once", "", f"{took:.1f} s")
        _row("until a stream's first event, p50 / p95", "", _parts(one.opened_seconds for one in self.streams))

    async def calm(self) -> None:
        """What the web process does while nothing happens."""
        before = self.cpu_seconds()
        await asyncio.sleep(CALM_SECONDS)
        _row("processor while nothing happens", "", f"{(self.cpu_seconds() - before) / CALM_SECONDS:.1%}")

    async def wake(self) -> None:
        """Something happens in some streams, one after another: how long until each of them tells it."""
        delays = []
        for stream in self.streams[:WOKEN]:
            stream.news.clear()
            started = time.monotonic()
            path = f"/api/v1/sessions/{stream.session}/enrichment/"
            await ask(self.port, "POST", path, stream.token, '{"priority": 2}')
            await asyncio.wait_for(stream.news.wait(), 30)
            delays.append(stream.heard[-1][2] - started)
        _row("from asking for a priority to hearing of it", "", _parts(delays))

    async def enrich(self) -> None:
        """Workers come, and everything is enriched: what did each stream hear?"""
        self.at.start("worker", "celery", "-A", "config", "worker", "-Q", "enrichment,maintenance", "-n", "one@%h")
        self.at.start("beat", "celery", "-A", "config", "beat", "-s", str(self.at.folder / "beat"), "--pidfile=")
        before = self.cpu_seconds()
        await asyncio.wait(self.listeners, timeout=ENRICHED_WITHIN_SECONDS)
        first = min(at for stream in self.streams for _, name, at in stream.heard if name == "exercise")
        took, events = time.monotonic() - first, sum(len(stream.heard) for stream in self.streams)
        _row("all enriched, from the first exercise on", "", f"{took:.0f} s")
        _row("events told in all", "", f"{events}")
        _row("processor of the web process meanwhile", "", f"{(self.cpu_seconds() - before) / took:.0%}")
        faulty = {stream.session: stream.faults() for stream in self.streams if stream.faults()}
        _row("streams with every event once, then done", "", f"{len(self.streams) - len(faulty)}")
        if faulty:
            raise Failure(
                f"{len(faulty)} streams heard something else, for example {list(faulty.items())[:3]}.\n{self.at.logs()}"
            )

    def cost(self) -> tuple[float, int]:
        """The web process's memory in MB, and its threads."""
        status = Path(f"/proc/{self.web.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return int(fields["VmRSS"].split()[0]) / 1024, int(fields["Threads"])

    def cpu_seconds(self) -> float:
        """What the web process has used of a processor."""
        fields = Path(f"/proc/{self.web.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _parts(seconds: Iterable[float]) -> str:
    parts = statistics.quantiles(seconds, n=100)
    return f"{_ms(parts[49])} / {_ms(parts[94])}"


def _row(name: str, without: str, with_streams: str) -> None:
    print(f"{name:<46}{without:>12}  {with_streams}", flush=True)  # noqa: T201


def allow_files(streams: int) -> None:
    """Every open stream is a file here and in the web process, which inherits the limit."""
    wanted = 2 * streams + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"{streams} streams need {wanted} open files; this machine allows {hard} (ulimit -Hn).")
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1000)
    streams = parser.parse_args().streams
    allow_files(streams)
    with home() as at:
        _row("", "no streams", f"{streams} streams")
        try:
            asyncio.run(Benchmark(at, streams).run())
        except Failure as failure:
            sys.exit(str(failure))


if __name__ == "__main__":
    main()
