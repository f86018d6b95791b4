noinst_LIBRARIES += src/journal/libjournal.a
src_journal_libjournal_a_SOURCES =
