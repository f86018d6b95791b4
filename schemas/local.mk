# Shipped: the schemas of both sides, installed under the data directory.
nobase_dist_pkgdata_DATA += \
	schemas/app/contact.json \
	schemas/app/company.json \
	schemas/app/deal.json \
	schemas/hubspot/contact.json \
	schemas/hubspot/company.json \
	schemas/hubspot/deal.json \
	schemas/salesforce/contact.json \
	schemas/salesforce/company.json \
	schemas/salesforce/deal.json \
	schemas/zoho/contact.json \
	schemas/zoho/company.json \
	schemas/zoho/deal.json \
	schemas/pipedrive/contact.json \
	schemas/pipedrive/company.json \
	schemas/pipedrive/deal.json \
	schemas/dynamics/contact.json \
	schemas/dynamics/company.json \
	schemas/dynamics/deal.json
EXTRA_DIST += schemas/README.md
