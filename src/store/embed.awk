# Turn numbered .sql files into the C table that migrate.h declares.
# usage: awk -f embed.awk 0001_base.sql 0002_….sql > migrations.c
function esc(s) {
	gsub(/\\/, "\\134", s) # the same in every awk
	gsub(/"/, "\\\"", s)
	gsub(/\t/, "\\t", s)
	return s
}
BEGIN {
	print "/* Made by embed.awk from src/store/migrations. */"
	print "#include \"store/migrate.h\"\n"
	print "const struct migration migrations[] = {"
}
FNR == 1 {
	base = FILENAME
	sub(/.*\//, "", base)
	number = substr(base, 1, 4) + 0
	if (base !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+\.sql$/ ||
	    number != ++expected) {
		print "embed.awk: " FILENAME ": not number " expected \
		    > "/dev/stderr"
		failed = 1
		exit 1
	}
	name = substr(base, 6, length(base) - 9)
	if (expected > 1)
		print "\t},"
	print "\t{ " number ", \"" name "\","
}
{ print "\t    \"" esc($0) "\\n\"" }
END {
	if (!failed) {
		print "\t},\n};\n"
		print "const int nmigrations = " expected ";"
	}
}
