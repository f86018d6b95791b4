noinst_LIBRARIES += src/connector/libconnector.a
src_connector_libconnector_a_SOURCES = \
	src/connector/auth.c src/connector/auth.h \
	src/connector/breaker.c src/connector/breaker.h \
	src/connector/budget.c src/connector/budget.h \
	src/connector/claim.c \
	src/connector/connector.h \
	src/connector/cost.c \
	src/connector/csv.c src/connector/csv.h \
	src/connector/eval.c src/connector/eval.h \
	src/connector/feed.c src/connector/feed.h \
	src/connector/feeding.h \
	src/connector/fields.c src/connector/fields.h \
	src/connector/grant.c src/connector/grant.h \
	src/connector/headers.c \
	src/connector/hook.c src/connector/hook.h \
	src/connector/jwt.c src/connector/jwt.h \
	src/connector/keep.c src/connector/keep.h \
	src/connector/job.c src/connector/job.h \
	src/connector/multipart.c src/connector/multipart.h \
	src/connector/order.c \
	src/connector/outcome.c \
	src/connector/page.c \
	src/connector/position.c src/connector/position.h \
	src/connector/reply.c src/connector/reply.h \
	src/connector/request.c \
	src/connector/results.c \
	src/connector/retry.c src/connector/retry.h \
	src/connector/seen.c src/connector/seen.h \
	src/connector/spent.h \
	src/connector/url.c src/connector/url.h \
	src/connector/watermark.c src/connector/watermark.h
src_connector_libconnector_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
EXTRA_DIST += src/connector/README.md

check_PROGRAMS += tests/unit/connector_fields
TESTS += tests/unit/connector_fields
tests_unit_connector_fields_SOURCES = tests/unit/connector_fields.c \
	tests/unit/connector_rig.h
tests_unit_connector_fields_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_limits
TESTS += tests/unit/connector_limits
tests_unit_connector_limits_SOURCES = tests/unit/connector_limits.c
tests_unit_connector_limits_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_reply
TESTS += tests/unit/connector_reply
tests_unit_connector_reply_SOURCES = tests/unit/connector_reply.c \
	tests/unit/connector_csv.c tests/unit/connector_multipart.c \
	tests/unit/connector_rig.h
tests_unit_connector_reply_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_auth
TESTS += tests/unit/connector_auth
tests_unit_connector_auth_SOURCES = tests/unit/connector_auth.c \
	tests/unit/connector_rig.h
tests_unit_connector_auth_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_sandbox
TESTS += tests/unit/connector_sandbox
tests_unit_connector_sandbox_SOURCES = tests/unit/connector_sandbox.c \
	tests/unit/connector_rig.h
tests_unit_connector_sandbox_LDADD = $(LIB_CONNECTOR) $(LIB_SANDBOX) \
	$(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_feed
TESTS += tests/unit/connector_feed
tests_unit_connector_feed_SOURCES = tests/unit/connector_feed.c \
	tests/unit/connector_rig.h
tests_unit_connector_feed_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)

check_PROGRAMS += tests/unit/connector_costs
TESTS += tests/unit/connector_costs
tests_unit_connector_costs_SOURCES = tests/unit/connector_costs.c \
	tests/unit/connector_rig.h
tests_unit_connector_costs_LDADD = $(LIB_CONNECTOR) $(UNIT_LIBS)
