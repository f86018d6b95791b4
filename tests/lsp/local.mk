# The language server over its pipes; see README.md.
check_PROGRAMS += tests/lsp/client
tests_lsp_client_SOURCES = tests/lsp/client.c
tests_lsp_client_LDADD = $(LIB_BASE) $(JANSSON_LIBS)
TESTS += tests/lsp/run.sh
dist_check_SCRIPTS += tests/lsp/run.sh
EXTRA_DIST += tests/lsp/README.md tests/lsp/bytes.lsp tests/lsp/edges.lsp \
	tests/lsp/session.lsp
