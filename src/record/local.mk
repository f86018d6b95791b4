noinst_LIBRARIES += src/record/librecord.a
src_record_librecord_a_SOURCES = \
	src/record/decimal.h \
	src/record/layout.h \
	src/record/names.c src/record/names.h \
	src/record/scan.c src/record/scan.h \
	src/record/shape.h \
	src/record/span.h \
	src/record/token.c src/record/token.h \
	src/record/utf8.c src/record/utf8.h \
	src/record/value.c src/record/value.h

check_PROGRAMS += tests/unit/record
TESTS += tests/unit/record
tests_unit_record_SOURCES = tests/unit/record.h tests/unit/record_scan.c
tests_unit_record_LDADD = $(LIB_RECORD) $(UNIT_LIBS)
