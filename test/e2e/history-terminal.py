"""Types lines into a program in a pseudo-terminal, each when the program is ready for it.

Standard input: {"command": [...], "lines": [[text, pattern of what the program answers], ...]} as JSON."""
import json
import os
import pty
import re
import select
import signal
import sys
import time

asked = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(asked["command"][0], asked["command"])


def read_until(pattern):
    """What the program prints, until it fits the pattern or the program has ended."""
    text = ""
    end = time.monotonic() + 30
    while not re.search(pattern, text) and time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if not ready:
            continue
        try:
            text += os.read(terminal, 65536).decode(errors="replace")
        except OSError:
            break
    return text


said = read_until(r"> (\x1b\[3G)?$")
for line, answer in asked["lines"]:
    os.write(terminal, line.encode())
    said += read_until(answer)
os.kill(pid, signal.SIGKILL)
os.waitpid(pid, 0)
print(said)
