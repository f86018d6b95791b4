# Golden files of the language: NAME.map and what it gives, NAME.expect.
check_PROGRAMS += tests/lang/golden
TESTS += tests/lang/golden
tests_lang_golden_SOURCES = tests/lang/golden.c
tests_lang_golden_LDADD = $(LIB_LANG)
EXTRA_DIST += tests/lang/README.md tests/lang/files tests/lang/laws

dist_check_SCRIPTS += tests/lang/laws.sh tests/lang/new.sh \
	tests/lang/watch.sh
TESTS += tests/lang/laws.sh tests/lang/new.sh tests/lang/watch.sh

# grammar/README.md against grammar/parser.y.
check_PROGRAMS += tests/lang/ebnf
TESTS += tests/lang/ebnf
tests_lang_ebnf_SOURCES = tests/lang/ebnf.c tests/lang/ebnf.h \
	tests/lang/ebnf_grammar.c
tests_lang_ebnf_LDADD = $(LIB_LANG)
