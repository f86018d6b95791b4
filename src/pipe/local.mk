noinst_LIBRARIES += src/pipe/libpipe.a
src_pipe_libpipe_a_SOURCES = \
	src/pipe/frame.c src/pipe/frame.h \
	src/pipe/pipe.c src/pipe/pipe.h
EXTRA_DIST += src/pipe/README.md

check_PROGRAMS += tests/unit/pipe
TESTS += tests/unit/pipe
tests_unit_pipe_SOURCES = tests/unit/pipe.c
tests_unit_pipe_LDADD = $(LIB_PIPE) $(UNIT_LIBS)
