#!/bin/sh
# Many records go by files: a first load is a few jobs, the daemon is killed in
# the middle of one, and the lines that are refused are dead letters by
# themselves.
. "${top_srcdir:-.}/tests/pipeline/lib.sh"

records=${RECORDS:-5000}

mkdir "$work/m"
cat >"$work/m/record.json" <<'END'
{ "type": "object", "properties": {}, "additionalProperties": { "type": ["string", "null"] } }
END
cat >"$work/m/there.json" <<'END'
{ "type": "object", "properties": { "email": { "type": "string" }, "firstname": { "type": ["string", "null"] },
    "lastname": { "type": ["string", "null"] } } }
END
cat >"$work/m/contact.map" <<'END'
schema app.contact = "record.json";
schema crm.contact = "there.json";
map contact (c: app.contact) <-> (x: crm.contact) {
  x.email     <-  c.id ?? "" with required;
  c.name      <-> x.firstname;
  c.surname   <-> x.lastname;
}
rules for contact { on create do upsert by { email }; on update do update; otherwise skip "no rule"; }
END
cat >"$work/m/crm.map" <<'END'
connector crm {
  version "v62.0";
  auth bearer;
  base "https://example.com";
  budget burst { fixed 100000 per 1s; }
  object contact {
    id = body.id;
    clear encode "";
    upsert batch 100 cost { burst: 1 } {
      request POST "/crm/v3/objects/contacts/batch/upsert";
      body = {
        inputs: map(records, r => { id: r.match, idProperty: "email", objectWriteTraceId: r.trace, properties: r.fields })
      };
      results keyed body.results by item.objectWriteTraceId id item.id
          errors body.errors by item.context.objectWriteTraceId[0] text item.message;

      job from 1000 batch 2000 cost { burst: 1 } {
        submit {
          request POST "/services/data/{version}/jobs/ingest";
          body = { object: "contacts", operation: "upsert", externalIdFieldName: "email", contentType: "CSV", lineEnding: "LF" };
          id = body.id;
        }
        upload {
          request PUT "/services/data/{version}/jobs/ingest/{job}/batches";
          csv = map(records, r => r.fields);
          null "#N/A";
        }
        close { request PATCH "/services/data/{version}/jobs/ingest/{job}"; body = { state: "UploadComplete" }; }
        poll 700ms {
          request GET "/services/data/{version}/jobs/ingest/{job}";
          done = body.state == "JobComplete";
          failed = body.state in ["Failed", "Aborted"];
          text = item.errorMessage;
        }
        results csv {
          request GET "/services/data/{version}/jobs/ingest/{job}/successfulResults";
          by = item.email;
          id = item.sf__Id;
        }
        errors csv {
          request GET "/services/data/{version}/jobs/ingest/{job}/failedResults";
          by = item.email;
          text = item.sf__Error;
        }
      }
    }
    update batch 100 cost { burst: 1 } {
      request POST "/crm/v3/objects/contacts/batch/update";
      body = { inputs: map(records, r => { id: r.id, objectWriteTraceId: r.trace, properties: r.fields }) };
      results keyed body.results by item.objectWriteTraceId id item.id
          errors body.errors by item.context.objectWriteTraceId[0] text item.message;
    }
  }
  classify {
    status == 429 => throttle after(1s);
    status == 207 => per_item;
    status >= 500 => retry;
    status >= 200 and status < 300 => ok;
    else => fail data;
  }
}
END
sql <<'END'
create schema app;
create table app.contact (id text primary key, name text, surname text);
END

start_sandbox
crosswalk secret keygen "$work/key"
CROSSWALK_KEY_FILE=$work/key
export CROSSWALK_KEY_FILE
crosswalk tenant add main
crosswalk attach app.contact --entity contact
printf '{"token":"sandbox-token"}' | crosswalk secret set crm
crosswalk publish "$work"/m/*.map >/dev/null
crosswalk connection add acme crm --url "$sandbox" --secret crm
crosswalk sync add contacts contact acme contact

# Names with what CSV must quote; three that no CRM takes.
sql -c "insert into app.contact select case when i % ($records / 3) = 7 then 'nobody ' || i else 'p' || i || '@x.io' end,
    case i % 4 when 0 then 'a, \"b\"' || i when 1 then E'line\nline' when 2 then 'Ann' else null end, 'S' || i
    from generate_series(1, $records) i" >/dev/null

daemon_opts="--again_ms 60000 --linger_ms 300"
start_daemon $daemon_opts
asked() {
	curl -sS -f "$sandbox/_sandbox/stats" | grep -q "GET jobs"
}
closed() {
	curl -sS -f "$sandbox/_sandbox/stats" | grep -q "PUT jobs/batches"
}
# once when a job has its table, once when it is being asked for
until_true 20 closed || die "no table was given to a job"
kill_daemon
start_daemon $daemon_opts
until_true 20 asked || die "no job was asked for"
kill_daemon
start_daemon $daemon_opts
until_true 30 at_rest || die "some still wait: $(crosswalk status --json)"

actual() {
	curl -sS -f "$sandbox/_sandbox/records/contacts" |
	    jq -S -c '.properties | {email, firstname, lastname} | with_entries(select(.value != null and .value != ""))' | sort
}
actual >"$work/actual"
sql -c "select row_to_json(c) from app.contact c where id not like 'nobody%'" |
    jq -S -c '{email: .id, firstname: .name, lastname: .surname} | with_entries(select(.value != null))' | sort >"$work/expected"
cmp -s "$work/expected" "$work/actual" || {
	diff "$work/expected" "$work/actual" | head -n 5 >&2
	die "the contacts differ: $(wc -l <"$work/expected") expected, $(wc -l <"$work/actual") there"
}
[ "$(sql -c "select count(*) from crosswalk.link where state = 2 and base is not null and remote_id is not null")" = "$(wc -l <"$work/expected")" ] ||
    die "not every contact is linked"
[ "$(sql -c "select count(distinct remote_id) from crosswalk.link")" = "$(wc -l <"$work/expected")" ] ||
    die "two contacts have one id"
[ "$(sql -c "select count(*) from crosswalk.dead_letter where cause = 'DATA' and key like 'nobody%' and message like 'INVALID_FIELD:%'")" = \
    "$(sql -c "select count(*) from app.contact where id like 'nobody%'")" ] ||
    die "the lines that were refused are not the dead letters: $(sql -c 'select cause, key, message from crosswalk.dead_letter limit 5')"
[ "$(sql -c 'select count(*) from crosswalk.dead_letter')" = "$(sql -c "select count(*) from app.contact where id like 'nobody%'")" ] ||
    die "others are dead letters as well"

# A few go by requests.
curl -sS -f -o /dev/null -X POST "$sandbox/_sandbox/reset-stats"
sql -c "insert into app.contact select 'q' || i || '@x.io', 'Q', 'S' from generate_series(1, 50) i" >/dev/null
until_quiet 20
curl -sS -f "$sandbox/_sandbox/stats" | grep -q "POST jobs" && die "50 contacts were a job"
[ "$(curl -sS -f "$sandbox/_sandbox/records/contacts" | jq -r .properties.email | grep -c '^q')" = 50 ] || die "the few are not there"
stop_daemon
echo "$records records by jobs, killed twice: equal"
