noinst_LIBRARIES += src/stage/libstage.a
src_stage_libstage_a_SOURCES = \
	src/stage/account.c \
	src/stage/catalog.c src/stage/catalog.h \
	src/stage/compiled.c src/stage/compiled.h \
	src/stage/fetch.c src/stage/fetch.h \
	src/stage/call.c src/stage/call.h \
	src/stage/channel.c src/stage/channel.h \
	src/stage/delivery.c src/stage/delivery.h \
	src/stage/engine.c src/stage/engine.h \
	src/stage/found.c src/stage/found.h \
	src/stage/ingest.c src/stage/ingest.h \
	src/stage/item.c src/stage/item.h \
	src/stage/judge.c \
	src/stage/lanes.c src/stage/lanes.h \
	src/stage/metrics.c src/stage/metrics.h src/stage/metrics.def \
	src/stage/resolve.c src/stage/resolve.h \
	src/stage/work.c src/stage/work.h
EXTRA_DIST += src/stage/README.md

check_PROGRAMS += tests/unit/stage
TESTS += tests/unit/stage
tests_unit_stage_SOURCES = tests/unit/stage.c tests/unit/stage_engine.c \
	tests/unit/stage_lookup.c \
	tests/unit/stage_unknown.c
tests_unit_stage_LDADD = $(LIB_STAGE) $(UNIT_LIBS)
