# Shipped: the schemas of both sides, installed under the data directory.
nobase_dist_pkgdata_DATA += \
	schemas/app/contact.json \
	schemas/hubspot/contact.json
EXTRA_DIST += schemas/README.md
