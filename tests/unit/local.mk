# A Criterion program per folder of src/; each folder's local.mk says which.
dist_check_SCRIPTS += tests/unit/wrap

if TSAN
check_LIBRARIES += tests/unit/plain/libplain.a
endif
tests_unit_plain_libplain_a_SOURCES = tests/unit/plain/main.c \
	tests/unit/plain/plain.c \
	tests/unit/plain/criterion/criterion.h \
	tests/unit/plain/criterion/redirect.h
EXTRA_DIST += tests/unit/plain/README.md

check_PROGRAMS += tests/unit/base
TESTS += tests/unit/base
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_base_LDADD = $(LIB_BASE) $(UNIT_LIBS)
