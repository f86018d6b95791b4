# awk -f like.awk WANT HAVE: does HAVE look like WANT?  A line `...` of WANT is
# any lines, `...` within a line is any text.  Exits 0 or 1.
NR == FNR { want[++n] = $0; next }
{ have[++m] = $0 }

function same(w, h) {
	if (index(w, "...") == 0)
		return w == h
	gsub(/[][\\.*^$+?(){}|]/, "\\\\&", w)
	gsub(/\\\.\\\.\\\./, ".*", w)
	return h ~ ("^" w "$")
}

function fits(i, j) {
	for (; i <= n; i++) {
		if (want[i] == "...") {
			for (; j <= m + 1; j++)
				if (fits(i + 1, j))
					return 1
			return 0
		}
		if (j > m || !same(want[i], have[j++]))
			return 0
	}
	return j > m
}

END { exit !fits(1, 1) }
