noinst_LIBRARIES += src/api/libapi.a
src_api_libapi_a_SOURCES = \
	src/api/api.c src/api/api.h \
	src/api/commit.c src/api/commit.h \
	src/api/directory.c src/api/directory.h \
	src/api/door.c \
	src/api/events.c src/api/events.h \
	src/api/http.c \
	src/api/problem.c src/api/problem.h \
	src/api/route.c \
	src/api/server.h
EXTRA_DIST += src/api/README.md

check_PROGRAMS += tests/unit/api
TESTS += tests/unit/api
tests_unit_api_SOURCES = tests/unit/api.c tests/unit/api_http.c \
	tests/unit/api_load.c tests/unit/api_net.c tests/unit/api_net.h \
	tests/unit/cluster_main.c tests/unit/cluster_main.h
API_TEST_LIBS = src/api/libapi.a src/journal/libjournal.a \
	src/store/libstore.a $(LIB_SCHEMA) $(LIB_HTTP) $(MHD_LIBS) \
	$(LIBPQ_LIBS) $(SODIUM_LIBS)
tests_unit_api_LDADD = $(API_TEST_LIBS) $(UNIT_LIBS)

# make bench-api
EXTRA_PROGRAMS += tests/bench/api
tests_bench_api_SOURCES = tests/bench/api.c
tests_bench_api_LDADD = $(API_TEST_LIBS)
bench-api: tests/bench/api tests/bench/contacts
	tests/bench/contacts 20000 > tests/bench/api.in
	tests/bench/api tests/bench/api.in \
	    '$(top_srcdir)/schemas/app/contact.json'
	rm -f tests/bench/api.in
.PHONY: bench-api
CLEANFILES += tests/bench/api.in
