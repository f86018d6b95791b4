noinst_LIBRARIES += src/stage/libstage.a
src_stage_libstage_a_SOURCES =
