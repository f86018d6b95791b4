# Shipped: the mappings, installed under the data directory.
nobase_dist_pkgdata_DATA += \
	mappings/lib/common.map \
	mappings/lib/country.map \
	mappings/hubspot/connector.map \
	mappings/hubspot/contact.map \
	mappings/hubspot/company.map \
	mappings/hubspot/deal.map \
	mappings/salesforce/contact.map \
	mappings/salesforce/company.map \
	mappings/salesforce/deal.map \
	mappings/zoho/contact.map \
	mappings/zoho/company.map \
	mappings/zoho/deal.map \
	mappings/pipedrive/contact.map \
	mappings/pipedrive/company.map \
	mappings/pipedrive/deal.map \
	mappings/dynamics/contact.map \
	mappings/dynamics/company.map \
	mappings/dynamics/deal.map
EXTRA_DIST += mappings/README.md
