# A Criterion program per folder of src/; each folder's local.mk says which.
dist_check_SCRIPTS += tests/unit/wrap

check_PROGRAMS += tests/unit/base
TESTS += tests/unit/base
tests_unit_base_SOURCES = tests/unit/base.c
tests_unit_base_LDADD = $(LIB_BASE) $(UNIT_LIBS)
