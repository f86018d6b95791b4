#!/bin/sh
# The manual says what the program has, no more and no less: commands and
# options, exit statuses, log events, configuration keys, built-ins.
set -eu
root=${1:-$top_srcdir}
cd "$root"
LC_ALL=C
export LC_ALL
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# compare WHAT PAGE: $tmp/have (the program's) with $tmp/said (the page's)
compare()
{
	sort -u "$tmp/have" >"$tmp/have.s"
	sort -u "$tmp/said" >"$tmp/said.s"
	if [ ! -s "$tmp/have.s" ]; then
		echo "docs: found no $1 in the sources; mend this test"
		failed=1
	fi
	comm -23 "$tmp/have.s" "$tmp/said.s" |
	    sed "s|.*|$2: says nothing of $1 \`&\`|"
	comm -13 "$tmp/have.s" "$tmp/said.s" |
	    sed "s|.*|$2: there is no $1 \`&\`|"
	cmp -s "$tmp/have.s" "$tmp/said.s" || failed=1
}

# "run", "run -m --map NAME": a subsection of COMMANDS each.  What every
# session may take, -d, -t and -j, is said once, before them.
awk -v q="'" '
/^(COMMAND|SESSION)\(/ {
	session = /^SESSION/
	split($0, s, "\"")
	print command = s[2]
}
/^OPTION\(/ {
	split($0, s, "\"")
	letter = substr($0, index($0, q) + 1, 1)
	of = session && index("dtj", letter) ? "session" : command
	print of " -" letter " --" s[2] (s[3] ~ /NULL/ ? "" : " " s[4])
}' src/cli/commands.def >"$tmp/have"
awk '
/^\.Sh / { on = $2 == "COMMANDS"; command = "session" }
/^\.Ss / { sub(/^\.Ss /, ""); command = $0; print }
/^\.It Fl / && (on || command == "session") {
	line = command
	for (i = 2; i <= NF; i++) {
		if ($i == "Fl")
			line = line " -" $(++i)
		else if ($i == "Ar")
			line = line " " $(++i)
	}
	print line
}' man/crosswalk.1 >"$tmp/said"
compare "command or option" man/crosswalk.1

{
	printf '0\n1\n'
	sed -n 's/^	X([A-Z]*, \([0-9]*\),.*/\1/p' src/base/err.h
} >"$tmp/have"
for page in crosswalk.1; do
	awk '/^\.Sh / { on = $2 == "EXIT" }
	on && /^\.It / { print $2 }' "man/$page" >"$tmp/said"
	compare "exit status" "man/$page"
done

find src -name '*.c' -exec cat {} + | tr '\n\t' '  ' |
    grep -oE '(log_warn|log_error)\( *"[^"]*"|log_event\( *LOG_(WARN|ERROR), *"[^"]*"' |
    sed 's/.*"\(.*\)"/\1/' >"$tmp/have"
sed -n 's/^\.It Ic //p' man/crosswalk-events.7 | sed 's/ , /\n/g' >"$tmp/said"
compare "log event" man/crosswalk-events.7

# a key, its default and its limits
tr '\n' ' ' <src/daemon/config.def | sed 's/CONFIG(/\n&/g' | awk -F, '
/^CONFIG\(name/ { next }
/^CONFIG/ {
	key = substr($1, 8)
	if ($2 ~ /INT/) {
		min = $2
		gsub(/[^0-9]/, "", min)
		max = $3
		gsub(/[^0-9]/, "", max)
		split($0, s, "\"")
		print key " " s[2] ", " min " to " max
	} else {
		split($0, s, "\"")
		print key " Qq " s[2]
	}
}' | sed 's/ *$//' >"$tmp/have"
sed -n 's/^\.It Ic \([a-z_]*\) Pq \(.*\)/\1 \2/p' man/crosswalkd.conf.5 \
    >"$tmp/said"
compare key man/crosswalkd.conf.5

tr -s '\n' ' ' <src/stage/metrics.def | sed 's/ METRIC(/\n&/g' |
    sed -n 's/^ METRIC(\([a-z_]*\), \(.\)\([A-Z]*\), *"\(.*\)") *$/\1 \2 \3 \4/p' |
    awk '{
	name = $1
	kind = $2 tolower($3)
	sub(/^[^ ]* [^ ]* [^ ]* /, "")
	print name " " kind ": " $0 "."
}' >"$tmp/have"
awk '/^\.It Li / { name = $3; getline; print name " " $0 }' \
    man/crosswalkd.8 >"$tmp/said"
compare metric man/crosswalkd.8
exit $failed
