/*
 * The metaschemas of draft 2020-12, as published (json-schema.org), so that a
 * $ref or a $schema that names one needs no file and no network.
 */
#include "schema/doc.h"

#define URI "https://json-schema.org/draft/2020-12/"
#define HEAD(file)                                                        \
	"{\"$schema\":\"" URI "schema\",\"$id\":\"" URI file "\","        \
	"\"$dynamicAnchor\":\"meta\","
#define PART(name)                                                        \
	HEAD("meta/" name)                                                \
	"\"$vocabulary\":{\"" URI "vocab/" name "\":true},"
#define TYPE "\"type\":[\"object\",\"boolean\"],"
#define REF(file) "{\"$ref\":\"" file "\"}"
#define META "{\"$dynamicRef\":\"#meta\"}"
#define TEXT "{\"type\":\"string\"}"
#define FLAG "{\"type\":\"boolean\",\"default\":false}"
#define MAP "{\"type\":\"object\",\"additionalProperties\":" META ","     \
	"\"default\":{}}"

static const struct {
	struct str uri;
	const char *text;
} metas[] = {
	{ STR(URI "schema"),
	    HEAD("schema")
	    "\"$vocabulary\":{"
	    "\"" URI "vocab/core\":true,"
	    "\"" URI "vocab/applicator\":true,"
	    "\"" URI "vocab/unevaluated\":true,"
	    "\"" URI "vocab/validation\":true,"
	    "\"" URI "vocab/meta-data\":true,"
	    "\"" URI "vocab/format-annotation\":true,"
	    "\"" URI "vocab/content\":true},"
	    "\"title\":\"Core and Validation specifications meta-schema\","
	    "\"allOf\":["
	    REF("meta/core") "," REF("meta/applicator") ","
	    REF("meta/unevaluated") "," REF("meta/validation") ","
	    REF("meta/meta-data") "," REF("meta/format-annotation") ","
	    REF("meta/content") "],"
	    TYPE
	    "\"$comment\":\"This meta-schema also defines keywords that "
	    "have appeared in previous drafts in order to prevent "
	    "incompatible extensions as they remain in common use.\","
	    "\"properties\":{"
	    "\"definitions\":{"
	    "\"$comment\":\"\\\"definitions\\\" has been replaced by "
	    "\\\"$defs\\\".\","
	    "\"type\":\"object\",\"additionalProperties\":" META ","
	    "\"deprecated\":true,\"default\":{}},"
	    "\"dependencies\":{"
	    "\"$comment\":\"\\\"dependencies\\\" has been split and replaced "
	    "by \\\"dependentSchemas\\\" and \\\"dependentRequired\\\" in "
	    "order to serve their differing semantics.\","
	    "\"type\":\"object\",\"additionalProperties\":{\"anyOf\":["
	    META "," REF("meta/validation#/$defs/stringArray") "]},"
	    "\"deprecated\":true,\"default\":{}},"
	    "\"$recursiveAnchor\":{"
	    "\"$comment\":\"\\\"$recursiveAnchor\\\" has been replaced by "
	    "\\\"$dynamicAnchor\\\".\","
	    "\"$ref\":\"meta/core#/$defs/anchorString\","
	    "\"deprecated\":true},"
	    "\"$recursiveRef\":{"
	    "\"$comment\":\"\\\"$recursiveRef\\\" has been replaced by "
	    "\\\"$dynamicRef\\\".\","
	    "\"$ref\":\"meta/core#/$defs/uriReferenceString\","
	    "\"deprecated\":true}}}" },
	{ STR(URI "meta/core"),
	    PART("core")
	    "\"title\":\"Core vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"$id\":{\"$ref\":\"#/$defs/uriReferenceString\","
	    "\"$comment\":\"Non-empty fragments not allowed.\","
	    "\"pattern\":\"^[^#]*#?$\"},"
	    "\"$schema\":" REF("#/$defs/uriString") ","
	    "\"$ref\":" REF("#/$defs/uriReferenceString") ","
	    "\"$anchor\":" REF("#/$defs/anchorString") ","
	    "\"$dynamicRef\":" REF("#/$defs/uriReferenceString") ","
	    "\"$dynamicAnchor\":" REF("#/$defs/anchorString") ","
	    "\"$vocabulary\":{\"type\":\"object\","
	    "\"propertyNames\":" REF("#/$defs/uriString") ","
	    "\"additionalProperties\":{\"type\":\"boolean\"}},"
	    "\"$comment\":" TEXT ","
	    "\"$defs\":{\"type\":\"object\","
	    "\"additionalProperties\":" META "}},"
	    "\"$defs\":{"
	    "\"anchorString\":{\"type\":\"string\","
	    "\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"},"
	    "\"uriString\":{\"type\":\"string\",\"format\":\"uri\"},"
	    "\"uriReferenceString\":{\"type\":\"string\","
	    "\"format\":\"uri-reference\"}}}" },
	{ STR(URI "meta/applicator"),
	    PART("applicator")
	    "\"title\":\"Applicator vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"prefixItems\":" REF("#/$defs/schemaArray") ","
	    "\"items\":" META ","
	    "\"contains\":" META ","
	    "\"additionalProperties\":" META ","
	    "\"properties\":" MAP ","
	    "\"patternProperties\":{\"type\":\"object\","
	    "\"additionalProperties\":" META ","
	    "\"propertyNames\":{\"format\":\"regex\"},\"default\":{}},"
	    "\"dependentSchemas\":" MAP ","
	    "\"propertyNames\":" META ","
	    "\"if\":" META ",\"then\":" META ",\"else\":" META ","
	    "\"allOf\":" REF("#/$defs/schemaArray") ","
	    "\"anyOf\":" REF("#/$defs/schemaArray") ","
	    "\"oneOf\":" REF("#/$defs/schemaArray") ","
	    "\"not\":" META "},"
	    "\"$defs\":{\"schemaArray\":{\"type\":\"array\",\"minItems\":1,"
	    "\"items\":" META "}}}" },
	{ STR(URI "meta/unevaluated"),
	    PART("unevaluated")
	    "\"title\":\"Unevaluated applicator vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"unevaluatedItems\":" META ","
	    "\"unevaluatedProperties\":" META "}}" },
	{ STR(URI "meta/validation"),
	    PART("validation")
	    "\"title\":\"Validation vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"type\":{\"anyOf\":[" REF("#/$defs/simpleTypes") ","
	    "{\"type\":\"array\",\"items\":" REF("#/$defs/simpleTypes") ","
	    "\"minItems\":1,\"uniqueItems\":true}]},"
	    "\"const\":true,"
	    "\"enum\":{\"type\":\"array\",\"items\":true},"
	    "\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},"
	    "\"maximum\":{\"type\":\"number\"},"
	    "\"exclusiveMaximum\":{\"type\":\"number\"},"
	    "\"minimum\":{\"type\":\"number\"},"
	    "\"exclusiveMinimum\":{\"type\":\"number\"},"
	    "\"maxLength\":" REF("#/$defs/nonNegativeInteger") ","
	    "\"minLength\":" REF("#/$defs/nonNegativeIntegerDefault0") ","
	    "\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},"
	    "\"maxItems\":" REF("#/$defs/nonNegativeInteger") ","
	    "\"minItems\":" REF("#/$defs/nonNegativeIntegerDefault0") ","
	    "\"uniqueItems\":" FLAG ","
	    "\"maxContains\":" REF("#/$defs/nonNegativeInteger") ","
	    "\"minContains\":{\"$ref\":\"#/$defs/nonNegativeInteger\","
	    "\"default\":1},"
	    "\"maxProperties\":" REF("#/$defs/nonNegativeInteger") ","
	    "\"minProperties\":" REF("#/$defs/nonNegativeIntegerDefault0") ","
	    "\"required\":" REF("#/$defs/stringArray") ","
	    "\"dependentRequired\":{\"type\":\"object\","
	    "\"additionalProperties\":" REF("#/$defs/stringArray") "}},"
	    "\"$defs\":{"
	    "\"nonNegativeInteger\":{\"type\":\"integer\",\"minimum\":0},"
	    "\"nonNegativeIntegerDefault0\":{"
	    "\"$ref\":\"#/$defs/nonNegativeInteger\",\"default\":0},"
	    "\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\","
	    "\"null\",\"number\",\"object\",\"string\"]},"
	    "\"stringArray\":{\"type\":\"array\",\"items\":" TEXT ","
	    "\"uniqueItems\":true,\"default\":[]}}}" },
	{ STR(URI "meta/meta-data"),
	    PART("meta-data")
	    "\"title\":\"Meta-data vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"title\":" TEXT ",\"description\":" TEXT ",\"default\":true,"
	    "\"deprecated\":" FLAG ","
	    "\"readOnly\":" FLAG ","
	    "\"writeOnly\":" FLAG ","
	    "\"examples\":{\"type\":\"array\",\"items\":true}}}" },
	{ STR(URI "meta/format-annotation"),
	    PART("format-annotation")
	    "\"title\":\"Format vocabulary meta-schema for annotation "
	    "results\","
	    TYPE
	    "\"properties\":{\"format\":" TEXT "}}" },
	{ STR(URI "meta/format-assertion"),
	    PART("format-assertion")
	    "\"title\":\"Format vocabulary meta-schema for assertion "
	    "results\","
	    TYPE
	    "\"properties\":{\"format\":" TEXT "}}" },
	{ STR(URI "meta/content"),
	    PART("content")
	    "\"title\":\"Content vocabulary meta-schema\","
	    TYPE
	    "\"properties\":{"
	    "\"contentEncoding\":" TEXT ","
	    "\"contentMediaType\":" TEXT ","
	    "\"contentSchema\":" META "}}" },
};

struct str
meta_text(struct str uri)
{
	for (size_t i = 0; i < sizeof(metas) / sizeof(*metas); i++)
		if (str_eq(metas[i].uri, uri))
			return str_z(metas[i].text);
	return (struct str){ 0 };
}
