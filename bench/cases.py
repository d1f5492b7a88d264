"""What is measured: each case runs one contender once and gives its figures."""

import time

import emulator as service
from contenders import OPEN_LIMIT, Load


class Case:
    contenders = ("floor", "bare", "ours", "go")
    subject = "ours"  # Who is held against the others.

    def measures(self, contender):
        return contender.name in self.contenders and (contender.speaks_tls or not self.tls)


class Requests(Case):
    """Many requests over open sessions: CPU, throughput, latency."""

    def __init__(self, name, sessions, requests, audio, frames_per_second, tls=False,
                 contenders=Case.contenders, subject=Case.subject):
        self.name = name
        self.contenders = contenders
        self.subject = subject
        self.sessions = sessions
        self.requests = requests
        self.audio = audio
        self.tls = tls
        self.emulator = {**service.EAGER,
                         "emulator.frames-per-second-of-audio": str(frames_per_second)}

    def run(self, contender, context):
        emulator = context.emulator(self)
        load = self.load(context)
        child = contender.start(load, emulator.environment, context.scratch)
        begun, cpu_before = child.wait_for(contender.ready, limit=OPEN_LIMIT)
        served_before = emulator.cpu_seconds()
        ended, cpu_after = child.wait_for(contender.done, limit=300)
        served = emulator.cpu_seconds() - served_before
        at_the_end = self.look_at(child)
        child.process.stdin.close()
        child.finish()
        return {
            "cpu_us_per_request": (cpu_after - cpu_before) / self.requests * 1e6,
            "requests_per_s": self.requests / (ended - begun),
            **contender.latencies(child, context.scratch),
            "emulator_cpu_us_per_request": served / self.requests * 1e6,
            **at_the_end,
        }

    def load(self, context):
        return Load(self.sessions, self.requests, context.audio(self.audio), context.ca(self))

    def look_at(self, child):
        return {}


class Stalled(Requests):
    """The same on half of the sessions, while the sinks of the others take nothing."""

    def look_at(self, child):
        return {"memory_mb": child.memory_bytes() / 1024 / 1024}


class Live(Requests):
    """Requests whose audio is spoken meanwhile, 40 ms at a time."""

    pieces = 50
    seconds = pieces * 0.04

    def load(self, context):
        return Load(self.sessions, self.requests, context.audio(self.audio), pieces=self.pieces)

    def run(self, contender, context):
        figures = super().run(contender, context)
        of_speech = figures["cpu_us_per_request"] / self.seconds
        return {"cpu_us_per_second_of_speech": of_speech,
                "emulator_cpu_us_per_request": figures["emulator_cpu_us_per_request"]}


class OverNodes(Requests):
    """The same over workers: what a request costs them, and the coordinator beside them."""

    def run(self, contender, context):
        figures = super().run(contender, context)
        workers = getattr(contender, "count", 1)  # Each has as many requests.
        for figure in ("cpu_us_per_request", "emulator_cpu_us_per_request"):
            figures[figure] /= workers
        figures["requests_per_s"] *= workers
        return figures

    def look_at(self, child):
        if not hasattr(child, "workers"):
            return {"coordinator_percent": 0}
        before, after = child.coordinator_seconds[:2]
        of_workers = child.lines_with_cpu()
        return {"coordinator_percent":
                100 * (after - before) / (of_workers[1] - of_workers[0])}


class Crossing(Requests):
    """Requests that cross to a worker one by one, against those of one process."""

    def __init__(self, *arguments):
        super().__init__(*arguments, contenders=("ours", "remote", "remote-tls"),
                         subject="remote")

    def run(self, contender, context):
        figures = super().run(contender, context)
        figures.setdefault("added_p50_ms", 0)
        return figures


class PacedNodes(OverNodes):
    def __init__(self, name, sessions, requests, contenders, subject):
        super().__init__(name, sessions, requests, "small", 1, contenders=contenders,
                         subject=subject)
        self.emulator = Paced.emulator


