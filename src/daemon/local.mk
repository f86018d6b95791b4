sbin_PROGRAMS += src/daemon/crosswalkd
src_daemon_crosswalkd_SOURCES = \
	src/daemon/config.c src/daemon/config.h src/daemon/config.def \
	src/daemon/door.c src/daemon/door.h \
	src/daemon/main.c \
	src/daemon/upkeep.c src/daemon/upkeep.h
src_daemon_crosswalkd_LDADD = $(LIB_API)
EXTRA_DIST += src/daemon/README.md
