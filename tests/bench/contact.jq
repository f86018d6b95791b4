# The same mapping for jq; null stays null.
def nn(f): if . == null then null else f end;
def trim: sub("^[ \t-\r]+"; "") | sub("[ \t-\r]+$"; "");
def stage: {lead: "lead", customer: "customer", churned: "other",
    trial: "opportunity"}[.] // error("stage: no row for \(.)");
def dec2: . * 100 | round | tostring
    | if length < 3 then ("000" + .)[-3:] else . end
    | .[:-2] + "." + .[-2:];
{properties: ({
    email: (.email | nn(trim | ascii_downcase)),
    firstname: .first_name,
    lastname: .last_name,
    phone: (.phone | nn(trim)),
    mobilephone: .mobile,
    address: .address.street,
    city: (.address.city | nn(trim)),
    zip: .address.zip,
    country: (.address.country | nn(ascii_upcase)),
    company: .company,
    jobtitle: .title,
    website: (.website | nn(ascii_downcase)),
    lifecyclestage: (.stage | nn(stage)),
    date_of_birth: (.birth_date
        | nn(strptime("%Y-%m-%d") | mktime * 1000)),
    annualrevenue: (.annual_revenue | nn(dec2)),
    numberofemployees: (.employees | nn(tostring)),
    consent: (.consent | nn(tostring)),
    tags: (.tags | nn(join(";"))),
    score: .score,
    vat_id: .vat_id,
    notes: .notes,
    hs_language: (.address.country
        | if . == "de" or . == "AT" then "de"
          elif . == "fr" then "fr" else "en" end),
    salutation: "Dear \(.last_name)",
    source: "app"
  } + (.custom | with_entries(.key |= "x_" + .)))}
