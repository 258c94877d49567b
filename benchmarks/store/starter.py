"""Runs a command and prints its seconds, its peak memory in bytes and its output, as JSON.

Small, because the peak memory of a child counts that of its parent at the start.
"""

import json
import os
import subprocess
import sys
import time

started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
output = child.stdout.read()
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
print(
    json.dumps({"seconds": time.perf_counter() - started, "peak": usage.ru_maxrss * 1024, "output": output.decode()})
)
sys.exit(child.returncode)
