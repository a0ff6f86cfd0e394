# SPDX-License-Identifier: MIT
# Completion of tenon's verbs, options and labs in bash.
_tenon_labs()
{
	local folder=${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/tenon} lab

	for lab in "${folder:-/tmp/tenon-$(id -u)}"/*; do
		[ -S "$lab" ] && basename "$lab"
	done
}

_tenon_run()
{
	case $prev in
	--net) COMPREPLY=($(compgen -W "none $(_tenon_labs | sed 's/^/lab:/')" -- "$cur")) ;;
	--pcap) COMPREPLY=($(compgen -f -- "$cur")) ;;
	--address | --seed) COMPREPLY=() ;;
	*)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--net --address --pcap --explain --seed --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -c -- "$cur"))
		fi
		;;
	esac
}

_tenon()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i

	# "lab:" is split where bash breaks words at colons: put it together again.
	if [[ $prev == : && ${COMP_WORDS[COMP_CWORD - 2]} == lab ]]; then
		COMPREPLY=($(compgen -W "$(_tenon_labs)" -- "$cur"))
		return
	fi
	if [ "$COMP_CWORD" = 1 ]; then
		COMPREPLY=($(compgen -W "run lab atlas explain --help --version" -- "$cur"))
		return
	fi
	for ((i = 2; i < COMP_CWORD; i++)); do
		# Behind -- stands another program's command line.
		if [ "${COMP_WORDS[i]}" = -- ]; then
			COMPREPLY=($(compgen -c -f -- "$cur"))
			return
		fi
	done
	case ${COMP_WORDS[1]} in
	run) _tenon_run ;;
	atlas)
		if [ "$prev" = --pcap ]; then
			COMPREPLY=($(compgen -d -- "$cur"))
		else
			COMPREPLY=($(compgen -W "--json --pcap --help" -- "$cur"))
		fi
		;;
	lab) COMPREPLY=($(compgen -W "--help" -- "$cur")) ;;
	explain)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W "--rows --width --ascii --brief --help" -- "$cur"))
		else
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	esac
}

complete -o filenames -F _tenon tenon
