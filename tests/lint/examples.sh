#!/bin/sh
# What README.md and the manual show is what happens.
#
#   README.md                man page
#   ```map contact.map       .\" file contact.map
#   ...                      .Bd -literal -offset indent
#   ```                      ...
#                            .Ed
# makes a file;
#   ```console               .Bd -literal -offset indent
#   $ command                $ command
#   output                   output
#   ```                      .Ed
# runs each line behind `$ ` (`> ` goes on with it) and compares what it
# printed, both streams; like.awk says what `...` stands for.  A page is one
# shell in one empty folder, from top to bottom.  In a man page, `.\" fragment`
# before a display says that it is neither, and `.\" database` anywhere that the
# page is run beside a private Postgres.
set -u
root=$(cd "${1:-$top_srcdir}" && pwd)
PATH=$top_builddir:$top_builddir/src/daemon:$PATH
export PATH
LC_ALL=C.UTF-8
export LC_ALL
[ -n "${2:-}" ] || unset CROSSWALK_DB CROSSWALK_TENANT
like=$(cd "$(dirname "$0")" && pwd)/like.awk
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
failed=0
ran=0

# A page to $tmp/steps: N.file (and N.name), N.cmd and N.want, by number.
extract()
{
	LC_ALL=C awk -v dir="$tmp/steps" '
	function open_step() { step++; base = dir "/" sprintf("%04d", step) }
	function start(name) {
		inside = 1
		kind = name != "" ? "file" : ""
		if (name != "") {
			open_step()
			print name >(base ".name")
			printf "" >(base ".file")
			close(base ".name")
		}
	}
	function line(s) {
		if (kind == "file") {
			print s >(base ".file")
		} else if (s ~ /^\$ /) {
			kind = "run"
			open_step()
			print FILENAME ":" FNR >(base ".where")
			print substr(s, 3) >(base ".cmd")
			printf "" >(base ".want")
			close(base ".where")
		} else if (kind == "run" && s ~ /^> /) {
			print substr(s, 3) >(base ".cmd")
		} else if (kind == "run") {
			print s >(base ".want")
		} else if (kind == "") {
			print FILENAME ":" FNR ": a display that is no example; " \
			    "write `$ ` before a command, or mark it"
			exit 1
		}
	}
	FILENAME ~ /\.md$/ && /^```/ {
		if (inside) {
			inside = 0
		} else if ($1 == "```console") {
			start("")
		} else if (NF > 1) {
			start($2)
		} else {
			inside = 1
			kind = "skip"
		}
		next
	}
	FILENAME ~ /\.[1-9]$/ && /^\.\\" file / { name = $3; next }
	FILENAME ~ /\.[1-9]$/ && /^\.\\" fragment/ { fragment = 1; next }
	FILENAME ~ /\.[1-9]$/ && /^\.Bd -literal/ {
		start(name)
		if (fragment)
			kind = "skip"
		name = ""
		fragment = 0
		next
	}
	FILENAME ~ /\.[1-9]$/ && /^\.Ed/ { inside = 0; next }
	inside {
		if (FILENAME ~ /\.[1-9]$/) {
			gsub(/\\&/, "")
			gsub(/\\-/, "-")
			gsub(/\\\(dq/, "\"")
			gsub(/\\e/, "\\")
		}
		line($0)
	}' "$1"
}

page()
{
	rm -rf "$tmp/steps" "$tmp/run"
	mkdir "$tmp/steps" "$tmp/run"
	extract "$1" || {
		failed=1
		return
	}
	# one shell for the page, so that variables and $? go on
	(
		cd "$tmp/run" || exit 99
		# as a reader of README.md stands in the tree
		ln -s "$root/mappings" "$root/schemas" .
		status=0
		bad=0
		for step in "$tmp"/steps/*.name "$tmp"/steps/*.cmd; do
			[ -f "$step" ] && echo "$step"
		done | sort >"$tmp/order"
		while read -r step <&9; do
			base=${step%.*}
			case $step in
			*.name)
				name=$(cat "$step")
				case $name in */*) mkdir -p "${name%/*}" ;; esac
				cp "$base.file" "$name"
				continue ;;
			esac
			cmd=$(cat "$step")
			(exit $status)
			eval "$cmd" >"$base.out" 2>&1 </dev/null
			status=$?
			if ! awk -f "$like" "$base.want" "$base.out"; then
				printf '%s: %s\n' "$(cat "$base.where")" "$cmd"
				diff "$base.want" "$base.out" |
				    sed -n 's/^[<>]/&/p'
				bad=1
			fi
		done 9<"$tmp/order"
		exit $bad
	) 2>&1 || failed=1
	ran=$((ran + $(ls "$tmp/steps" | grep -c '\.cmd$')))
}

if [ -n "${2:-}" ]; then
	page "$2"
	exit $failed
fi
for p in "$root/README.md" "$root"/man/*.[1-9] "$top_builddir"/man/*.[1-9]
do
	if [ ! -f "$p" ]; then
		continue
	elif grep -q '^\.\\" database' "$p"; then
		"$top_builddir/tests/pipeline/with_cluster" sh "$0" "$root" \
		    "$p" || failed=1
		ran=$((ran + 1))
	else
		page "$p"
	fi
done
[ "$ran" -gt 0 ] || {
	echo "found no example"
	failed=1
}
echo "$ran examples"
exit $failed
