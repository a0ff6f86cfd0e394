# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# tap.sh - for the scripts beside it: TAP points, a folder of their own, nothing left behind.
#
# Usage: . "$(dirname "$0")/tap.sh", then checks, then done_testing. $TENON is the tool (default:
# that of build/).
set -u
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export TENON=${TENON:-$tests/../../build/tenon}
points=0 failures=0
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder" || exit 1
unset XDG_RUNTIME_DIR
# The ordinary user may not be let into the folder of the build.
mkdir bin && cp "$TENON" bin/tenon && TENON=$folder/bin/tenon || exit 1

clean_up()
{
	# A subshell that is killed may come here, too.
	[ "$BASHPID" = $$ ] || return
	jobs -p | xargs -r kill
	wait
	rm -rf "$folder"
} 2>/dev/null
trap clean_up EXIT

# tenon ARGUMENTS...: the tool, with a limit of time.
tenon()
{
	timeout -k 20 30 "$TENON" "$@"
}

# point STATUS NAME: one test; further lines of detail on stdin if it failed.
point()
{
	((points += 1))
	if [ "$1" = 0 ]; then
		echo "ok $points - $2"
	else
		((failures += 1))
		echo "not ok $points - $2"
	fi
}

# is GOT WANTED NAME
is()
{
	[ "$1" = "$2" ]
	point $? "$3"
	[ "$1" = "$2" ] || printf '# got: %s\n# wanted: %s\n' "${1//$'\n'/$'\n'#  }" "${2//$'\n'/$'\n'#  }"
}

# like GOT PATTERN NAME: an extended regular expression.
like()
{
	[[ $1 =~ $2 ]]
	point $? "$3"
	[[ $1 =~ $2 ]] || printf '# got: %s\n# wanted: %s\n' "${1//$'\n'/$'\n'#  }" "$2"
}

# ok NAME COMMAND...: the command succeeds.
ok()
{
	local name=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	point $status "$name"
	[ $status = 0 ] || echo "# ${output//$'\n'/$'\n'# }"
}

skip()
{
	((points += 1))
	echo "ok $points - $1 # SKIP $2"
}

# "${as_user[@]}" COMMAND...: as an ordinary user, whoever runs the tests.
as_user=(env HOME=/tmp)
if [ "$(id -u)" = 0 ]; then
	as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp)
fi

# start_lab NAME [COMMAND...]: the switch in the background, by as_user for instance; sets $lab_pid.
start_lab()
{
	local name=$1 line
	shift
	exec {lab_output}< <(exec "$@" timeout -k 20 60 "$TENON" lab "$name")
	lab_pid=$!
	read -r -t 10 -u "$lab_output" line || echo "# lab $name did not start"
}

# stop PID: ends a process of ours and waits for it; the status is its own.
stop()
{
	kill "$1"
	wait "$1"
}

# until_true COMMAND...: tries for five seconds.
until_true()
{
	for _ in {1..100}; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

done_testing()
{
	echo "1..$points"
	[ $failures = 0 ]
	exit
}
