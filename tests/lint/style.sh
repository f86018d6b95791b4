#!/bin/sh
# The page: tabs of 8, 80 columns, a comment at the head, no function that
# cannot be used safely, no path of somebody's machine.
set -eu
root=${1:-$top_srcdir}
cd "$root"
failed=0
tree=$(for d in src grammar mappings schemas man tests .ci; do
	[ ! -d "$d" ] || echo "$d"
done)
# shellcheck disable=SC2086
code=$(find $tree \( -name '*.[chyl]' -o -name '*.cc' -o -name '*.def' \) |
    grep -v -e '^grammar/parser\.[ch]$' -e '^grammar/lexer\.[ch]$' |
    LC_ALL=C sort)
# shellcheck disable=SC2086
LC_ALL=C awk '
function bad(text) { print FILENAME ":" FNR ": " text; failed = 1 }
# columns on a terminal: tabs to the next 8, one for each code point
function columns(s,  i, n, c) {
	gsub(/[\200-\277]/, "", s)
	if (index(s, "\t") == 0)
		return length(s)
	n = split(s, piece, "\t")
	c = length(piece[1])
	for (i = 2; i <= n; i++)
		c = c - c % 8 + 8 + length(piece[i])
	return c
}
FNR == 1 {
	guard = ""
	own = ""
	includes = 0
	if ($0 !~ /^(\/\*|%top|%\{|%code|%require)/)
		bad("no comment at the head says what the file is for")
	if (FILENAME ~ /^src\/.*\.h$/) {
		guard = toupper(substr(FILENAME, 5))
		gsub(/[\/.]/, "_", guard)
	}
	if (FILENAME ~ /^src\/.*\.c$/) {
		own = substr(FILENAME, 5)
		sub(/\.c$/, ".h", own)
	}
}
/[ \t]$/ { bad("blanks at the end of the line") }
/\r/ { bad("a carriage return") }
# a comment may line up with the one it goes on from
/^\t* +\t/ || /^\t*        +[^ *]/ { bad("spaces where a tab belongs") }
columns($0) > 80 { bad(columns($0) " columns; 80 are the page") }
/^[ \t]*\/\// || /[;{}][ \t]*\/\// {
	bad("a // comment; the tree writes /* */")
}
/typedef[ \t]+(struct|union|enum)/ { bad("a typedef hides a type") }
/(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|gets|alloca|atoi|atol|atof|strtok)[ \t]*\(/ {
	bad("a function that cannot be used safely")
}
guard != "" && /^#ifndef/ {
	if ($2 != guard)
		bad("the guard is " $2 ", not " guard)
	guard = ""
}
/^#include/ && FILENAME ~ /\.c$/ && $2 != "\"config.h\"" {
	if (!includes++ && own != "" && $2 != "\"" own "\"" &&
	    (getline line < ("src/" own)) > 0)
		bad("its own header comes first")
	close("src/" own)
}
END { exit failed }
' $code || failed=1

# shellcheck disable=SC2086
all=$(find $tree README.md bootstrap configure.ac Makefile.am -type f \
    ! -name '*.o' ! -name '*.a' ! -path '*/.deps/*')
# shellcheck disable=SC2086
if grep -nE '(^|[^[:alnum:]._])/(work|home|root)/[[:alnum:]]|/tmp/w[t]' $all; then
	echo "a path of one machine"
	failed=1
fi

for d in src src/* grammar mappings schemas tests tests/*; do
	if [ -d "$d" ] && [ ! -f "$d/README.md" ]; then
		echo "$d: no README.md says what the room is for"
		failed=1
	fi
done

# no failure, only a question
# shellcheck disable=SC2086
wc -l $code | awk '$1 > 600 && $2 != "total" {
	print "warning: " $2 ": " $1 " lines; 600 is where to ask why" }'
exit $failed
