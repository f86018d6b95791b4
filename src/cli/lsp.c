/*
 * crosswalk lsp: the loop, and which method is answered where.
 */
#include "cli/lsp.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

static const struct {
	const char *method;
	lsp_request *answer;
} requests[] = {
	{ "textDocument/hover", lsp_hover },
	{ "textDocument/completion", lsp_completion },
	{ "textDocument/definition", lsp_definition },
	{ "textDocument/references", lsp_references },
	{ "textDocument/documentSymbol", lsp_symbols },
	{ "textDocument/semanticTokens/full", lsp_tokens },
	{ "textDocument/formatting", lsp_formatting },
	{ "textDocument/prepareRename", lsp_prepare_rename },
	{ "textDocument/rename", lsp_rename },
	{ "textDocument/codeAction", lsp_code_action },
};

static const struct {
	const char *method;
	void (*take)(struct server *s, const json_t *params);
} notifications[] = {
	{ "textDocument/didOpen", lsp_doc_open },
	{ "textDocument/didChange", lsp_doc_change },
	{ "textDocument/didClose", lsp_doc_close },
	{ "textDocument/didSave", lsp_doc_touch },
	{ "workspace/didChangeWatchedFiles", lsp_doc_touch },
};

/* UTF-16 unless the editor says that it knows bytes. */
static void
negotiate(struct server *s, const json_t *capabilities)
{
	const json_t *encodings = json_object_get(json_object_get(capabilities,
	    "general"), "positionEncodings");
	const json_t *symbol = json_object_get(json_object_get(capabilities,
	    "textDocument"), "documentSymbol");

	s->tree = json_is_true(json_object_get(symbol,
	    "hierarchicalDocumentSymbolSupport"));
	for (size_t i = 0; i < json_array_size(encodings); i++)
		if (str_eq(json_str(json_array_get(encodings, i)),
		    STR("utf-8")))
			s->enc = ENC_UTF8;
}

static json_t *
initialize(struct server *s, const json_t *params)
{
	negotiate(s, json_object_get(params, "capabilities"));
	s->initialized = 1;
	return json_pack("{s:{s:s, s:{s:b, s:i, s:b}, s:b, s:b, s:b, s:b, "
	    "s:b, s:{s:o, s:b}, s:{s:b}, s:{s:[s]}, s:{s:[s,s,s]}}, "
	    "s:{s:s, s:s}}",
	    "capabilities",
	    "positionEncoding", s->enc == ENC_UTF8 ? "utf-8" : "utf-16",
	    "textDocumentSync", "openClose", 1, "change", 2, "save", 1,
	    "hoverProvider", 1,
	    "definitionProvider", 1,
	    "referencesProvider", 1,
	    "documentSymbolProvider", 1,
	    "documentFormattingProvider", 1,
	    "semanticTokensProvider", "legend", lsp_token_legend(), "full", 1,
	    "renameProvider", "prepareProvider", 1,
	    "codeActionProvider", "codeActionKinds", "quickfix",
	    "completionProvider", "triggerCharacters", ".", "\"", "|",
	    "serverInfo", "name", "crosswalk", "version", PACKAGE_VERSION);
}

static void
answer(struct server *s, const json_t *id, struct str method,
    const json_t *params)
{
	json_t *result = NULL;
	struct err e;
	size_t i = 0;

	if (str_eq(method, STR("initialize"))) {
		if (s->initialized)
			rpc_fail(&s->rpc, id, RPC_INVALID,
			    "initialize came before");
		else
			rpc_reply(&s->rpc, id, initialize(s, params));
		return;
	}
	if (!s->initialized) {
		rpc_fail(&s->rpc, id, RPC_NOT_YET, "initialize comes first");
		return;
	}
	if (s->stopping) {
		rpc_fail(&s->rpc, id, RPC_INVALID,
		    "nothing is answered after shutdown");
		return;
	}
	if (str_eq(method, STR("shutdown"))) {
		s->stopping = 1;
		rpc_reply(&s->rpc, id, json_null());
		return;
	}
	while (i < COUNT(requests) && !str_eq(method,
	    str_z(requests[i].method)))
		i++;
	if (i == COUNT(requests)) {
		rpc_fail(&s->rpc, id, RPC_METHOD, "there is no method %.*s",
		    STR_ARG(method));
	} else if (requests[i].answer(s, params, &result, &e) == 0) {
		rpc_reply(&s->rpc, id, result ? result : json_null());
	} else {
		json_decref(result);
		rpc_fail(&s->rpc, id, e.code == ERR_USAGE ? RPC_PARAMS :
		    RPC_FAILED, "%s", e.text);
	}
}

/* 1 when that was the last message. */
static int
message(struct server *s, const json_t *m)
{
	const json_t *id = json_object_get(m, "id");
	const json_t *params = json_object_get(m, "params");
	struct str method = json_str(json_object_get(m, "method"));

	if (method.p == NULL) {
		/* a reply to a request of ours would be one, too */
		if (json_object_get(m, "result") == NULL &&
		    json_object_get(m, "error") == NULL)
			rpc_fail(&s->rpc, NULL, RPC_INVALID,
			    "a message has a method");
		return 0;
	}
	if (id != NULL) {
		if (json_is_string(id) || json_is_integer(id))
			answer(s, id, method, params);
		else
			rpc_fail(&s->rpc, NULL, RPC_INVALID,
			    "an id is a number or a string");
		return 0;
	}
	if (str_eq(method, STR("exit")))
		return 1;
	for (size_t i = 0; i < COUNT(notifications) && s->initialized &&
	    !s->stopping; i++)
		if (str_eq(method, str_z(notifications[i].method)))
			notifications[i].take(s, params);
	/* others, $/cancelRequest too, change nothing: answers are quick */
	return 0;
}

int
cmd_lsp(const struct args *a)
{
	struct server s = { .rpc = { .in = STDIN_FILENO,
		.out = STDOUT_FILENO } };
	json_t *m;
	int last = 0;

	(void)a;
	signal(SIGPIPE, SIG_IGN);
	while (!last && rpc_read(&s.rpc, &m)) {
		last = message(&s, m);
		json_decref(m);
		arena_reset(&s.a);
		if (!last && !rpc_waits(&s.rpc))
			lsp_publish(&s);
	}
	lsp_docs_fini(&s);
	rpc_fini(&s.rpc);
	arena_fini(&s.a);
	return s.stopping ? 0 : 1;
}
