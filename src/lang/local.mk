noinst_LIBRARIES += src/lang/liblang.a
src_lang_liblang_a_SOURCES =
