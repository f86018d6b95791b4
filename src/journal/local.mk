noinst_LIBRARIES += src/journal/libjournal.a
src_journal_libjournal_a_SOURCES = \
	src/journal/journal.h \
	src/journal/pg.c \
	src/journal/recent.c
EXTRA_DIST += src/journal/README.md

check_PROGRAMS += tests/unit/journal
TESTS += tests/unit/journal
tests_unit_journal_SOURCES = tests/unit/journal.c \
	tests/unit/cluster_main.c tests/unit/cluster_main.h
tests_unit_journal_LDADD = $(LIB_JOURNAL) $(UNIT_LIBS)
