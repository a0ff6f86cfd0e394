#!/bin/bash
# SPDX-License-Identifier: MIT
# Real programs, dynamic and static, as root and as an ordinary user, over IPv4 and IPv6.
. "$(dirname "$0")/tap.sh"

nginx=$(PATH=$PATH:/usr/sbin command -v nginx)
head -c 10485760 /dev/urandom >page
echo small >small
cat >nginx.conf <<EOF
daemon off;
worker_processes 4;
pid $folder/pid;
events { }
http {
	access_log off;
	client_body_temp_path $folder/body; proxy_temp_path $folder/proxy;
	fastcgi_temp_path $folder/fastcgi; uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi;
	server { listen 80; listen [::]:80; root $folder; location /closing { keepalive_timeout 0; alias $folder/small; } }
}
EOF
[ "$(id -u)" != 0 ] || chown 65534 .

# How many descriptors the supervisor of the server holds.
descriptors()
{
	find "/proc/$(pgrep -P "$server_pid" -x tenon || echo "$server_pid")/fd" -mindepth 1 | wc -l
}

fetch_by_curl()
{
	rm -f got
	"$@" timeout -k 20 20 "$TENON" run "${client[@]}" -- curl -sS -o got "http://$host/page" && cmp got page
	rm -f got
}

# exchange LABEL [COMMAND...]: a server and its clients, run by COMMAND.
exchange()
{
	local label=$1 host before
	shift
	start_lab "programs" "$@"
	"$@" "$TENON" run --net lab:programs --address 10.1.0.2/24 --address fd00::2/64 -- \
		"$nginx" -p "$folder" -c "$folder/nginx.conf" -e "$folder/log" \
		-g "error_log $folder/log notice;" &
	server_pid=$!
	until_true grep 'start worker process ' log
	client=(--net lab:programs --address 10.1.0.3/24 --address fd00::3/64)
	for host in 10.1.0.2 '[fd00::2]'; do
		ok "curl fetches 10 MiB from nginx, $host, $label" fetch_by_curl "$@"
		is "$("$@" timeout -k 20 20 "$TENON" run "${client[@]}" -- python3 -c "
import urllib.request
for i in range(20):
    assert urllib.request.urlopen('http://$host/small').read() == b'small\n'
print('ok')" 2>&1)" ok "urllib, twenty times, $host, $label"
	done
	before=$(descriptors)
	is "$("$@" timeout -k 20 20 "$TENON" run "${client[@]}" -- curl -sS 'http://10.1.0.2/closing?[1-300]' | sort | uniq -c |
		tr -s ' ')" ' 300 small' "300 connections closed by the server, $label"
	ok "and no descriptor is left in its supervisor, $label" \
		until_true eval "[ \"\$(descriptors)\" -le $before ]"
	stop $server_pid
	is $? 0 "nginx ends well on SIGTERM, $label"
	rm -f log
	stop "$lab_pid"
	is $? 0 "and so does the lab, $label"
}

exchange 'as an ordinary user' "${as_user[@]}"
if [ "$(id -u)" = 0 ]; then
	exchange 'as root' env
else
	skip 'as root' 'not root'
fi

# A C program under a storm of signals, linked both ways.
for linking in dynamic static; do
	option=$([ $linking = dynamic ] || echo -static)
	# shellcheck disable=SC2086
	ok "a $linking program is built" cc -O1 -D_GNU_SOURCE $option -o storm-$linking "$tests/storm.c"
	for address in 127.0.0.1 ::1; do
		is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- ./storm-$linking $address 2000 2>&1)" \
			'0 wrong of 2000, with signals' "2,000 connections under signals, $linking, $address"
	done
done

# Any call with any arguments does not harm the supervisor.
ok 'chaos is built' cc -O1 -D_GNU_SOURCE -pthread -o chaos "$tests/chaos.c"
for seed in 1 2 3; do
	is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- ./chaos $seed 3000 2>&1)" survived \
		"any call with any arguments, seed $seed"
done

# What would lead to the kernel's network does not.
ok 'bypass is built' cc -O1 -D_GNU_SOURCE -o bypass "$tests/bypass.c"
is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- ./bypass 2>&1)" 'i386 socket: ENOSYS
x32 socket: ENOSYS
io_uring: ENOSYS
packet socket: EAFNOSUPPORT
SMC: EAFNOSUPPORT
raw socket: EPERM
MPTCP: EPROTONOSUPPORT
not dumpable: works
still dumpable: works
and a socket: works
UNIX socket: works' 'ways past the interception are shut'

# Event loops, threads and processes.
is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- python3 -c '
import asyncio
async def serve(reader, writer):
    writer.write(await reader.read())
    writer.close()
async def ask(i):
    reader, writer = await asyncio.open_connection("127.0.0.1", 9000)
    writer.write(b"%d" % i * 5000); writer.write_eof()
    data = await reader.read(); writer.close()
    return data == b"%d" % i * 5000
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 9000)
    print(sum(await asyncio.gather(*[ask(i) for i in range(100)])))
asyncio.run(main())' 2>&1)" 100 'asyncio: a hundred connections at once, with write_eof'
is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- python3 -c '
import os, select, socket
listener = socket.create_server(("127.0.0.1", 9000)); listener.setblocking(False)
children = []
for _ in range(4):
    pid = os.fork()
    if pid == 0:
        poll = select.epoll(); poll.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        while True:
            poll.poll()
            try: sock, _ = listener.accept()
            except BlockingIOError: continue
            sock.setblocking(True); sock.sendall(sock.recv(100)); sock.close()
    children.append(pid)
done = 0
for i in range(200):
    with socket.create_connection(("127.0.0.1", 9000)) as sock:
        sock.sendall(b"%d" % i); done += sock.recv(100) == b"%d" % i
for pid in children: os.kill(pid, 15); os.waitpid(pid, 0)
print(done)' 2>&1)" 200 'four processes accept from one listener'
is "$("${as_user[@]}" timeout -k 20 20 "$TENON" run -- bash -c '
python3 -m http.server --bind 127.0.0.1 8000 >/dev/null 2>&1 & server=$!
for _ in {1..100}; do exec 3<>/dev/tcp/127.0.0.1/8000 && break; sleep 0.05; done 2>/dev/null
printf "GET /small HTTP/1.0\r\n\r\n" >&3
cat <&3 | tail -n 1
kill $server')" small 'a shell pipeline on /dev/tcp'
done_testing
