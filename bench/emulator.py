"""The service that all contenders talk to: avatar-pool's emulator, in a process of
its own and on a free port."""

import signal

from processes import Child

BASE = {
    "emulator.port": "0",
    "emulator.idle-timeout": "0s",
    "emulator.session-limit": "0s",
}

# Ten frames of a kilobyte for each request, at once.
EAGER = {
    "emulator.first-frame": "0",
    "emulator.frame-interval": "0ms",
    "emulator.frame-bytes": "1024",
}

LAST_LINE = "AVATAR_SESSION_AVATAR_ID"


class Emulator:
    def __init__(self, binary, options, tls_files=None):
        command = [binary, "emulator"]
        options = {**BASE, **options}
        if tls_files:
            options["emulator.tls-certificate"], options["emulator.tls-key"] = tls_files
        command += [f"--{key}={value}" for key, value in options.items()]
        self._child = Child("the emulator", command, {}, [LAST_LINE])
        self._child.wait_for(LAST_LINE, limit=20)
        self.environment = {}
        for _, _, line in self._child.lines:
            if line.startswith("export "):
                key, value = line.removeprefix("export ").split("=", 1)
                self.environment[key] = value.strip('"')

    def cpu_seconds(self):
        return self._child.cpu_seconds()

    def stop(self):
        self._child.stop(signal.SIGKILL)
