noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_SOURCES = \
	src/record/decimal.c src/record/decimal.h \
	src/record/diff.c \
	src/record/emit.c \
	src/record/layout.c src/record/layout.h \
	src/record/names.c src/record/names.h \
	src/record/number.c src/record/number.h \
	src/record/order.c src/record/order.h \
	src/record/plan.h \
	src/record/reader.c \
	src/record/scan.c src/record/scan.h \
	src/record/shape.c src/record/shape.h \
	src/record/span.h \
	src/record/steps.h \
	src/record/token.c src/record/token.h \
	src/record/utf8.c src/record/utf8.h \
	src/record/value.c src/record/value.h \
	src/record/wide.h \
	src/record/write.c src/record/write.h

check_PROGRAMS += tests/unit/record
TESTS += tests/unit/record
tests_unit_record_SOURCES = tests/unit/record.h \
	tests/unit/record_decimal.c \
	tests/unit/record_layout.c \
	tests/unit/record_scan.c \
	tests/unit/record_shape.c \
	tests/unit/record_value.c
tests_unit_record_LDADD = $(LIB_RECORD) $(UNIT_LIBS)

EXTRA_PROGRAMS += tests/bench/record
tests_bench_record_SOURCES = tests/bench/record.c
tests_bench_record_LDADD = $(LIB_RECORD)
