#!/bin/bash
# SPDX-License-Identifier: MIT
# Labs: joining, addresses in use, a switch that dies, captures, sentences for what fails.
. "$(dirname "$0")/tap.sh"

export XDG_RUNTIME_DIR=$folder
start_lab here
is "$(stat -c %a "$folder/tenon")" 700 'the folder of labs is private'
is "$(stat -c %a "$folder/tenon/here.lab")" 600 'so is the socket of a lab'
like "$(tenon lab here 2>&1)" 'lab here is running already' 'a lab runs once'

"$TENON" run --net lab:here --address 10.1.0.2/24 --address fd00::2/64 -- sleep 50 &
first=$!
until_true pgrep -P $first sleep
for address in 10.1.0.2/24 fd00::2/64; do
	output=$(tenon run --net lab:here --address $address -- true 2>&1)
	is $? 125 "$address is in use: status 125"
	like "$output" "^tenon: address in use: ${address%/*} belongs to another host of lab here" \
		"$address is in use: says so"
done
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$folder/tenon" "$folder"
	like "$("${as_user[@]}" "$TENON" run --net lab:here -- true 2>&1)" 'must be a folder of user' \
		"another user's lab is out of reach"
	chmod 700 "$folder/tenon"
else
	skip "another user's lab is out of reach" 'not root'
fi

# explained STATUS PATTERN URL: what --explain says of curl's failure.
explained()
{
	like "$(tenon run --explain --net lab:here --address 10.1.0.3/24 --address fd00::3/64 -- \
		curl -s --max-time 10 -o /dev/null "$2" 2>&1)" "$1" "curl to $2 is explained"
}
explained '10.1.0.2:81: ECONNREFUSED after [0-9.]+ ms: 10.1.0.2 answered the SYN with RST' http://10.1.0.2:81/
explained '\[fd00::2\]:81: ECONNREFUSED after [0-9.]+ ms: fd00::2 answered the SYN' 'http://[fd00::2]:81/'
explained '10.1.0.9:80: EHOSTUNREACH after [3-5].[0-9] s: nobody on lab0 answered ARP for 10.1.0.9 \(3 requests\)' \
	http://10.1.0.9/
explained '\[fd00::9\]:80: EHOSTUNREACH after [3-5].[0-9] s: nobody on lab0 answered neighbor solicit' 'http://[fd00::9]/'
explained '192.0.2.1:80: ENETUNREACH: no route covers 192.0.2.1' http://192.0.2.1/
explained '\[2001:db8::1\]:80: ENETUNREACH: no route covers 2001:db8::1' 'http://[2001:db8::1]/'
is "$(tenon run --explain -- python3 -c '
import socket
for blocking in (True, False):
    sock = socket.socket(); sock.setblocking(blocking); sock.connect_ex(("127.0.0.1", 9))' 2>&1 | wc -l)" 2 \
	'one sentence for each failure'

# The interfaces that a program sees.
is "$(tenon run --net lab:here --address 10.1.0.4/24 -- python3 -c '
import fcntl, socket, struct
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address = fcntl.ioctl(sock, 0x8915, struct.pack("256s", b"lab0"))
print([name for _, name in [(i, socket.if_indextoname(i)) for i in (1, 2)]], socket.inet_ntoa(address[20:24]))')" \
	"['lo', 'lab0'] 10.1.0.4" 'SIOCGIF requests tell of the host, not of the kernel'

# A capture tells the story, in order.
if command -v tshark >/dev/null; then
	tenon run --net lab:here --address 10.1.0.3/24 --pcap capture.pcapng -- curl -s http://10.1.0.2:81/
	is "$(tshark -r capture.pcapng -T fields -e arp.opcode -e tcp.flags.str 2>/dev/null |
		tr -d '·\t\n')" '12SAR' 'request, reply, SYN, RST: in this order'
	is "$(tshark -r capture.pcapng -Y _ws.malformed 2>/dev/null)" '' 'no packet is malformed'
else
	skip 'a capture in order' 'no tshark'
fi
same_run()
{
	tenon run --seed 7 --pcap "$1" -- python3 -c '
import socket
for _ in range(3):
    socket.socket().connect_ex(("127.0.0.1", 9))'
	tshark -r "$1" -T fields -e tcp.srcport 2>/dev/null
}
is "$(same_run one)" "$(same_run two)" 'the same seed gives the same ports'

# The switch dies.
tenon run --net lab:here --address 10.1.0.5/24 -- sh -c 'echo up; sleep 1.5; curl -s http://10.1.0.2/; echo $?' \
	>survivor 2>&1 &
survivor=$!
until_true grep -q up survivor
kill -9 "$(pgrep -P "$lab_pid" -x tenon || echo "$lab_pid")"
wait $survivor
is "$(cat survivor)" "up
tenon: lab here has ended: the link lab0 is down
7" 'a lab that ends takes the link down, the program goes on'
start_lab here
tenon run --net lab:here --address 10.1.0.2/24 -- true
is $? 0 'the socket of a switch that died is taken over'
stop $first
stop "$lab_pid"
is "$(ls tenon)" '' 'a lab that ends leaves nothing'
done_testing
