noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h \
	src/base/clock.c src/base/clock.h \
	src/base/err.c src/base/err.h \
	src/base/log.c src/base/log.h \
	src/base/path.c src/base/path.h \
	src/base/shown.h \
	src/base/size.h \
	src/base/str.c src/base/str.h \
	src/base/table.c src/base/table.h
EXTRA_DIST += src/base/README.md
