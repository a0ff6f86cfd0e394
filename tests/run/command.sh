#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line: exit statuses as env(1) has them, signals, one clear line for each mistake.
. "$(dirname "$0")/tap.sh"

# mistake STATUS PATTERN ARGUMENTS...: the status, and one line on stderr that matches.
mistake()
{
	local status=$1 pattern=$2 output
	shift 2
	output=$(tenon "$@" 2>&1 >/dev/null)
	is "$?" "$status" "tenon $*: status $status"
	like "$output" "$pattern" "tenon $*: says why"
	is "$(wc -l <<<"$output")" 1 "tenon $*: in one line"
}

for status in 0 1 42 255; do
	tenon run -- sh -c "exit $status"
	is $? $status "the exit status $status is the program's"
done
tenon run -- sh -c 'kill -9 $$'
is $? 137 'a program that SIGKILL ended: 128 + 9'
tenon run -- sh -c 'kill -TERM $$'
is $? 143 'a program that SIGTERM ended: 128 + 15'
touch file
mistake 127 'nosuch.*No such file' run -- nosuch
mistake 126 'file.*Permission denied' run -- ./file
mistake 125 '--bogus: there is no such option' run --bogus -- true
mistake 125 '--publish: comes with a later version' run --publish 80:80 -- true
mistake 125 '--net: needs a value' run --net
mistake 125 '--net moon' run --net moon -- true
mistake 125 '--explain=1: takes no value' run --explain=1 -- true
mistake 125 'program is missing' run --net none
mistake 125 '--seed -1' run --seed -1 -- true
mistake 125 'there is no lab nowhere.*tenon lab nowhere' run --net lab:nowhere -- true
mistake 125 'cannot write the capture /nowhere/x' run --pcap /nowhere/x -- true
for address in 10.0.0.1 10.0.0.1/33 fd00::1/129 10.0.0/8 fd00::1/ 10.0.0.1/-1 10.0.0.1/8x; do
	mistake 125 "--address $address: give an address" run --address "$address" -- true
done
mistake 2 'a verb is missing'
mistake 2 'there is no verb walk' walk
mistake 2 'no name for a lab' lab a/b
mistake 2 'the name of one lab' lab
like "$(tenon --version)" '^tenon [0-9]+\.[0-9]+\.[0-9]+$' '--version'
for verb in '' run lab explain; do
	# shellcheck disable=SC2086
	like "$(tenon $verb --help)" '[Uu]sage: tenon' "tenon $verb --help"
done
mistake 125 'supervised by seccomp already' run -- "$TENON" run -- true

# The program's streams are its own.
is "$(echo through | tenon run -- cat)" through 'standard input and output are passed on'
is "$(tenon run -- sh -c 'echo words >&2' 2>&1)" words 'standard error, too'
is "$(tenon run -- sh -c 'ulimit -n')" "$(ulimit -n)" 'limits are those of the caller'
is "$(tenon run -- grep SigBlk /proc/self/status)" "$(grep SigBlk /proc/self/status)" \
	'so is the signal mask'
is "$(tenon run -- ls /proc/self/fd)" "$(timeout 9 ls /proc/self/fd)" \
	'no descriptor of the supervisor is left to the program'

# Signals sent to the supervisor.
"$TENON" run -- sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done' >trapped &
tenon_pid=$!
until_true grep ready trapped
stop $tenon_pid
is $? 7 'SIGTERM is passed on, and the program decides'
"$TENON" run -- sh -c 'echo ready; exec sleep 30' >untrapped &
tenon_pid=$!
until_true grep ready untrapped
stop $tenon_pid
is $? 143 'SIGTERM ends a program that does not'

# kill -9 of either side leaves nothing.
"$TENON" run -- sleep 31 &
tenon_pid=$!
until_true pgrep -P $tenon_pid sleep
sleeper=$(pgrep -P $tenon_pid)
kill -9 $tenon_pid
wait $tenon_pid 2>/dev/null
ok 'a killed supervisor takes the program with it' until_true sh -c "! kill -0 $sleeper"
"$TENON" run -- sleep 32 &
tenon_pid=$!
until_true pgrep -P $tenon_pid sleep
kill -9 "$(pgrep -P $tenon_pid)"
wait $tenon_pid
is $? 137 'a killed program ends the supervisor'

# Stopping.
"$TENON" run -- sleep 33 &
tenon_pid=$!
until_true pgrep -P $tenon_pid sleep
state_is()
{
	grep -q "^State:.$1" "/proc/$tenon_pid/status"
}
kill -STOP "$(pgrep -P $tenon_pid)"
ok 'the supervisor stops with the program' until_true state_is T
kill -CONT $tenon_pid
ok 'and both go on' until_true grep -q 'State:.S' "/proc/$(pgrep -P $tenon_pid)/status"
stop $tenon_pid

is "$(timeout -k 20 60 "$tests/terminal.py" "$TENON" 2>&1)" '^C: 130
^C, handled: 5
^D: 0
^Z, jobs, fg, ^C: 2 status=130' 'the keys of a terminal do what they do without tenon'

# A child that outlives the program.
is "$(tenon run -- sh -c '(sleep 0.3; echo late >late) & exit 3' >/dev/null; echo $?; cat late)" \
	"3
late" 'the host lives until all that the program started has ended'
TMPDIR=$folder tenon run -- true
is "$(find . -name 'tenon-*')" '' 'nothing is left in $TMPDIR'
done_testing
