#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a program sees of TCP and UDP sockets in every state: poll() masks, epoll edges, errnos.

Prints one line per observation, the same on the kernel's loopback and on Tenon's: states.sh runs it
on both and compares. Argument: the address, 127.0.0.1 or ::1.
"""
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import termios
import threading
import time

HOST = sys.argv[1]
FAMILY = socket.AF_INET6 if ':' in HOST else socket.AF_INET
BITS = [('IN', select.POLLIN), ('PRI', select.POLLPRI), ('OUT', select.POLLOUT), ('ERR', select.POLLERR),
        ('HUP', select.POLLHUP), ('RDHUP', select.POLLRDHUP)]
WATCHED = select.POLLIN | select.POLLPRI | select.POLLOUT | select.POLLRDHUP
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
KEPT = []


def words(mask):
    return '|'.join(name for name, bit in BITS if mask & bit) or '0'


def mask_now(sock):
    poll = select.poll()
    poll.register(sock, WATCHED)
    return words(dict(poll.poll(0)).get(sock.fileno(), 0))


def settled(sock, wanted=None):
    """The mask once it stands still (or is what is wanted): the other side may need a moment."""
    end, last = time.monotonic() + 6, None
    while time.monotonic() < end:
        mask = mask_now(sock)
        if mask == wanted or (wanted is None and mask == last):
            return mask
        last = mask
        time.sleep(0.02)
    return last


def say(what, *found):
    print(f'{what}:', *found)


def tell(what, call):
    try:
        value = call()
    except OSError as error:
        value = errno.errorcode.get(error.errno, error)
    say(what, value)


def refuse(*_):
    """A handler that does not let Python try the call again."""
    raise InterruptedError(errno.EINTR, 'handler')


def stream():
    return socket.socket(FAMILY, socket.SOCK_STREAM)


def listener(backlog=5):
    sock = stream()
    sock.bind((HOST, 0))
    sock.listen(backlog)
    return sock


def pair():
    with listener() as server:
        client = stream()
        client.connect(server.getsockname())
        accepted, _ = server.accept()
    return client, accepted


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    sock.close()


def edges(sock):
    poll = select.epoll()
    poll.register(sock, WATCHED | select.EPOLLET)
    return lambda: words(dict(poll.poll(0.3)).get(sock.fileno(), 0))


def fresh_and_bound():
    sock = stream()
    say('fresh', settled(sock))
    tell('fresh getpeername', sock.getpeername)
    tell('fresh shutdown', lambda: sock.shutdown(socket.SHUT_RDWR))
    sock.bind((HOST, 0))
    say('bound', settled(sock))
    tell('bound twice', lambda: sock.bind((HOST, 0)))
    port = sock.getsockname()[1]
    sock.close()
    again = stream()
    tell('a port is free when its socket is closed', lambda: again.bind((HOST, port)))


def listening():
    server = listener()
    edge = edges(server)
    say('listening', settled(server), 'edge', edge())
    tell('listener connect', lambda: server.connect((HOST, 1)))
    clients = [stream(), stream()]
    clients[0].connect(server.getsockname())
    say('one queued', settled(server, 'IN'), 'edge', edge())
    clients[1].connect(server.getsockname())
    say('two queued', settled(server, 'IN'), 'edge', edge())
    for _ in clients:
        accepted, _ = server.accept()
        say('accepted', settled(accepted), accepted.getsockname() == server.getsockname())
    say('drained', settled(server, '0'))
    server.setblocking(False)
    tell('accept on an empty queue', server.accept)
    other = stream()
    tell('address in use', lambda: other.bind(server.getsockname()[:2]))
    server.close()
    tell('listener closed', lambda: stream().connect((HOST, server_port(clients[0]))))


def listener_shutdown():
    server = listener()
    name = server.getsockname()
    outcome = []

    def wait():
        try:
            server.accept()
        except OSError as error:
            outcome.append(errno.errorcode[error.errno])
    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.1)
    server.shutdown(socket.SHUT_RDWR)
    waiter.join(5)
    say('the thread in accept', outcome)
    say('mask', settled(server))
    tell('accept', server.accept)
    tell('connect', lambda: stream().connect(name))
    tell('listen again', lambda: server.listen(5))
    tell('connect', lambda: stream().connect(server.getsockname()))
    say('mask', settled(server, 'IN'))


def server_port(client):
    return client.getpeername()[1]


def syn_sent():
    server = listener(0)
    first = [stream() for _ in range(2)]
    for sock in first:
        sock.setblocking(False)
        sock.connect_ex(server.getsockname())
    time.sleep(0.1)
    sock = stream()
    sock.setblocking(False)
    tell('connect to a full queue', lambda: sock.connect(server.getsockname()))
    edge = edges(sock)
    say('SYN-SENT', settled(sock), 'edge', edge())
    tell('SYN-SENT again', lambda: sock.connect(server.getsockname()))
    tell('SYN-SENT send', lambda: sock.send(b'x'))
    tell('SYN-SENT recv', lambda: sock.recv(1))
    say('SYN-SENT SO_ERROR', sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    tell('SYN-SENT getpeername', sock.getpeername)
    for _ in first:
        server.accept()
    say('then established', settled(sock, 'OUT'), 'edge', edge())
    tell('connect reports success once', lambda: sock.connect(server.getsockname()))
    tell('and then', lambda: sock.connect(server.getsockname()))


def refused():
    with stream() as gone:
        gone.bind((HOST, 0))
        nobody = gone.getsockname()
    sock = stream()
    tell('refused', lambda: sock.connect(nobody))
    say('refused, blocking', settled(sock))
    tell('refused again', lambda: sock.connect(nobody))
    sock = stream()
    sock.setblocking(False)
    tell('non-blocking', lambda: sock.connect(nobody))
    edge = edges(sock)
    say('refused', settled(sock, 'IN|OUT|ERR|HUP|RDHUP'), 'edge', edge())
    tell('SO_ERROR', lambda: errno.errorcode[sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])
    say('SO_ERROR again', sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), settled(sock))
    server = listener()
    sock.setblocking(True)
    outcomes = [sock.connect_ex(server.getsockname()) for _ in range(2)]
    say('the same socket then connects', 0 in outcomes)
    sock.sendall(b'hello')
    say('and carries', server.accept()[0].recv(9))


def established():
    client, accepted = pair()
    edge = edges(accepted)
    say('established', settled(client), 'edge', edge())
    client.send(b'one')
    say('readable', settled(accepted, 'IN|OUT'), 'edge', edge())
    client.send(b'two')
    say('second arrival', 'edge', edge())
    say('FIONREAD', struct.unpack('i', fcntl.ioctl(accepted, termios.FIONREAD, b'\0' * 4))[0])
    say('peek', accepted.recv(9, socket.MSG_PEEK), 'read', accepted.recv(9))
    tell('connect again', lambda: client.connect(accepted.getsockname()))
    say('names agree', client.getsockname() == accepted.getpeername(),
        accepted.getsockname() == client.getpeername())
    accepted.settimeout(0.1)
    begin = time.monotonic()
    tell('SO_RCVTIMEO', lambda: accepted.recv(1))
    say('in time', 0.05 < time.monotonic() - begin < 2)


def fin_and_shutdown():
    client, accepted = pair()
    edge = edges(client)
    edge()
    accepted.send(b'last')
    accepted.shutdown(socket.SHUT_WR)
    say('own SHUT_WR', settled(accepted))
    tell('write after it', lambda: accepted.send(b'x'))
    say('peer FIN', settled(client, 'IN|OUT|RDHUP'), 'edge', edge())
    say('reads', client.recv(9), client.recv(9))
    client.send(b'still')
    say('half open', settled(accepted, 'IN|OUT'), accepted.recv(9))
    client.shutdown(socket.SHUT_WR)
    say('both shut', settled(client, 'IN|OUT|HUP|RDHUP'), settled(accepted, 'IN|OUT|HUP|RDHUP'))
    tell('recv', lambda: accepted.recv(9))
    client, accepted = pair()
    client.shutdown(socket.SHUT_RD)
    say('own SHUT_RD', settled(client))


def resets():
    client, accepted = pair()
    accepted.send(b'unread')
    settled(client, 'IN|OUT')
    reset(accepted)
    say('RST behind data', settled(client, 'IN|OUT|ERR|HUP|RDHUP'))
    tell('the data', lambda: client.recv(99))
    tell('then', lambda: client.recv(99))
    tell('then', lambda: client.recv(99))
    tell('then write', lambda: client.send(b'x'))
    tell('getpeername', client.getpeername)
    client, accepted = pair()
    client.send(b'never read')
    settled(accepted, 'IN|OUT')
    accepted.close()
    say('closed with data unread', settled(client, 'IN|OUT|ERR|HUP|RDHUP'))
    tell('SO_ERROR', lambda: errno.errorcode[client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)])
    tell('recv', lambda: client.recv(9))


def datagrams():
    server, client = socket.socket(FAMILY, socket.SOCK_DGRAM), socket.socket(FAMILY, socket.SOCK_DGRAM)
    server.bind((HOST, 0))
    say('UDP', settled(client))
    client.connect(server.getsockname())
    for size in (0, 1, 1400):
        client.send(b'x' * size)
    say('UDP readable', settled(server, 'IN|OUT'))
    say('UDP sizes', [len(server.recvfrom(9999)[0]) for _ in range(3)])
    server.sendto(b'a long answer', client.getsockname())
    settled(client, 'IN|OUT')
    data, _, flags, source = client.recvmsg(6)
    say('UDP truncated', data, flags == socket.MSG_TRUNC, source == server.getsockname())
    tell('UDP empty', lambda: client.recvfrom(9, socket.MSG_DONTWAIT))
    server.close()
    client.send(b'nobody')
    time.sleep(0.1)
    tell('UDP refused', lambda: client.recvfrom(9, socket.MSG_DONTWAIT))
    stranger = socket.socket(FAMILY, socket.SOCK_DGRAM)
    tell('UDP without a peer', stranger.getpeername)


def interrupted():
    full = listener(0)
    for _ in range(2):
        sock = stream()
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
        KEPT.append(sock)
    time.sleep(0.1)
    sock = stream()
    signal.signal(signal.SIGALRM, refuse)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    tell('connect under a signal', lambda: sock.connect(full.getsockname()))
    say('its mask then', settled(sock))
    for _ in range(2):
        full.accept()
    tell('the next connect waits for the outcome', lambda: sock.connect(full.getsockname()))
    say('mask', settled(sock, 'OUT'))
    timed = stream()
    timed.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack('qq', 0, 200000))
    for _ in range(2):
        sock = stream()
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
        KEPT.append(sock)
    begin = time.monotonic()
    tell('SO_SNDTIMEO', lambda: timed.connect(full.getsockname()))
    say('in time', 0.1 < time.monotonic() - begin < 2, settled(timed))
    server = listener()
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    begin = time.monotonic()
    tell('accept under a signal', server.accept)
    say('at once', time.monotonic() - begin < 2)


def passed_on():
    client, accepted = pair()
    pid = os.fork()
    if pid == 0:
        client.close()
        os.dup2(accepted.fileno(), 0)
        os.dup2(accepted.fileno(), 1)
        os.execvp('cat', ['cat'])
    accepted.close()
    client.sendall(b'through cat')
    client.shutdown(socket.SHUT_WR)
    data = b''
    while chunk := client.recv(99):
        data += chunk
    os.waitpid(pid, 0)
    say('fork, dup2, exec', data)
    left, right = socket.socketpair()
    client, accepted = pair()
    socket.send_fds(left, [b'x'], [client.fileno()])
    client.close()
    _, fds, _, _ = socket.recv_fds(right, 1, 1)
    moved = socket.socket(fileno=fds[0])
    say('SCM_RIGHTS', moved.getpeername() == accepted.getsockname(), moved.family == FAMILY)
    moved.sendall(b'moved')
    say('carries', accepted.recv(9))
    moved.close()
    say('and its close is a FIN', settled(accepted, 'IN|OUT|RDHUP'))


for case in (fresh_and_bound, listening, listener_shutdown, syn_sent, refused, established, fin_and_shutdown, resets,
             datagrams, interrupted, passed_on):
    print(f'# {case.__name__}')
    case()
