#!/bin/sh
# A lint that cannot fail is worth nothing: show each a tree with one fault
# and see that it is named.
set -eu
here=$top_srcdir/tests/lint
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
top_builddir=$tmp/no-build
export top_builddir
failed=0

# fault LINT MESSAGE: the tree in $tmp/t must fail with the message
fault()
{
	status=0
	top_srcdir=$tmp/t sh "$here/$1.sh" "$tmp/t" >"$tmp/out" 2>&1 || status=$?
	if [ $status -eq 0 ]; then
		echo "$1 passed: $2"
		failed=1
	elif ! grep -qF -- "$2" "$tmp/out"; then
		echo "$1 did not say: $2; but:"
		cat "$tmp/out"
		failed=1
	fi
}

# A tree without fault: two folders, one above the other.
fresh()
{
	rm -rf "$tmp/t"
	mkdir -p "$tmp/t/src/base" "$tmp/t/src/record" "$tmp/t/grammar" \
	    "$tmp/t/mappings" "$tmp/t/schemas" "$tmp/t/man" "$tmp/t/tests"
	cd "$tmp/t"
	printf 'base - -\nrecord base xxhash\n' >src/LAYERS
	printf '/*\n * A.\n */\n#ifndef BASE_A_H\n#define BASE_A_H\n#endif\n' \
	    >src/base/a.h
	printf '/*\n * A.\n */\n#include "base/a.h"\n#include <stdio.h>\n' \
	    >src/base/a.c
	printf '/*\n * B.\n */\n#include "base/a.h"\n' >src/record/b.c
	for d in src src/base src/record grammar mappings schemas tests; do
		echo "# $d" >"$d/README.md"
	done
	touch README.md bootstrap configure.ac Makefile.am
	printf '%s\n' '.Dd $Mdocdate$' '.Dt A 1' '.Os' '.Sh NAME' '.Nm a' \
	    '.Nd a page' '.Sh DESCRIPTION' 'Text.' >man/a.1
}

fresh
for lint in layers style; do
	top_srcdir=$tmp/t sh "$here/$lint.sh" "$tmp/t" || {
		echo "$lint fails on a tree without fault"
		failed=1
	}
done

fresh; echo '#include "record/b.h"' >>src/base/a.c
fault layers 'base may not include record'
fresh; echo '#include <xxhash.h>' >>src/base/a.c
fault layers 'base may not use xxhash'
fresh; echo '#include <xxhash.h>' >>src/record/b.c
top_srcdir=$tmp/t sh "$here/layers.sh" || failed=1
fresh; echo '#include <nowhere.h>' >>src/base/a.c
fault layers 'of no library'
fresh; echo 'base record -' >src/LAYERS
fault layers 'record is not above base'
fresh; mkdir src/new
fault layers 'no row for new'
fresh; echo '#include "b.h"' >>src/record/b.c
fault layers 'in no folder of src'
fresh; echo '#include "grammar/parser.h"' >>src/record/b.c
fault layers 'may not include grammar'

fresh; printf '\tint x; \n' >>src/base/a.c
fault style 'blanks at the end'
fresh; printf '        int x;\n' >>src/base/a.c
fault style 'spaces where a tab belongs'
fresh; printf '%081d\n' 0 >>src/base/a.c
fault style '81 columns'
fresh; printf '\t%073d\n' 0 >>src/base/a.c
fault style '81 columns'
fresh; { printf '/* %076d */\n' 0 | tr 0 o | sed 's/o/ö/'; } >>src/base/a.c
fault style '82 columns'
fresh; printf '/* %074d */\n' 0 | sed 's/0/ö/g' >>src/base/a.c
top_srcdir=$tmp/t sh "$here/style.sh" || failed=1
fresh; echo 'int x;' >src/base/c.c
fault style 'no comment at the head'
fresh; echo '	f(); // no' >>src/base/a.c
fault style 'a // comment'
fresh; echo 'typedef struct x x;' >>src/base/a.c
fault style 'a typedef hides'
fresh; echo '	strcpy(a, b);' >>src/base/a.c
fault style 'cannot be used safely'
fresh; echo '	x = atoi (b);' >>src/base/a.c
fault style 'cannot be used safely'
fresh; sed -i s/BASE_A_H/A_H/ src/base/a.h
fault style 'the guard is A_H, not BASE_A_H'
fresh; printf '/*\n * A.\n */\n#include <stdio.h>\n#include "base/a.h"\n' \
    >src/base/a.c
fault style 'its own header comes first'
fresh; echo "see /ho""me/me/notes" >>README.md
fault style 'a path of one machine'
fresh; rm schemas/README.md
fault style 'schemas: no README.md'
fresh; { echo '/* long */'; yes 'int x;' | head -n 600; } >src/base/long.c
top_srcdir=$tmp/t sh "$here/style.sh" | grep -q 'long.c: 601 lines' || {
	echo "style does not list a long file"
	failed=1
}

fresh; printf '%s\n' '.Zz what' >>man/a.1
fault man 'man/a.1'
fresh; printf '%s\n' '.Xr crosswalk-nothing 9' >>man/a.1
fault man 'there is no man/crosswalk-nothing.9'

fresh
cat >README.md <<'END'
```text a/b.txt
one
two
```
```console
$ cat a/b.txt
one
two
$ sort -r a/b.txt &&
> false
...
$ echo $?
1
```
END
top_srcdir=$tmp/t sh "$here/examples.sh" "$tmp/t" || failed=1
sed -i s/^one/uno/ README.md; sed -i '1,/uno/s/uno/one/' README.md
fault examples 'README.md:6: cat a/b.txt'
fresh
printf '%s\n' '.Bd -literal' '$ printf \e\e061' 'b' '.Ed' >>man/a.1
fault examples 'man/a.1:10: printf \\061'
fresh
printf '%s\n' '.Bd -literal' 'neither' '.Ed' >>man/a.1
fault examples 'a display that is no example'
exit $failed
