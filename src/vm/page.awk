# crosswalk-bytecode(7) from opcodes.def:
#	awk -f src/vm/page.awk src/vm/opcodes.def >man/crosswalk-bytecode.7
# tests/unit/vm_page.sh fails where the page is older than the table.

function operands(format) {
	if (format == "A") return "a"
	if (format == "ABC") return "a b c"
	if (format == "WW") return "a b"
	if (format == "AK") return "a k"
	if (format == "AJ") return "a j"
	if (format == "J") return "j"
	return ""
}

BEGIN {
	print ".\\\" Made from src/vm/opcodes.def by src/vm/page.awk."
	print ".Dd November 23, 2026"
	print ".Dt CROSSWALK-BYTECODE 7"
	print ".Os"
	print ".Sh NAME"
	print ".Nm crosswalk-bytecode"
	print ".Nd the instructions that mappings are compiled to"
	print ".Sh DESCRIPTION"
	print ".Xr crosswalk 1"
	print ".Cm compile"
	print "lists the programs of a mapping: one from left to right, one back."
	print "An instruction is one word of 32 bits: the opcode in the low 8 bits,"
	print "then its operands."
	print ".Bl -tag -width \"a b c\" -compact"
	print ".It Ar a b c"
	print "8 bits each: temporaries, or small counts"
	print ".It Ar a b"
	print "12 bits each: any slots of the frame"
	print ".It Ar a k"
	print "8 and 16 bits: a temporary and an index into a table"
	print ".It Ar a j"
	print "8 and 16 bits: a temporary and how far to jump"
	print ".It Ar j"
	print "24 bits: how far to jump"
	print ".El"
	print ".Pp"
	print "A frame holds temporaries"
	print ".Pq Li r0 , r1 , No ... ,"
	print "then the in slots that the reader fills from the source record, then"
	print "the out slots that the target is written from."
	print "Temporaries and out slots begin as absent."
	print ".Pp"
	print "Jumps go forward only, and functions do not call themselves, so every"
	print "program ends; a jump goes to the instruction behind it plus"
	print ".Ar j ."
	print "What has the wrong type raises an error, which names the line of the"
	print "mapping; a handler"
	print ".Pq Sy try"
	print "may go on from there."
	print "Limits of fuel, memory and length are not caught."
	print ".Sh INSTRUCTIONS"
	print "Those marked * can fail with operands of the right types."
	print ".Bl -tag -width Ds"
}

/^\/\* .* \*\/$/ && seen {
	group = $0
	gsub(/^\/\* | \*\/$/, "", group)
}

/^OP\(/ { text = ""; seen = 1; open = 1 }
open {
	line = $0
	sub(/^[ \t]+/, "", line)
	text = text (text == "" ? "" : " ") line
}
open && /\)$/ {
	open = 0
	sub(/^OP\(/, "", text)
	sub(/\)$/, "", text)
	quote = index(text, "\"")
	split(substr(text, 1, quote - 1), word, /, */)
	n = split(text, part, "\"")
	fails = part[5]
	gsub(/[^01]/, "", fails)
	says = part[n - 1]
	args = operands(word[2])
	print ".It Ic " word[1] (args == "" ? "" : " Ar " args) \
	    (fails == "1" ? " No *" : "")
	gsub(/\\/, "\\e", says)
	print says
}

END {
	print ".El"
	print ".Sh SEE ALSO"
	print ".Xr crosswalk 1 ,"
	print ".Xr crosswalk-map 5"
}
