# tests/pipeline

check_PROGRAMS += tests/pipeline/cli_cluster
tests_pipeline_cli_cluster_SOURCES = tests/pipeline/cli_cluster.c
tests_pipeline_cli_cluster_LDADD = $(LIB_STORE)
TESTS += tests/pipeline/cli.sh
dist_check_SCRIPTS += tests/pipeline/cli.sh
