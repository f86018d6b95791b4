# The front end's generated half; src/lang has the rest of the library.
AM_YFLAGS = -d -Wall -Wno-yacc -Werror=conflicts-sr -Werror=conflicts-rr \
	-Wcounterexamples
BUILT_SOURCES += grammar/parser.h
src_lang_liblang_a_SOURCES += grammar/parser.y grammar/lexer.l
EXTRA_DIST += grammar/README.md grammar/editors

# So that the library alone can be made as well.
src/lang/parse.$(OBJEXT) grammar/lexer.$(OBJEXT): grammar/parser.h
