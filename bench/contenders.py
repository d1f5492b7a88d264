"""Who is measured, and how each is told what to do. All of them open `sessions`
connections, send `requests` as fast as those allow, and say so on standard output."""

import json
import re
import signal
import time

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
        return self.start_with(self.options(load, scratch), environment, scratch)

    def options(self, load, scratch):
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
        return options

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


class NodesChild(Child):
    """A run over workers; its CPU time is theirs, that of the coordinator is noted beside it."""

    def __init__(self, workers, *arguments, **keywords):
        self.workers = workers
        self.coordinator_seconds = []  # At each mark.
        super().__init__(*arguments, **keywords)

    def cpu_seconds(self):
        self.coordinator_seconds.append(super().cpu_seconds())
        return sum(worker.cpu_seconds() for worker in self.workers)

    def finish(self, limit=120):
        usage = super().finish(limit)
        for worker in self.workers:
            worker.stop(signal.SIGTERM)
        return usage


class Nodes(Ours):
    """The same run over workers on this machine: each has the sessions and the requests that
    `ours` has."""

    def __init__(self, binary, name, workers, certificates=None):
        super().__init__(binary)
        self.name = name
        self.count = workers
        self.certificates = certificates

    def files(self):
        """Certificate, key and authority; none: without TLS."""
        if not self.certificates:
            return []
        return [self.certificates / name for name in ("127.0.0.1.pem", "127.0.0.1.key", "ca.pem")]

    def security(self):
        return [f"--node.{what}={file}"
                for what, file in zip(("certificate", "key", "authority"), self.files())]

    def start(self, load, environment, scratch):
        all_of_them = Load(load.sessions * self.count, load.requests * self.count, load.audio)
        workers = [self.start_worker(environment, scratch / f"worker-{number}.err")
                   for number in range(self.count)]
        nodes = ",".join(address_of(scratch / f"worker-{number}.err")
                         for number in range(self.count))
        options = self.options(all_of_them, scratch)
        command = [self.binary, "run", f"--nodes={nodes}", *self.security(),
                   *(f"--{key}={value}" for key, value in options.items())]
        return NodesChild(workers, self.name, command, environment, [self.ready, self.done],
                          keep=scratch / "ours.err")

    def start_worker(self, environment, errors):
        errors.unlink(missing_ok=True)
        command = [self.binary, "worker", "--node.listen=127.0.0.1:0", *self.security()]
        return Child("worker", command, environment, [], keep=errors)


class RemoteChild(NodesChild):
    """Its CPU time is that of both nodes."""

    def cpu_seconds(self):
        return super().cpu_seconds() + self.coordinator_seconds[-1]


class Remote(Nodes):
    """A program whose requests cross, one by one, to a worker."""

    def __init__(self, binary, client, name, certificates=None):
        super().__init__(binary, name, 1, certificates)
        self.client = client
        self.ready = Bare.ready
        self.done = Bare.done

    def start(self, load, environment, scratch):
        errors = scratch / "worker-0.err"
        workers = [self.start_worker(environment, errors)]
        command = [self.client, str(load.sessions), str(load.requests), str(load.audio),
                   address_of(errors), *self.files()]
        return RemoteChild(workers, self.name, command, environment, [self.ready, self.done],
                           keep=scratch / "remote.err")

    def latencies(self, child, scratch):
        return json.loads(child.lines[-1][2])


def address_of(errors):
    """Where a worker says that it listens."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = re.search(r"Worker listening on ([^,]+),", errors.read_text())
        if found:
            return found[1]
        time.sleep(0.01)
    raise BenchError("worker: it does not listen")
