#!/bin/sh
# Who includes whom: src/LAYERS is the truth.  A folder includes itself and
# what its row names, all of it above; `*` is every folder above.  A library's
# headers are included where the row names it, and libc's everywhere.
set -eu
root=${1:-$top_srcdir}
cd "$root"
files=$(find src grammar -name '*.[chyl]' -o -name '*.cc' -o -name '*.def' |
    grep -v -e '^grammar/parser\.[ch]$' -e '^grammar/lexer\.[ch]$')
# shellcheck disable=SC2086
LC_ALL=C awk -v folders="$(cd src && echo *)" '
function bad(text) { print FILENAME ":" FNR ": " text; failed = 1 }
BEGIN {
	n = split("jansson:jansson pcre2:pcre2 unicode:unicode " \
	    "xxhash:xxhash phonenumbers:phonenumbers libpq-fe:libpq " \
	    "sodium:sodium openssl:openssl curl:curl nng:nng microhttpd:microhttpd", pairs, " ")
	for (i = 1; i <= n; i++) {
		split(pairs[i], p, ":")
		library[p[1]] = p[2]
		islib[p[2]] = 1
	}
	n = split(folders, names, " ")
	for (i = 1; i <= n; i++)
		isfolder[names[i]] = 1
	n = split("assert arpa/inet ctype dirent emmintrin endian errno fcntl ftw getopt " \
	    "immintrin cpuid x86intrin " \
	    "grp inttypes iso646 limits locale math net/if netdb netinet/in " \
	    "netinet/tcp poll pthread pwd sched semaphore setjmp signal " \
	    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib " \
	    "string strings sys/epoll sys/eventfd sys/file sys/inotify sys/mman sys/param " \
	    "sys/prctl sys/random sys/resource sys/select sys/socket sys/stat " \
	    "sys/time sys/types sys/uio sys/un sys/wait sysexits termios " \
	    "threads time unistd wchar", names, " ")
	for (i = 1; i <= n; i++)
		libc[names[i]] = 1
	# the one C++ file of the tree wraps libphonenumber
	n = split("string cstddef cstring new exception memory mutex", names, " ")
	for (i = 1; i <= n; i++)
		libcxx[names[i]] = 1
}
FILENAME == "src/LAYERS" {
	if ($1 ~ /^#/ || NF == 0)
		next
	for (i = 2; i <= NF; i++) {
		if ($i == "*") {
			for (f in rank)
				may[$1, f] = 1
		} else if ($i in isfolder) {
			if (!($i in rank))
				bad($i " is not above " $1)
			may[$1, $i] = 1
		} else if ($i in islib) {
			lib[$1, $i] = 1
		} else if ($i != "-") {
			bad("there is no folder and no library " $i)
		}
	}
	rank[$1] = FNR
	may[$1, $1] = 1
	next
}
FNR == 1 {
	split(FILENAME, part, "/")
	folder = part[1] == "grammar" ? "lang" : part[2]
	if (!(folder in rank) && !(folder in told)) {
		bad("src/LAYERS has no row for " folder)
		told[folder] = 1
	}
	seen[folder] = 1
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, q, "\"")
	split(q[2], part, "/")
	if (q[2] == "config.h")
		next
	if (part[1] == "grammar") {
		if (folder != "lang")
			bad(folder " may not include grammar")
	} else if (!(part[1] in rank))
		bad("\"" q[2] "\" is in no folder of src; write folder/file")
	else if (!((folder, part[1]) in may))
		bad(folder " may not include " part[1] ", says src/LAYERS")
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	split($0, q, /[<>]/)
	name = q[2]
	sub(/\.h$/, "", name)
	split(name, part, "/")
	if (name in libc || (FILENAME ~ /\.cc$/ && name in libcxx))
		next
	if (!(part[1] in library))
		bad("<" q[2] "> is of no library that src/LAYERS knows")
	else if (!((folder, library[part[1]]) in lib))
		bad(folder " may not use " library[part[1]] ", says src/LAYERS")
}
END { exit failed }
' src/LAYERS $files
for d in src/*/; do
	d=${d%/}
	grep -q "^${d#src/} " src/LAYERS || {
		echo "src/LAYERS has no row for ${d#src/}"
		exit 1
	}
done
