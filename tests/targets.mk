# Targets beyond automake's.  Each of the check-* builds beside this build
# (build-asan beside build), so that both stay warm.
nested = top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' \
	MAKE='$(MAKE)' $(SHELL) '$(top_srcdir)/tests/nested'
EXTRA_DIST += tests/nested tests/README.md

check-asan:
	+$(nested) asan --enable-asan --enable-ubsan
check-ubsan:
	+$(nested) ubsan --enable-ubsan
check-tsan:
	+$(nested) tsan --enable-tsan
check-hostile:
	+$(nested) hostile --enable-hostile --enable-asan --enable-ubsan

# Unit tests alone: the others spend their time in Postgres and shells.
check-valgrind: $(check_PROGRAMS)
	USE_VALGRIND=1 $(MAKE) $(AM_MAKEFLAGS) check-TESTS \
	    TESTS='$(check_PROGRAMS)'

.PHONY: check-asan check-ubsan check-tsan check-hostile check-valgrind

# The main job, end to end.
demo: all tests/pipeline/with_cluster
	+@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    PG_BINDIR='$(PG_BINDIR)' $(SHELL) \
	    '$(top_srcdir)/tests/pipeline/demo.sh'

# Each fuzzer takes how many seconds it may run, and fails with the input:
# 10 in `fuzz`, 60 in `check-fuzz`, FUZZ_SECONDS on the command line in both.
fuzz: FUZZ_SECONDS = 10
check-fuzz: FUZZ_SECONDS = 60
fuzz check-fuzz: $(FUZZERS)
	@for f in $(FUZZERS); do \
	    echo "== $$f"; ./$$f $(FUZZ_SECONDS) || exit 1; done

.PHONY: demo fuzz check-fuzz
