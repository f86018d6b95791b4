noinst_LIBRARIES += src/sandbox/libsandbox.a
src_sandbox_libsandbox_a_CFLAGS = $(AM_CFLAGS) $(MHD_CFLAGS) $(JANSSON_CFLAGS)
src_sandbox_libsandbox_a_SOURCES = \
	src/sandbox/admin.c \
	src/sandbox/associate.c \
	src/sandbox/auth.c src/sandbox/auth.h \
	src/sandbox/batch.c \
	src/sandbox/catalogue.c \
	src/sandbox/fault.c src/sandbox/fault.h \
	src/sandbox/gzip.c src/sandbox/gzip.h \
	src/sandbox/ingest.c \
	src/sandbox/json.c src/sandbox/json.h \
	src/sandbox/object.c \
	src/sandbox/parts.c \
	src/sandbox/plain.c \
	src/sandbox/route.c \
	src/sandbox/sandbox.h \
	src/sandbox/search.c \
	src/sandbox/server.c \
	src/sandbox/sim.h \
	src/sandbox/state.c \
	src/sandbox/stats.c src/sandbox/stats.h \
	src/sandbox/store.c src/sandbox/store.h \
	src/sandbox/value.c \
	src/sandbox/write.c src/sandbox/write.h

EXTRA_DIST += src/sandbox/README.md

check_PROGRAMS += tests/unit/sandbox
TESTS += tests/unit/sandbox
tests_unit_sandbox_SOURCES = \
	tests/unit/sandbox.c tests/unit/sandbox_net.h \
	tests/unit/sandbox_faults.c \
	tests/unit/sandbox_run.c \
	tests/unit/sandbox_values.c
# It starts the command.
EXTRA_tests_unit_sandbox_DEPENDENCIES = crosswalk
tests_unit_sandbox_LDADD = $(LIB_SANDBOX) $(LIB_HTTP) $(UNIT_LIBS)

EXTRA_PROGRAMS += tests/bench/sandbox
tests_bench_sandbox_SOURCES = tests/bench/sandbox.c
tests_bench_sandbox_LDADD = $(LIB_SANDBOX) $(LIB_HTTP)
