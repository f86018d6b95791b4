# The manual.  crosswalk-map(5) holds tables of the program: man/tables puts
# them in, from the same .def files.
dist_man_MANS = man/crosswalk.1 man/crosswalkd.8 man/crosswalkd.conf.5 \
	man/crosswalk-api.7 man/crosswalk-bytecode.7 man/crosswalk-events.7
nodist_man_MANS = man/crosswalk-map.5
EXTRA_DIST += man/crosswalk-map.5.in man/README.md
CLEANFILES += man/crosswalk-map.5

noinst_PROGRAMS += man/tables
man_tables_SOURCES = man/tables.c src/vm/builtins.def src/lang/codes.def

man/crosswalk-map.5: man/crosswalk-map.5.in man/tables$(EXEEXT)
	$(AM_V_GEN)man/tables$(EXEEXT) <$(srcdir)/man/crosswalk-map.5.in \
	    >$@.tmp && mv $@.tmp $@
