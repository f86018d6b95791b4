noinst_LIBRARIES += src/http/libhttp.a
src_http_libhttp_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
src_http_libhttp_a_SOURCES = \
	src/http/call.c \
	src/http/http.c src/http/http.h \
	src/http/slot.c src/http/slot.h

EXTRA_DIST += src/http/README.md

check_PROGRAMS += tests/unit/http
TESTS += tests/unit/http
tests_unit_http_SOURCES = tests/unit/http.c tests/unit/http_raw.c \
	tests/unit/sandbox_net.h
tests_unit_http_LDADD = $(LIB_SANDBOX) $(LIB_HTTP) $(UNIT_LIBS)
