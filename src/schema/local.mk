noinst_LIBRARIES += src/schema/libschema.a
src_schema_libschema_a_SOURCES =
