noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_SOURCES = \
	src/record/calendar.c src/record/calendar.h \
	src/record/decimal.c src/record/decimal.h \
	src/record/diff.c \
	src/record/edit.c src/record/edit.h \
	src/record/emit.c \
	src/record/layout.c src/record/layout.h \
	src/record/names.c src/record/names.h \
	src/record/number.c src/record/number.h \
	src/record/order.c src/record/order.h \
	src/record/patch.c \
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

# Without vector instructions: what other machines run, tested on this one.
check_LIBRARIES = src/record/librecord_scalar.a
src_record_librecord_scalar_a_SOURCES = $(src_record_librecord_a_SOURCES)
src_record_librecord_scalar_a_CPPFLAGS = $(AM_CPPFLAGS) -DRECORD_SCALAR
LIB_RECORD_SCALAR = src/record/librecord_scalar.a $(LIB_BASE)

check_PROGRAMS += tests/unit/record tests/unit/record_scalar
TESTS += tests/unit/record tests/unit/record_scalar
tests_unit_record_SOURCES = tests/unit/record.h \
	tests/unit/record_decimal.c \
	tests/unit/record_layout.c \
	tests/unit/record_scan.c \
	tests/unit/record_shape.c \
	tests/unit/record_span.c \
	tests/unit/record_steady.c \
	tests/unit/record_value.c
tests_unit_record_LDADD = $(LIB_RECORD) $(UNIT_LIBS)
tests_unit_record_LDFLAGS = $(AM_LDFLAGS) $(WRAP_MALLOC)
tests_unit_record_scalar_SOURCES = $(tests_unit_record_SOURCES)
tests_unit_record_scalar_LDADD = $(LIB_RECORD_SCALAR) $(UNIT_LIBS)
tests_unit_record_scalar_LDFLAGS = $(AM_LDFLAGS) $(WRAP_MALLOC)
# record_steady.c counts what the library asks for
WRAP_MALLOC = -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc

EXTRA_DIST += src/record/README.md
EXTRA_PROGRAMS += tests/bench/record
tests_bench_record_SOURCES = tests/bench/record.c
tests_bench_record_LDADD = $(LIB_RECORD)
