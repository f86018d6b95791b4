#!/bin/sh
# mandoc has nothing to say about the manual.
set -eu
root=${1:-$top_srcdir}
command -v mandoc >/dev/null || {
	echo "mandoc is missing: apt-get install mandoc"
	exit 1
}
failed=0
for page in "$root"/man/*.[1-9] "$top_builddir"/man/*.[1-9]; do
	[ -f "$page" ] || continue
	# bytes are not columns: a line of 80 may hold more
	out=$(mandoc -Tlint -Wstyle "$page" 2>&1 |
	    grep -v -e 'referenced manual not found' -e 'mandoc.db' \
	    -e 'longer than 80 bytes') || true
	if [ -n "$out" ]; then
		echo "$out"
		failed=1
	fi
	# a page that nothing in the tree carries is a broken promise
	for ref in $(sed -n 's/^\.Xr \([a-z.-]*\) \([1-9]\).*/\1.\2/p' \
	    "$page"); do
		case $ref in
		crosswalk*)
			if [ ! -f "$root/man/$ref" ] &&
			    [ ! -f "$top_builddir/man/$ref" ]; then
				echo "$page: there is no man/$ref"
				failed=1
			fi ;;
		esac
	done
done
exit $failed
