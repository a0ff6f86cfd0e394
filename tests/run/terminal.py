#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Keys of a terminal while `tenon run` has it: prints what a user of a shell would see.

Argument: the tool.
"""
import os
import pty
import re
import sys
import time

TOOL = sys.argv[1]


def typed(command, *keys):
    """What comes out of the terminal in which command runs and keys are typed, and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    for key in keys:
        time.sleep(0.6)
        os.write(terminal, key)
    output = b''
    try:
        while chunk := os.read(terminal, 4096):
            output += chunk
    except OSError:  # the last process has left the terminal
        pass
    return output.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


print('^C:', typed([TOOL, 'run', '--', 'sleep', '20'], b'\x03')[1])
trap = 'trap "exit 5" INT; while :; do sleep 0.05; done'
print('^C, handled:', typed([TOOL, 'run', '--', 'sh', '-c', trap], b'\x03')[1])
print('^D:', typed([TOOL, 'run', '--', 'cat'], b'\x04')[1])
shell, _ = typed(['bash', '--norc', '-i'], f'{TOOL} run -- sleep 20\n'.encode(), b'\x1a', b'jobs\n', b'fg\n',
                 b'\x03', b'echo status=$?\n', b'exit\n')
print('^Z, jobs, fg, ^C:', len(re.findall(r'Stopped', shell)), re.findall(r'status=\d+', shell)[-1])
