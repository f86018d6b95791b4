noinst_LIBRARIES += src/pipe/libpipe.a
src_pipe_libpipe_a_SOURCES =
