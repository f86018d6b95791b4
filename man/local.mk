dist_man_MANS = man/crosswalk.1 man/crosswalkd.8 man/crosswalkd.conf.5 \
	man/crosswalk-api.7 man/crosswalk-events.7
