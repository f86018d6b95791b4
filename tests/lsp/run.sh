#!/bin/sh
# Plays every script against the language server.
set -eu
failed=0
for s in "$top_srcdir"/tests/lsp/*.lsp; do
	"$top_builddir/tests/lsp/client" "$s" || failed=1
done
# a body longer than any text is passed over, and the next message is read
out=$({
	n=20000000
	printf 'Content-Length: %d\r\n\r\n' $n
	head -c $n /dev/zero
	body='{"jsonrpc":"2.0","id":1,"method":"x"}'
	printf 'Content-Length: %d\r\n\r\n%s' ${#body} "$body"
} | crosswalk lsp) || [ $? = 1 ]
case $out in
*'more than 16777216 bytes'*'initialize comes first'*) ;;
*)
	echo "a long message: $out"
	failed=1
	;;
esac
exit $failed
