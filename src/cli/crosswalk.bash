# bash completion for crosswalk(1): the program's own table says what fits
_crosswalk()
{
	local cur=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'

	COMPREPLY=($(crosswalk __complete \
	    "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
	# nothing of its own here: a file
	if [[ ${#COMPREPLY[@]} -eq 0 && $cur != -* ]]; then
		COMPREPLY=($(compgen -f -- "$cur"))
		compopt -o filenames
	fi
}
complete -F _crosswalk crosswalk
