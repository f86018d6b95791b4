# Tests that read the sources; see README.md.
lint_tests = tests/lint/completion.sh tests/lint/docs.sh \
	tests/lint/editors.sh \
	tests/lint/examples.sh tests/lint/layers.sh tests/lint/man.sh \
	tests/lint/self.sh tests/lint/style.sh
EXTRA_DIST += tests/lint/README.md
dist_check_SCRIPTS += $(lint_tests)
TESTS += $(lint_tests)

EXTRA_DIST += tests/lint/like.awk
