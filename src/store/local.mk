noinst_LIBRARIES += src/store/libstore.a
src_store_libstore_a_SOURCES = \
	src/store/active.c \
	src/store/attach.c src/store/attach.h \
	src/store/budget.c src/store/budget.h \
	src/store/catalogue.c src/store/catalogue.h \
	src/store/cluster.c src/store/cluster.h \
	src/store/columns.h \
	src/store/control.c src/store/control.h \
	src/store/db.c src/store/db.h src/store/db_value.c \
	src/store/decision.c \
	src/store/dlq.c src/store/dlq.h \
	src/store/intent.c src/store/intent.h \
	src/store/link.c src/store/link.h \
	src/store/lookup.c src/store/lookup.h \
	src/store/mapping.c src/store/mapping.h \
	src/store/migrate.c src/store/migrate.h \
	src/store/outcome.c src/store/outcome.h \
	src/store/secret.c src/store/secret.h \
	src/store/status.c src/store/status.h
nodist_src_store_libstore_a_SOURCES = src/store/migrations.c
src_store_libstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(LIBPQ_CFLAGS) $(SODIUM_CFLAGS)

store_migrations = \
	src/store/migrations/0001_base.sql \
	src/store/migrations/0002_capture.sql \
	src/store/migrations/0003_params.sql \
	src/store/migrations/0004_lookup.sql \
	src/store/migrations/0005_tries.sql \
	src/store/migrations/0006_catalogue.sql \
	src/store/migrations/0007_budget.sql \
	src/store/migrations/0008_version.sql \
	src/store/migrations/0009_language.sql
EXTRA_DIST += $(store_migrations) src/store/embed.awk src/store/README.md
CLEANFILES += src/store/migrations.c
BUILT_SOURCES += src/store/migrations.c

src/store/migrations.c: $(store_migrations) src/store/embed.awk
	$(AM_V_GEN)$(MKDIR_P) src/store && \
	(cd $(srcdir) && $(AWK) -f src/store/embed.awk $(store_migrations)) \
	    > $@.tmp && mv $@.tmp $@

check_PROGRAMS += tests/unit/store
TESTS += tests/unit/store
tests_unit_store_SOURCES = tests/unit/store.c \
	tests/unit/store_attach.c tests/unit/store_control.c \
	tests/unit/store_catalogue.c \
	tests/unit/store_lookup.c \
	tests/unit/store_records.c \
	tests/unit/cluster_main.c tests/unit/cluster_main.h
tests_unit_store_LDADD = $(LIB_STORE) $(UNIT_LIBS)

EXTRA_PROGRAMS += tests/bench/store
tests_bench_store_SOURCES = tests/bench/store.c
tests_bench_store_LDADD = $(LIB_JOURNAL)

check_PROGRAMS += tests/pipeline/with_cluster
tests_pipeline_with_cluster_SOURCES = tests/pipeline/with_cluster.c
tests_pipeline_with_cluster_LDADD = $(LIB_STORE)
