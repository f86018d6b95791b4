# mappings/hubspot/contact.map for jq; null stays null.
def nn(f): if . == null then null else f end;
def trim: sub("^[ \t-\r]+"; "") | sub("[ \t-\r]+$"; "");
def stage: {lead: "lead", qualified: "salesqualifiedlead",
    customer: "customer", churned: "other"}[.]
    // error("stage: no row for \(.)");
def language: if IN("de", "en", "es", "fr", "it", "ja", "pl") then .
    else error("language: no row for \(.)") end;
def dec2: . * 100 | round | tostring
    | if length < 3 then ("000" + .)[-3:] else . end
    | .[:-2] + "." + .[-2:];
def region: if IN("DE", "AT", "CH") then {crosswalk_region: "dach"}
    elif IN("US", "CA", "MX") then {crosswalk_region: "north-america"}
    elif . == null or . == "" then {}
    else {crosswalk_region: "other"} end;
{properties: ({
    email: (.email | nn(trim | ascii_downcase)),
    salutation: (.salutation | nn(trim)),
    firstname: .first_name,
    lastname: .last_name,
    company: (.company | nn(trim)),
    jobtitle: .job_title,
    website: (.website | nn(trim)),
    phone: (.phone | nn(trim)),
    mobilephone: (.mobile | nn(trim)),
    lifecyclestage: (.stage | nn(stage)),
    date_of_birth: .birth_date,
    annualrevenue: (.annual_revenue | nn(dec2)),
    numemployees: (.employees | nn(tostring)),
    crosswalk_vip: (.vip | nn(tostring)),
    country: (.country | nn(ascii_upcase)),
    hs_language: (.language | nn(language)),
    address: .address.street,
    city: (.address.city | nn(trim)),
    state: (.address.region | nn(trim)),
    zip: (.address.postal | nn(trim)),
    crosswalk_tags: (.tags | nn(join(";"))),
    message: .notes,
    crosswalk_source: "app"
  } + (.country | region) + (.custom | with_entries(.key |= "x_" + .)))}
