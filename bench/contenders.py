"""Who is measured, and how each is told what to do. All of them open `sessions`
connections, send `requests` as fast as those allow, and say so on standard output."""

import json
import signal

from processes import BenchError, Child

OPEN_LIMIT = 120  # Seconds, for the slowest of them and 8,000 sessions.


class Load:
    """One run of one contender."""

    def __init__(self, sessions, requests, audio, ca_file=None, pieces=0):
        self.sessions = sessions
        self.requests = requests
        self.audio = audio
        self.ca_file = ca_file
        self.pieces = pieces  # Of a live stream, each all of the audio; 0: none is live.


class Bare:
    name = "bare"
    speaks_tls = True
    ready = "ready"
    done = "done"

    def __init__(self, binary):
        self.command_prefix = [binary]

    def start(self, load, environment, scratch):
        return self.start_with(load, [load.pieces] if load.pieces else [], environment, scratch)

    def start_with(self, load, more, environment, scratch):
        command = [*self.command_prefix, str(load.sessions), str(load.requests), str(load.audio),
                   *map(str, more)]
        if load.ca_file:
            environment = {**environment, "SSL_CERT_FILE": str(load.ca_file)}
        return Child(self.name, command, environment, [self.ready, self.done],
                     keep=scratch / f"{self.name}.err")

    def latencies(self, child, scratch):
        figures = json.loads(child.lines[-1][2])
        return {"p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"]}

    def end_idle(self, child):
        child.process.stdin.close()
        child.finish()


class Floor(Bare):
    name = "floor"
    speaks_tls = False


class Sink(Bare):
    """A program on our library whose requests have a sink for their frames."""

    name = "sink"
    speaks_tls = False

    def start(self, load, environment, scratch):
        more = ["live", load.pieces] if load.pieces else []
        return self.start_with(load, more, environment, scratch)


class StalledSink(Sink):
    """Half of its sessions have a request whose sink takes one frame and no more."""

    name = "stalled"

    def start(self, load, environment, scratch):
        half = load.sessions // 2
        return self.start_with(load, ["stalled", half, scratch / "stalled.pcm"], environment,
                               scratch)


class HalfSink(Sink):
    """Without the half that is stalled."""

    name = "half"

    def start(self, load, environment, scratch):
        half = Load(load.sessions // 2, load.requests, load.audio)
        return super().start(half, environment, scratch)


class Go(Bare):
    name = "go"


class Ours:
    """The ordinary binary with ordinary options: one round of many requests."""

    name = "ours"
    speaks_tls = True
    ready = "STARTING MULTI-ROUND TEST"
    done = "MULTI-ROUND TEST COMPLETE"

    def __init__(self, binary):
        self.binary = binary

    def start(self, load, environment, scratch):
        # Without requests: one, and then the pause before a second round.
        rounds = 1 if load.requests else 2
        options = {
            "pool.size": load.sessions,
            "pool.connect-rate": 100_000,
            "rounds.count": rounds,
            "rounds.concurrency": load.requests or 1,
            "rounds.interval": "10min",
            "audio.file": load.audio,
            "report.json": scratch / "ours.json",
            "pool.borrow-timeout": "10min",
        }
        if load.ca_file:
            options["service.ca-file"] = load.ca_file
        return self.start_with(options, environment, scratch)

    def start_with(self, options, environment, scratch):
        command = [self.binary, "run"] + [f"--{key}={value}" for key, value in options.items()]
        return Child(self.name, command, environment, [self.ready, self.done],
                     keep=scratch / "ours.err")

    def report(self, scratch):
        report = json.loads((scratch / "ours.json").read_text())
        if report["requests"]["ok"] != report["requests"]["total"]:
            raise BenchError(f"ours: only {report['requests']['ok']} requests succeeded")
        return report

    def latencies(self, child, scratch):
        # Not the time in the queue: the others have none.
        service = self.report(scratch)["service_time"]
        return {"p50_ms": service["p50_ms"], "p99_ms": service["p99_ms"]}

    def end_idle(self, child):
        child.stop(signal.SIGINT)
