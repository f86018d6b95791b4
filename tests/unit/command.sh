# What tests of a command share; the caller sets $name, the command's.
#
#   want STATUS ARGUMENT...   run it on $dir/in, in $dir: $dir/out, $dir/err
#   same FILE                 $dir/FILE is what stands on standard input
# and ends with `exit $failed`.
set -u
run=${top_builddir:-.}/crosswalk
case $run in
/*) ;;
*) run=$(pwd)/$run ;;
esac
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
failed=0

want() {
	status=$1
	shift
	(cd "$dir" && "$run" "$name" "$@") <"$dir/in" >"$dir/out" 2>"$dir/err"
	got=$?
	if [ "$got" != "$status" ]; then
		echo "$name $*: status $got, not $status"
		cat "$dir/out" "$dir/err"
		failed=1
	fi
}

same() {
	cat >"$dir/want"
	if ! diff -u "$dir/want" "$dir/$1"; then
		echo "  in $1"
		failed=1
	fi
}
