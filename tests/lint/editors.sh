#!/bin/sh
# The words that editors colour are those of the lexer and the table of
# built-ins, and what editors read as JSON is JSON.
set -eu
editors=$top_srcdir/grammar/editors
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
PATH=$top_builddir:$PATH

"$editors/words" --check || failed=1

sed -n 's/^"\([a-z]*\)"[[:space:]]*WORD(.*/\1/p' \
    "$top_srcdir/grammar/lexer.l" >"$tmp/lexer"
sed -n 's/^WORD(\([a-z]*\),.*/\1/p' "$top_srcdir/src/lang/words.def" \
    >"$tmp/described"
if ! diff "$tmp/lexer" "$tmp/described"; then
	echo "words of grammar/lexer.l (<) and src/lang/words.def (>) differ"
	failed=1
fi

echo true >"$tmp/any.json"
for f in "$editors"/vscode/*.json "$editors"/vscode/syntaxes/*.json; do
	tr '\n' ' ' <"$f" >"$tmp/line"
	if ! crosswalk validate "$tmp/any.json" <"$tmp/line" >"$tmp/out" 2>&1
	then
		echo "$f: not JSON"
		cat "$tmp/out"
		failed=1
	fi
done

# a word more, and a built-in more, are noticed, and written where they belong
mkdir -p "$tmp/src/vm" "$tmp/src/lang" "$tmp/grammar"
cp -r "$editors" "$tmp/grammar/editors"
chmod -R u+w "$tmp/grammar/editors"
cp "$top_srcdir/src/vm/builtins.def" "$tmp/src/vm"
cp "$top_srcdir/src/lang/loop.c" "$tmp/src/lang"
printf '"%s"\tWORD(TK_NEW);\n' newword |
    cat "$top_srcdir/grammar/lexer.l" - >"$tmp/grammar/lexer.l"
chmod u+w "$tmp/src/vm/builtins.def"
echo 'FN(new_builtin, "", "text", 0, 1, "new")' >>"$tmp/src/vm/builtins.def"
words=$tmp/grammar/editors/words
if "$words" --check >"$tmp/out"; then
	echo "words --check does not see a new word"
	failed=1
fi
[ "$(wc -l <"$tmp/out")" -eq 3 ] || {
	echo "words --check does not name all three files:"
	cat "$tmp/out"
	failed=1
}
"$words"
for f in vscode/syntaxes/crosswalk-map.tmLanguage.json \
    vim/syntax/crosswalk.vim emacs/crosswalk-map-mode.el; do
	for w in newword new_builtin; do
		grep -q "$w" "$tmp/grammar/editors/$f" || {
			echo "$f: words does not write $w"
			failed=1
		}
	done
done
"$words" --check || failed=1
exit $failed
