/*
 * Running the parser over a source, and what it needs besides its tables:
 * the token stream with error recovery, and the wording of syntax errors.
 */
#include "lang/parse.h"

#include "config.h"
#include "grammar/parser.h"

/* Of the generated scanner. */
int lang_scan(LANG_YYSTYPE *value, LANG_YYLTYPE *at, void *scanner);
int lang_yylex_init_extra(struct parse *p, void **scanner);
int lang_yylex_destroy(void *scanner);
struct yy_buffer_state *lang_yy_scan_bytes(const char *p, int n,
    void *scanner);

static void
keep_token(struct parse *p, int kind, struct span at)
{
	if (p->ntoken == p->ctoken) {
		size_t cap = p->ctoken ? p->ctoken * 2 : 256;
		struct token *t = arena_array(p->a, cap, sizeof(*t));

		if (p->ntoken)
			memcpy(t, p->tokens, p->ntoken * sizeof(*t));
		p->tokens = t;
		p->ctoken = cap;
	}
	p->tokens[p->ntoken++] = (struct token){ kind, at, 0 };
}

static size_t
skip_blanks(struct str s, size_t i)
{
	for (; i < s.n; i++) {
		const char *eol;

		if (s.p[i] == '#') {
			eol = memchr(s.p + i, '\n', s.n - i);
			if (eol == NULL)
				return s.n;
			i = (size_t)(eol - s.p);
		} else if (strchr(" \t\r\n", s.p[i]) == NULL ||
		    s.p[i] == '\0') {
			break;
		}
	}
	return i;
}

/* Behind the name that a member of a record has at i; i when there is none. */
static size_t
skip_name(struct str s, size_t i)
{
	size_t at = i;
	char c = i < s.n ? s.p[i] : '\0';

	if (s.n - i > 2 && memcmp(s.p + i, "re\"", 3) == 0)
		c = s.p[i += 2];
	if (c == '"' || c == '`') {
		for (i++; i < s.n && s.p[i] != c && s.p[i] != '\n'; i++)
			i += c == '"' && s.p[i] == '\\';
		return i < s.n && s.p[i] == c ? i + 1 : at;
	}
	while (i < s.n && (s.p[i] == '_' || (s.p[i] >= '0' && s.p[i] <= '9') ||
	    ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z')))
		i++;
	return i;
}

/* Whether `{` is a record's: `name:` is behind it, at i. */
static int
opens_record(struct str s, size_t i)
{
	size_t name = skip_blanks(s, i), end = skip_name(s, name);

	i = skip_blanks(s, end);
	return end > name && i < s.n && s.p[i] == ':';
}

/*
 * One token.  Blocks are the outermost braces that are open, so a `}` that
 * leaves as many open as there are blocks closes something inside a
 * statement; one that leaves fewer closes a block.
 */
static int
scan_token(struct parse *p, LANG_YYSTYPE *value, struct span *at)
{
	unsigned depth = p->depth;
	int token = lang_scan(value, at, p->scanner);

	if (token == '}' && (p->depth < p->blocks || depth == 0))
		token = TK_CLOSE;
	if (p->keep && token != 0)
		keep_token(p, token, *at);
	if (token == '{' && opens_record(p->src->text, at->end))
		token = TK_RECORD;
	if (token == ';')
		p->cut = 0;
	p->before = p->last;
	p->last = at->end;
	return token;
}

static int
crosses_line(const struct parse *p, uint32_t from, uint32_t to)
{
	return from < to &&
	    memchr(p->src->text.p + from, '\n', to - from) != NULL;
}

/*
 * After an error the parser looks for `;` or the end of the block.  Braces
 * inside the bad statement are none of that: everything in them is dropped.
 * A brace that closes at the end of a line ends the statement.
 */
static int
recovering(struct parse *p, LANG_YYSTYPE *value, struct span *at)
{
	int token = scan_token(p, value, at);

	while (p->depth > p->blocks && token != 0) {
		uint32_t end;

		while (p->depth > p->blocks && token != 0)
			token = scan_token(p, value, at);
		end = at->end;
		if (token == 0)
			break;
		token = scan_token(p, value, at);
		if (crosses_line(p, end, at->beg) && token != '{' &&
		    token != TK_RECORD) {
			p->held = token;
			p->held_value = value->word;
			p->held_at = *at;
			return ';';
		}
	}
	return token;
}

int
lang_yylex(LANG_YYSTYPE *value, LANG_YYLTYPE *at, struct parse *p)
{
	int token = p->held;

	if (token != 0) {
		p->held = 0;
		value->word = p->held_value;
		*at = p->held_at;
		return token;
	}
	if (p->recover)
		return recovering(p, value, at);
	token = scan_token(p, value, at);
	if (token == 0) {
		at->beg = at->end = p->at;
		at->file = p->src->file;
	}
	return token;
}

/* Symbols are shown as they are written: `;`, `<->`, a name. */
static void
put_symbol(struct buf *b, const char *name)
{
	size_t n = strlen(name);

	if (strcmp(name, "end of file") == 0 || strchr(name, ' ') != NULL)
		buf_puts(b, str_from(name, n));
	else if (name[0] == '\'' && n == 3)
		buf_printf(b, "`%c`", name[1]);
	else
		buf_printf(b, "`%s`", name);
}

void
parse_unexpected(struct parse *p, struct span at, int eof,
    const char *const *want, int n, int semicolon, int operator)
{
	struct buf b = { 0 };
	struct diag *g;

	p->recover = 1;
	if (p->cut)
		return;

	for (int i = 0; i < n; i++) {
		buf_puts(&b, i == 0 ? STR("") : i + 1 < n ? STR(", ") :
		    STR(" or "));
		put_symbol(&b, want[i]);
	}
	if (eof)
		g = diag_at(p->ss, C101, at, "the file ends inside a "
		    "statement or block");
	else
		g = diag_at(p->ss, C101, at, "unexpected `%.*s`",
		    STR_ARG(span_text(p->ss, at)));
	if (semicolon && !eof && (crosses_line(p, p->before, at.beg) ||
	    p->src->text.p[at.beg] == '}')) {
		diag_fix(p->ss, g, "end the statement before it with `;`");
		diag_edit(p->ss, g, (struct span){ p->before, p->before, 0 },
		    STR(";"));
	} else if (semicolon && operator) {
		diag_fix(p->ss, g, "an argument with an operator stands in "
		    "brackets: word(… %.*s …)",
		    STR_ARG(span_text(p->ss, at)));
	} else if (n > 0) {
		diag_label(p->ss, g, "expected %.*s", STR_ARG(buf_str(&b)));
	}
	buf_fini(&b);
}

int
parse_tokens(struct sources *ss, struct source *src, struct parse *p)
{
	size_t before = ss->d->nerror;

	p->ss = ss;
	p->src = src;
	p->a = ss->a;
	if (lang_yylex_init_extra(p, &p->scanner) != 0)
		fatal("out of memory: a scanner");
	lang_yy_scan_bytes(src->text.p, (int)src->text.n, p->scanner);
	if (lang_yyparse(p) != 0 && ss->d->nerror == before)
		fatal("the parser gave up without a finding");
	lang_yylex_destroy(p->scanner);
	buf_fini(&p->text);
	return ss->d->nerror == before ? 0 : -1;
}

int
parse_source(struct sources *ss, struct source *src)
{
	struct parse p = { 0 };

	return parse_tokens(ss, src, &p);
}
