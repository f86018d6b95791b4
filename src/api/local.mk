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
