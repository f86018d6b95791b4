# Shipped: the mappings, installed under the data directory.
nobase_dist_pkgdata_DATA += \
	mappings/lib/common.map \
	mappings/hubspot/connector.map \
	mappings/hubspot/contact.map
EXTRA_DIST += mappings/README.md
