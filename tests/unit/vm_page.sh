#!/bin/sh
# crosswalk-bytecode(7) says what opcodes.def says.
set -eu
made=$(mktemp)
trap 'rm -f "$made"' EXIT
awk -f "$top_srcdir/src/vm/page.awk" "$top_srcdir/src/vm/opcodes.def" >"$made"
ops=$(grep -c '^OP(' "$top_srcdir/src/vm/opcodes.def")
its=$(grep -c '^\.It Ic ' "$made")
if [ "$ops" -ne "$its" ] || [ "$ops" -lt 30 ]; then
	echo "$ops opcodes, but $its in the page"
	exit 1
fi
diff -u "$top_srcdir/man/crosswalk-bytecode.7" "$made" || {
	echo "make it again: awk -f src/vm/page.awk src/vm/opcodes.def" \
	    ">man/crosswalk-bytecode.7"
	exit 1
}
