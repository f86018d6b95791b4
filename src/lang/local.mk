# grammar/local.mk adds the parser and the lexer.
noinst_LIBRARIES += src/lang/liblang.a
src_lang_liblang_a_SOURCES = $(LANG_SOURCES)
LANG_SOURCES = \
	src/lang/around.c \
	src/lang/assign.c \
	src/lang/ast.c src/lang/ast.h \
	src/lang/attr.c \
	src/lang/bind.c \
	src/lang/block.c \
	src/lang/call.c \
	src/lang/choice.c \
	src/lang/clause.c src/lang/clause.h \
	src/lang/codec.c \
	src/lang/codes.c src/lang/codes.def \
	src/lang/compile.c src/lang/compile.h \
	src/lang/complete.c src/lang/complete.h \
	src/lang/conn.c \
	src/lang/connauth.c \
	src/lang/connbudget.c \
	src/lang/conncall.c \
	src/lang/connclass.c \
	src/lang/connfeed.c \
	src/lang/connfield.c \
	src/lang/connhook.c \
	src/lang/connjob.c \
	src/lang/connop.c \
	src/lang/connpart.c \
	src/lang/connresult.c \
	src/lang/cover.c src/lang/cover.h \
	src/lang/declared.c \
	src/lang/describe.c \
	src/lang/diag.c \
	src/lang/docrule.c \
	src/lang/doctext.c \
	src/lang/document.c src/lang/document.h \
	src/lang/each.c \
	src/lang/element.c \
	src/lang/enum.c \
	src/lang/event.c \
	src/lang/expr.c src/lang/expr.h \
	src/lang/fact.c \
	src/lang/finish.c \
	src/lang/fmt.c \
	src/lang/follow.c src/lang/follow.h \
	src/lang/gen.c src/lang/gen.h \
	src/lang/genexpr.c \
	src/lang/graph.c \
	src/lang/identity.c \
	src/lang/hold.c \
	src/lang/lang.h \
	src/lang/keys.c \
	src/lang/late.c \
	src/lang/law.c src/lang/lawrun.h \
	src/lang/lawblock.c \
	src/lang/lawlookup.c \
	src/lang/laws.c src/lang/laws.h \
	src/lang/lawshrink.c \
	src/lang/lawstep.c \
	src/lang/lawtext.c \
	src/lang/layer.c \
	src/lang/length.c \
	src/lang/literal.c \
	src/lang/lookup.c src/lang/lookup.h \
	src/lang/loop.c \
	src/lang/map.c src/lang/map.h \
	src/lang/mapgen.c \
	src/lang/markdown.c src/lang/markdown.h \
	src/lang/mention.c src/lang/mention.h \
	src/lang/offer.c \
	src/lang/own.c \
	src/lang/param.c \
	src/lang/parse.c src/lang/parse.h \
	src/lang/pick.c \
	src/lang/pipe.c \
	src/lang/probe.c \
	src/lang/prove.c src/lang/prove.h \
	src/lang/query.c src/lang/query.h \
	src/lang/required.c \
	src/lang/rest.c \
	src/lang/rules.c \
	src/lang/sig.c \
	src/lang/source.c src/lang/source.h \
	src/lang/template.c \
	src/lang/testrun.c src/lang/testrun.h \
	src/lang/things.c \
	src/lang/tokens.c \
	src/lang/tuple.c \
	src/lang/type.c src/lang/type.h \
	src/lang/unify.c \
	src/lang/valid.c src/lang/valid.h \
	src/lang/values.c \
	src/lang/view.h \
	src/lang/words.def

check_PROGRAMS += tests/unit/lang
TESTS += tests/unit/lang
tests_unit_lang_SOURCES = tests/unit/lang.c tests/unit/lang_builtins.c \
	tests/unit/lang_identity.c tests/unit/lang_laws.c \
	tests/unit/lang_limits.c \
	tests/unit/lang_query.c
tests_unit_lang_LDADD = $(LIB_LANG) $(UNIT_LIBS)
EXTRA_DIST += src/lang/README.md
