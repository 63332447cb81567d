"""Runs cells in a new kernel of Jupyter, one after the other, and waits a moment after each, as a reader does.

Arguments: name of the kernel, seconds. Standard input: the cells as JSON. Prints what each wrote, as JSON."""
import json
import sys
import time

from jupyter_client.manager import start_new_kernel

cells = json.load(sys.stdin)
manager, client = start_new_kernel(kernel_name=sys.argv[1])
said = []
try:
    for code in cells:
        texts = []
        client.execute_interactive(
            code, timeout=60, output_hook=lambda message: texts.append(message["content"].get("text", ""))
        )
        said.append("".join(texts))
        time.sleep(float(sys.argv[2]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
json.dump(said, sys.stdout)
