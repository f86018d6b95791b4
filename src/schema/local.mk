noinst_LIBRARIES += src/schema/libschema.a
src_schema_libschema_a_SOURCES = \
	src/schema/check.c src/schema/check.h \
	src/schema/check_apply.c \
	src/schema/check_nested.c \
	src/schema/check_scalar.c \
	src/schema/compile.c src/schema/compile.h \
	src/schema/doc.c src/schema/doc.h \
	src/schema/ecma.c \
	src/schema/files.c \
	src/schema/find.c \
	src/schema/format.c src/schema/format.h \
	src/schema/format_net.c \
	src/schema/format_time.c \
	src/schema/format_uri.c \
	src/schema/keys.c src/schema/keys.h \
	src/schema/keyword.c src/schema/keyword.h src/schema/keywords.def \
	src/schema/meta.c \
	src/schema/node.h \
	src/schema/literal.c src/schema/literal.h \
	src/schema/plan.c src/schema/plan.h \
	src/schema/regex.c src/schema/regex.h \
	src/schema/complain.c src/schema/complain.h \
	src/schema/rules.c \
	src/schema/sample.c src/schema/sample.h src/schema/sampling.h \
	src/schema/sample_pattern.c \
	src/schema/sample_spot.c \
	src/schema/sample_scalar.c \
	src/schema/schema.h \
	src/schema/tape.c src/schema/tape.h \
	src/schema/uri.c src/schema/uri.h \
	src/schema/view.c src/schema/view.h \
	src/schema/view_limits.c \
	src/schema/view_members.c \
	src/schema/viewnode.h \
	src/schema/words.c src/schema/words.h

check_PROGRAMS += tests/unit/schema
TESTS += tests/unit/schema
tests_unit_schema_SOURCES = \
	tests/unit/schema.c tests/unit/schema.h \
	tests/unit/schema_errors.c \
	tests/unit/schema_format.c \
	tests/unit/schema_limits.c \
	tests/unit/schema_load.c \
	tests/unit/schema_plan.c \
	tests/unit/schema_sample.c \
	tests/unit/schema_steady.c \
	tests/unit/schema_suite.c \
	tests/unit/schema_view.c
tests_unit_schema_LDADD = $(LIB_SCHEMA) $(UNIT_LIBS)
tests_unit_schema_LDFLAGS = $(AM_LDFLAGS) \
	$(WRAP_MALLOC)

TESTS += tests/unit/schema_validate.sh
dist_check_SCRIPTS += tests/unit/schema_validate.sh

# Built once more to tell the fuzzer where it goes.
FUZZERS += tests/fuzz/schema_check tests/fuzz/schema_regex
check_LIBRARIES += tests/fuzz/libschema.a
tests_fuzz_libschema_a_SOURCES = $(src_schema_libschema_a_SOURCES)
tests_fuzz_libschema_a_CFLAGS = $(AM_CFLAGS) -fsanitize-coverage=trace-pc
LIB_FUZZ_SCHEMA = tests/fuzz/libschema.a $(LIB_FUZZ) $(PCRE2_LIBS) $(ICU_LIBS)
tests_fuzz_schema_check_SOURCES = $(FUZZ_DRIVER) tests/fuzz/schema_check.c
tests_fuzz_schema_check_LDADD = $(LIB_FUZZ_SCHEMA)
tests_fuzz_schema_regex_SOURCES = $(FUZZ_DRIVER) tests/fuzz/schema_regex.c
tests_fuzz_schema_regex_LDADD = $(LIB_FUZZ_SCHEMA)

EXTRA_PROGRAMS += tests/bench/schema
tests_bench_schema_SOURCES = tests/bench/schema.c
tests_bench_schema_LDADD = $(LIB_SCHEMA)
EXTRA_DIST += src/schema/README.md
