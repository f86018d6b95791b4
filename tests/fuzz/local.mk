# Fuzzers: a program each, tests/fuzz/NAME.c with tests/fuzz/driver.c, and a
# corpus in tests/fuzz/corpus/NAME.  `make check` replays the corpora; `make
# fuzz` (tests/targets.mk) mutates them, guided by the coverage of what is
# built into libfuzz.a.
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/corpus

FUZZERS += \
	tests/fuzz/lang_diff \
	tests/fuzz/lang_map \
	tests/fuzz/lang_map-query \
	tests/fuzz/lang_parse \
	tests/fuzz/record_layout \
	tests/fuzz/record_number \
	tests/fuzz/record_reader \
	tests/fuzz/record_scan \
	tests/fuzz/record_scan-scalar

check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
check_LIBRARIES += tests/fuzz/libfuzz.a

# The code that is fuzzed, built once more to tell the driver where it goes.
tests_fuzz_libfuzz_a_SOURCES = \
	$(LANG_SOURCES) grammar/parser.y grammar/lexer.l \
	$(src_record_librecord_a_SOURCES) \
	$(src_base_libbase_a_SOURCES)
tests_fuzz_libfuzz_a_CFLAGS = $(AM_CFLAGS) -fsanitize-coverage=trace-pc

FUZZ_DRIVER = tests/fuzz/driver.c tests/fuzz/fuzz.h
LIB_FUZZ = tests/fuzz/libfuzz.a

tests_fuzz_lang_diff_SOURCES = $(FUZZ_DRIVER) tests/fuzz/lang_diff.c \
	tests/fuzz/oracle.h tests/fuzz/oracle_gen.h \
	tests/fuzz/oracle_rule.h \
	tests/fuzz/oracle_apply.c \
	tests/fuzz/oracle_call.c tests/fuzz/oracle_eval.c \
	tests/fuzz/oracle_each.c \
	tests/fuzz/oracle_expr.c tests/fuzz/oracle_gen.c \
	tests/fuzz/oracle_list.c tests/fuzz/oracle_map.c \
	tests/fuzz/oracle_num.c tests/fuzz/oracle_out.c \
	tests/fuzz/oracle_pick.c \
	tests/fuzz/oracle_read.c tests/fuzz/oracle_record.c \
	tests/fuzz/oracle_rule.c tests/fuzz/oracle_schema.c \
	tests/fuzz/oracle_things.c \
	tests/fuzz/oracle_value.c
tests_fuzz_lang_diff_LDADD = $(LIB_FUZZ) $(LIB_LANG)
FUZZ_MAP = $(FUZZ_DRIVER) tests/fuzz/fuzz_map.c tests/fuzz/fuzz_map.h
tests_fuzz_lang_map_SOURCES = $(FUZZ_MAP) tests/fuzz/lang_map.c
tests_fuzz_lang_map_LDADD = $(LIB_FUZZ) $(LIB_LANG)
tests_fuzz_lang_parse_SOURCES = $(FUZZ_DRIVER) tests/fuzz/lang_parse.c
tests_fuzz_lang_parse_LDADD = $(LIB_FUZZ) $(LIB_LANG)
# What an editor asks, on the same corpus.
tests_fuzz_lang_map_query_SOURCES = $(FUZZ_MAP) tests/fuzz/lang_query.c
tests_fuzz_lang_map_query_LDADD = $(LIB_FUZZ) $(LIB_LANG)
tests_fuzz_record_layout_SOURCES = \
	$(FUZZ_DRIVER) tests/fuzz/record_json.h tests/fuzz/record_layout.c
tests_fuzz_record_layout_LDADD = $(LIB_FUZZ)
tests_fuzz_record_number_SOURCES = \
	$(FUZZ_DRIVER) tests/fuzz/record_number.c
tests_fuzz_record_number_LDADD = $(LIB_FUZZ)
tests_fuzz_record_reader_SOURCES = \
	$(FUZZ_DRIVER) tests/fuzz/record_json.h tests/fuzz/record_reader.c
tests_fuzz_record_reader_LDADD = $(LIB_FUZZ)
tests_fuzz_record_scan_SOURCES = \
	$(FUZZ_DRIVER) tests/fuzz/record_json.h tests/fuzz/record_scan.c
tests_fuzz_record_scan_LDADD = $(LIB_FUZZ) $(JANSSON_LIBS)
# The same without vector instructions, on the same corpus.
tests_fuzz_record_scan_scalar_SOURCES = $(tests_fuzz_record_scan_SOURCES)
tests_fuzz_record_scan_scalar_LDADD = $(LIB_RECORD_SCALAR) $(JANSSON_LIBS)