class Idle(Case):
    """Sessions without requests: their memory, and what it takes to open them."""

    emulator = service.EAGER
    few = 10

    def __init__(self, name, sessions, tls=False):
        self.name = name
        self.sessions = sessions
        self.tls = tls

    def run(self, contender, context):
        base = self._open(contender, context, self.few)
        full = self._open(contender, context, self.sessions)
        more = self.sessions - self.few
        return {
            "memory_kb_per_session": (full["memory"] - base["memory"]) / more / 1024,
            "open_seconds": full["seconds"],
            "open_cpu_seconds": full["cpu"],
        }

    def _open(self, contender, context, sessions):
        emulator = context.emulator(self)
        load = Load(sessions, 0, context.audio("small"), context.ca(self))
        begun = time.monotonic()
        child = contender.start(load, emulator.environment, context.scratch)
        ready, cpu = child.wait_for(contender.ready, limit=OPEN_LIMIT)
        time.sleep(1)  # What opening left behind is released.
        memory = child.memory_bytes()
        contender.end_idle(child)
        return {"memory": memory, "seconds": ready - begun, "cpu": cpu}


class Paced(Case):
    """Requests at a fixed rate: what the pool adds to the service's own time."""

    name = "paced"
    tls = False
    # 1 KB is 32 ms of audio: the first frame after 500 ms, and no other.
    emulator = {**service.EAGER, "emulator.first-frame": "15.6",
                "emulator.frames-per-second-of-audio": "1"}

    def __init__(self, seconds):
        self.seconds = seconds

    contenders = ("ours",)

    def run(self, contender, context):
        options = {
            "pool.size": 100, "rounds.count": 1, "rounds.arrival-rate": "100/s",
            "rounds.duration": f"{self.seconds}s", "audio.file": context.audio("small"),
            "report.json": context.scratch / "ours.json",
        }
        child = contender.start_with(options, context.emulator(self).environment, context.scratch)
        child.wait_for(contender.done, limit=self.seconds + 60)
        child.finish()
        report = contender.report(context.scratch)
        return {
            "service_p50_ms": report["service_time"]["p50_ms"],
            "added_p50_us": report["pool_overhead"]["p50_ms"] * 1e3,
            "added_p99_us": report["pool_overhead"]["p99_ms"] * 1e3,
        }


def all_cases(quick):
    few = 10 if quick else 1
    return [
        Requests("small", 100, 50_000 // few, "small", 312.5),
        Requests("small-tls", 100, 50_000 // few, "small", 312.5, tls=True),
        Requests("speech", 100, 2_000 // few * (2 if quick else 1), "speech", 0.5),
        Requests("frames", 100, 50_000 // few, "small", 312.5, contenders=("ours", "sink", "go"),
                 subject="sink"),
        Stalled("stalled", 100, 50_000 // few, "small", 312.5, contenders=("half", "stalled"),
                subject="stalled"),
        Live("live", 100, 500 // (2 if quick else 1), "piece", 25, contenders=("bare", "sink"),
             subject="sink"),
        OverNodes("nodes", 100, 50_000 // few, "small", 312.5,
                  contenders=("ours", "worker", "worker-tls"), subject="worker"),
        # Of one request after another: a request here waits for no other.
        Crossing("remote-small", 100, 20_000 // few, "small", 312.5),
        Crossing("remote-speech", 100, 2_000 // few, "speech", 0.5),
        # Each request takes half a second of the service, whatever the CPU does.
        PacedNodes("nodes-paced", 100, 1_000 // few, contenders=("worker", "four-workers"),
                   subject="four-workers"),
        Requests("wide", 8_000, 50_000 // few, "small", 312.5),
        Idle("idle", 8_000),
        Idle("idle-tls", 2_000, tls=True),
        Paced(10 if quick else 60),
    ]
