# tests/pipeline

TESTS += tests/pipeline/cli.sh tests/pipeline/cli_run.sh
dist_check_SCRIPTS += tests/pipeline/cli.sh tests/pipeline/cli_run.sh

# Real Postgres, real sandbox, real daemon; lib.sh starts and compares them.
EXTRA_DIST += tests/pipeline/lib.sh tests/pipeline/contact.sql
pipeline_tests = tests/pipeline/account.sh \
	tests/pipeline/batches.sh tests/pipeline/calls.sh tests/pipeline/demo.sh \
	tests/pipeline/faults.sh \
	tests/pipeline/find.sh \
	tests/pipeline/door.sh tests/pipeline/fields.sh tests/pipeline/kill.sh \
	tests/pipeline/list.sh \
	tests/pipeline/jobs.sh tests/pipeline/params.sh \
	tests/pipeline/quota.sh tests/pipeline/reload.sh \
	tests/pipeline/shadow.sh \
	tests/pipeline/stages.sh tests/pipeline/tries.sh \
	tests/pipeline/xref.sh
TESTS += $(pipeline_tests)
dist_check_SCRIPTS += $(pipeline_tests)
EXTRA_DIST += tests/pipeline/README.md tests/unit/README.md
