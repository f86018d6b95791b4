#!/bin/sh
# What fields an account has: asked for by hand, a catalogue with which a
# mapping compiles.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

start_sandbox
connector=$top/mappings/hubspot/connector.map
TOKEN=sandbox-token
export TOKEN

declare_property x_tier
crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN >"$work/fields"
jq -e '.properties.properties.properties | has("x_tier") and has("email") and
    (has("x_score") | not)' "$work/fields" >/dev/null ||
    die "another catalogue: $(cat "$work/fields")"
crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN --table |
    grep -q '^properties.createdate  *datetime  *Create Date .* read only$' ||
    die "no table of the catalogue"
TOKEN=wrong crosswalk fields "$connector" contact -u "$sandbox" -T TOKEN \
    2>"$work/said" && die "a wrong token is right"
[ $? = 75 ] || die "it ends with $? without a token"
grep -q 'refresh retry: .*INVALID_AUTHENTICATION' "$work/said" ||
    die "it does not say why: $(cat "$work/said")"
cat >"$work/tenant.map" <<END
schema app.contact = "$(cd "$top" && pwd)/schemas/app/contact.json";
schema hubspot.contact = "$(cd "$top" && pwd)/schemas/hubspot/contact.json";
map tenant (c: app.contact) <-> (h: hubspot.contact) {
  c.email <-> h.properties.email via email_norm with required;
  rest c.custom.* <-> h.properties.* via prefix("x_") | declared;
}
END
echo '{"email":"a@x.io","custom":{"tier":"gold","score":7}}' |
    crosswalk run -c "hubspot.contact=$work/fields" "$work/tenant.map" \
    >"$work/out" 2>"$work/said"
[ "$(cat "$work/out")" = '{"properties":{"email":"a@x.io","x_tier":"gold"}}' ] ||
    die "it makes $(cat "$work/out" "$work/said")"
grep -q 'custom.score is in no field catalogue' "$work/said" ||
    die "it does not say what is left out"
echo "a catalogue by hand"
