#!/bin/sh
# Completion offers exactly the table: every command that is not hidden, in
# its group, and every option; and bash, given our file, offers the same.
set -eu
LC_ALL=C
export LC_ALL
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
PATH=$top_builddir:$PATH

# what the table has, a name or "name --option" a line
awk '
{ split($0, s, "\"") }
/^(COMMAND|SESSION)\(/ { print command = s[2] }
/^OPTION\(/ { print command " --" s[2] }
' "$top_srcdir/src/cli/commands.def" | sort >"$tmp/table"

# what is offered: first words, then the words of what is a group
for word in $(crosswalk __complete ''); do
	second=$(crosswalk __complete "$word" '')
	[ "$word" != help ] || second=
	if [ -z "$second" ]; then
		echo "$word"
		crosswalk __complete "$word" -- | sed "s/^/$word /"
		continue
	fi
	for s in $second; do
		echo "$word $s"
		crosswalk __complete "$word" "$s" -- | sed "s/^/$word $s /"
	done
done | sort >"$tmp/offered"
if ! diff "$tmp/table" "$tmp/offered"; then
	echo "the table (<) and crosswalk __complete (>) differ"
	failed=1
fi

# as bash does it
if command -v bash >/dev/null; then
	bash -c '
		. "$1"
		COMP_WORDS=(crosswalk hel) COMP_CWORD=1
		compopt() { :; }
		_crosswalk
		[ "${COMPREPLY[*]}" = help ]
	' bash "$top_srcdir/src/cli/crosswalk.bash" || {
		echo "crosswalk.bash does not complete \`crosswalk hel\`"
		failed=1
	}
fi

# a mistyped command and option teach, and have status 2
for words in hlep 'help nothing' '' 'help --no-such'; do
	status=0
	# shellcheck disable=SC2086
	crosswalk $words >"$tmp/out" 2>&1 || status=$?
	if [ $status -ne 2 ] || ! grep -q 'crosswalk' "$tmp/out"; then
		echo "crosswalk $words: status $status"
		failed=1
	fi
done
# --help of every command is its usage line and has status 0
while read -r line; do
	case $line in *--*|help) continue ;; esac
	# shellcheck disable=SC2086
	crosswalk $line --help | grep -q "^usage: crosswalk $line" || {
		echo "crosswalk $line --help says no usage"
		failed=1
	}
	# shellcheck disable=SC2086
	status=0
	crosswalk $line --no-such-option >"$tmp/out" 2>&1 || status=$?
	if [ $status -ne 2 ] || ! grep -q 'no-such-option' "$tmp/out"; then
		echo "crosswalk $line --no-such-option: status $status"
		failed=1
	fi
done <"$tmp/table"
exit $failed
