#!/bin/bash
# SPDX-License-Identifier: MIT
# The same program on the kernel's sockets and on Tenon's: what it sees must be the same. The
# kernel's run is in a network namespace of its own where one can be made, else on the loopback.
. "$(dirname "$0")/tap.sh"

on_kernel()
{
	if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
		timeout 60 unshare --net sh -c 'ip link set lo up && exec "$0" "$@"' "$@"
	else
		timeout 60 "$@"
	fi
}

for address in 127.0.0.1 ::1; do
	on_kernel "$tests/states.py" $address >kernel 2>&1
	timeout 60 "$TENON" run -- "$tests/states.py" $address >tenon 2>&1
	is "$?" 0 "the program ends well on Tenon, $address"
	# One point per case, so that a difference is found by its name.
	for case in $(sed -n 's/^# //p' kernel); do
		is "$(sed -n "/^# $case\$/,/^# /p" tenon)" "$(sed -n "/^# $case\$/,/^# /p" kernel)" \
			"$case is as on the kernel, $address"
	done
done
done_testing
