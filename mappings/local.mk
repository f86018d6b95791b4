# Shipped: the mappings, installed under the data directory.
nobase_dist_pkgdata_DATA += \
	mappings/lib/common.map \
	mappings/lib/country.map \
	mappings/hubspot/connector.map \
	mappings/hubspot/contact.map \
	mappings/hubspot/company.map \
	mappings/hubspot/deal.map \
	mappings/salesforce/connector.map \
	mappings/salesforce/contact.map \
	mappings/salesforce/company.map \
	mappings/salesforce/deal.map \
	mappings/zoho/connector.map \
	mappings/zoho/contact.map \
	mappings/zoho/company.map \
	mappings/zoho/deal.map \
	mappings/pipedrive/connector.map \
	mappings/pipedrive/contact.map \
	mappings/pipedrive/company.map \
	mappings/pipedrive/deal.map \
	mappings/dynamics/connector.map \
	mappings/dynamics/contact.map \
	mappings/dynamics/company.map \
	mappings/dynamics/deal.map

# What the connectors send, and make of replies: wire/CRM.json holds cases,
# wire/CRM.expect what comes of them.
check_PROGRAMS += mappings/wire/wire
mappings_wire_wire_SOURCES = mappings/wire/wire.c
mappings_wire_wire_LDADD = $(LIB_CONNECTOR) $(JANSSON_LIBS)

TESTS += tests/lang/mappings.sh
dist_check_SCRIPTS += tests/lang/mappings.sh
EXTRA_DIST += mappings/README.md \
	mappings/samples/contacts.json \
	mappings/samples/companies.json \
	mappings/samples/deals.json \
	mappings/samples/links.json \
	mappings/samples/hubspot/contact.json \
	mappings/samples/hubspot/contact.back.json \
	mappings/samples/hubspot/company.json \
	mappings/samples/hubspot/company.back.json \
	mappings/samples/hubspot/deal.json \
	mappings/samples/hubspot/deal.back.json \
	mappings/samples/salesforce/contact.json \
	mappings/samples/salesforce/contact.back.json \
	mappings/samples/salesforce/company.json \
	mappings/samples/salesforce/company.back.json \
	mappings/samples/salesforce/deal.json \
	mappings/samples/salesforce/deal.back.json \
	mappings/samples/zoho/contact.json \
	mappings/samples/zoho/contact.back.json \
	mappings/samples/zoho/company.json \
	mappings/samples/zoho/company.back.json \
	mappings/samples/zoho/deal.json \
	mappings/samples/zoho/deal.back.json \
	mappings/samples/pipedrive/contact.json \
	mappings/samples/pipedrive/contact.back.json \
	mappings/samples/pipedrive/company.json \
	mappings/samples/pipedrive/company.back.json \
	mappings/samples/pipedrive/deal.json \
	mappings/samples/pipedrive/deal.back.json \
	mappings/samples/dynamics/contact.json \
	mappings/samples/dynamics/contact.back.json \
	mappings/samples/dynamics/company.json \
	mappings/samples/dynamics/company.back.json \
	mappings/samples/dynamics/deal.json \
	mappings/samples/dynamics/deal.back.json \
	mappings/wire/hubspot.json \
	mappings/wire/hubspot.expect \
	mappings/wire/salesforce.json \
	mappings/wire/salesforce.expect \
	mappings/wire/zoho.json \
	mappings/wire/zoho.expect \
	mappings/wire/pipedrive.json \
	mappings/wire/pipedrive.expect \
	mappings/wire/dynamics.json \
	mappings/wire/dynamics.expect
