"""Forwards messages between an editor and the server and logs them with timestamps: proxy.py LOG COMMAND..."""

import json
import subprocess
import sys
import threading
import time

WANTED = (
    "initialize",
    "textDocument/didOpen",
    "textDocument/diagnostic",
    "textDocument/publishDiagnostics",
    "window/workDoneProgress/create",
    "$/progress",
)


def frames(stream):
    """Yields each message with its raw bytes."""
    while True:
        head, length = b"", None
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return
            head += line
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = stream.read(length)
        yield head + body, json.loads(body)


class Log:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.asked = {}

    def note(self, side, message):
        now = time.monotonic_ns()
        method = message.get("method")
        with self.lock:
            if method and "id" in message:
                self.asked[(side, message["id"])] = method
            if not method:
                other = "client" if side == "server" else "server"
                method = self.asked.pop((other, message.get("id")), None)
            if method not in WANTED:
                return
            entry = {"at": now, "side": side, "method": method, "message": message}
            print(json.dumps(entry), file=self.file, flush=True)


def copy(side, source, target, log):
    try:
        for raw, message in frames(source):
            # Recorded before forwarding to the server and after receiving from it, so that measured times are never too low.
            if side == "client":
                log.note(side, message)
            target.write(raw)
            target.flush()
            if side == "server":
                log.note(side, message)
    except (BrokenPipeError, ValueError):
        pass
    finally:
        try:
            target.close()
        except BrokenPipeError:
            pass


def main():
    log = Log(sys.argv[1])
    server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    to_server = threading.Thread(target=copy, args=("client", sys.stdin.buffer, server.stdin, log), daemon=True)
    to_server.start()
    copy("server", server.stdout, sys.stdout.buffer, log)
    sys.exit(server.wait())


main()
