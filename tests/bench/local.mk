# make bench; see README.md.
EXTRA_PROGRAMS += tests/bench/contacts tests/bench/jansson_map tests/bench/map
tests_bench_contacts_SOURCES = tests/bench/contacts.c
tests_bench_jansson_map_SOURCES = tests/bench/jansson_map.c \
	tests/bench/harness.c tests/bench/harness.h
tests_bench_jansson_map_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_bench_jansson_map_LDADD = $(LIB_BASE) $(JANSSON_LIBS)
tests_bench_map_SOURCES = tests/bench/map.c \
	tests/bench/harness.c tests/bench/harness.h
tests_bench_map_CFLAGS = $(AM_CFLAGS)
tests_bench_map_LDADD = $(LIB_LANG)

EXTRA_DIST += tests/bench/README.md tests/bench/e2e.sh tests/bench/run tests/bench/contact.jq
CLEANFILES += $(EXTRA_PROGRAMS)

bench: all tests/bench/contacts tests/bench/jansson_map tests/bench/map \
    tests/pipeline/with_cluster
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	    PG_BINDIR='$(PG_BINDIR)' $(SHELL) '$(top_srcdir)/tests/bench/run'
.PHONY: bench
