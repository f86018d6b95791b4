noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES = \
	src/cli/args.c src/cli/cli.h \
	src/cli/capture.c \
	src/cli/check.c \
	src/cli/command.c src/cli/commands.def \
	src/cli/connection.c \
	src/cli/coverage.c src/cli/coverage.h \
	src/cli/control.c \
	src/cli/dev.c \
	src/cli/dlq.c \
	src/cli/doc.c \
	src/cli/draft.c src/cli/draft.h \
	src/cli/explain.c \
	src/cli/fields.c src/cli/fields.h \
	src/cli/stored_fields.c src/cli/stored_fields.h \
	src/cli/fmt.c \
	src/cli/history.c \
	src/cli/io.c \
	src/cli/keys.c src/cli/keys.h \
	src/cli/event.c src/cli/event.h \
	src/cli/known.c src/cli/known.h \
	src/cli/leaf.c src/cli/leaf.h \
	src/cli/likeness.c src/cli/likeness.h \
	src/cli/lines.c src/cli/lines.h \
	src/cli/list.c \
	src/cli/lookup.c \
	src/cli/lsp.c src/cli/lsp.h \
	src/cli/lsp_change.c \
	src/cli/lsp_doc.c \
	src/cli/lsp_feature.c \
	src/cli/lsp_rpc.c \
	src/cli/lsp_text.c \
	src/cli/lsp_tokens.c \
	src/cli/mapping.c src/cli/mapping.h \
	src/cli/new.c \
	src/cli/object.c src/cli/object.h \
	src/cli/options.c src/cli/options.h \
	src/cli/progress.c src/cli/progress.h \
	src/cli/publish.c src/cli/publish.h \
	src/cli/run.c \
	src/cli/sandbox.c \
	src/cli/scaffold.c src/cli/scaffold.h \
	src/cli/session.c src/cli/session.h \
	src/cli/shadow.c src/cli/shadow.h src/cli/shadow_report.c \
	src/cli/sheet.c src/cli/sheet.h \
	src/cli/status.c \
	src/cli/test.c \
	src/cli/threeway.c src/cli/threeway.h \
	src/cli/trace.c src/cli/trace.h \
	src/cli/unknown.c src/cli/unknown.h \
	src/cli/verdict.c src/cli/verdict.h \
	src/cli/validate.c \
	src/cli/watch.c src/cli/watch.h \
	src/cli/webhook.c
EXTRA_DIST += src/cli/README.md

bin_PROGRAMS += crosswalk
crosswalk_SOURCES = src/cli/main.c
crosswalk_LDADD = src/cli/libcli.a src/sandbox/libsandbox.a $(MHD_LIBS) \
	$(LIB_STAGE)

check_PROGRAMS += tests/unit/cli
TESTS += tests/unit/cli
tests_unit_cli_SOURCES = tests/unit/cli.c
tests_unit_cli_LDADD = src/cli/libcli.a $(LIB_BASE) $(UNIT_LIBS)

dist_check_SCRIPTS += tests/unit/doc.sh tests/unit/explain.sh \
	tests/unit/webhook.sh
TESTS += tests/unit/doc.sh tests/unit/explain.sh tests/unit/webhook.sh
EXTRA_DIST += tests/unit/command.sh

bashcompdir = $(datadir)/bash-completion/completions
dist_bashcomp_DATA = src/cli/crosswalk.bash
