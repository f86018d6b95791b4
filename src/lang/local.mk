noinst_LIBRARIES += src/lang/liblang.a
src_lang_liblang_a_SOURCES = \
	src/lang/ast.c src/lang/ast.h \
	src/lang/codes.c src/lang/codes.def \
	src/lang/diag.c \
	src/lang/fmt.c \
	src/lang/lang.h \
	src/lang/parse.c src/lang/parse.h \
	src/lang/source.c src/lang/source.h
