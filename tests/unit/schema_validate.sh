#!/bin/sh
# crosswalk validate: what it prints and how it ends.
name=validate
. "$(dirname "$0")/command.sh"

cat >"$dir/contact.json" <<'END'
{"type": "object", "required": ["email"],
 "properties": {"email": {"type": "string", "format": "email"},
                "stage": {"enum": ["lead", "customer"]},
                "age": {"$ref": "http://h/lib/age.json"}},
 "additionalProperties": false}
END
mkdir "$dir/lib"
echo '{"type": "integer", "minimum": 0}' >"$dir/lib/age.json"
map=http://h/lib/=$dir/lib

printf '%s\n' '{"email": "a@b.c", "stage": "lead", "age": 7}' >"$dir/in"
want 0 --map "$map" "$dir/contact.json"
same out 'all valid' </dev/null
same err 'all valid' </dev/null
want 0 -f -m "$map" "$dir/contact.json"
: >"$dir/in"
want 0 --map "$map" "$dir/contact.json"

cat >"$dir/in" <<'END'
{"email": "a@b.c"}
{"email": 1, "stage": "x", "age": -1}

{"stage": "lead",
[]
{"email": "nobody", "x\ny": 1}
{"email": "a@b.c"}
END
want 65 --map "$map" "$dir/contact.json"
same out 'text' <<'END'
2: #/email: #/properties/email/type: "email" must be a string, but is an integer
2: #/stage: #/properties/stage/enum: "stage" must be one of "lead", "customer"
2: #/age: http://h/lib/age.json#/minimum: "age" must be at least 0
3: the text ends too early, expected a name in double quotes
4: #: #/type: the record must be an object, but is an array
5: #/x?y: #/additionalProperties: "x\ny" is not allowed
END
same err 'text' <<'END'
crosswalk: 4 of 6 records are not valid
END
want 65 --format --json --map "$map" "$dir/contact.json"
same out 'json' <<'END'
{"record":2,"line":2,"instance":"/email","schema":"/properties/email/type","error":"\"email\" must be a string, but is an integer"}
{"record":2,"line":2,"instance":"/stage","schema":"/properties/stage/enum","error":"\"stage\" must be one of \"lead\", \"customer\""}
{"record":2,"line":2,"instance":"/age","schema":"http://h/lib/age.json#/minimum","error":"\"age\" must be at least 0"}
{"record":3,"line":4,"byte":17,"error":"the text ends too early, expected a name in double quotes"}
{"record":4,"line":5,"instance":"","schema":"/type","error":"the record must be an object, but is an array"}
{"record":5,"line":6,"instance":"/email","schema":"/properties/email/format","error":"\"email\" must be an e-mail address"}
{"record":5,"line":6,"instance":"/x\ny","schema":"/additionalProperties","error":"\"x\\ny\" is not allowed"}
END

# a line too long is an error of that line; the next one is not lost
{
	printf '{"email": "'
	head -c 1100000 /dev/zero | tr '\0' x
	printf '"}\n{"email": 2}'
} >"$dir/in"
want 65 --map "$map" "$dir/contact.json"
same out 'long line' <<'END'
1: a record has at most 1048576 bytes
2: #/email: #/properties/email/type: "email" must be a string, but is an integer
END

echo '{}' >"$dir/in"
want 65 "$dir/contact.json"
same err 'no map' <<END
crosswalk: $dir/contact.json#/properties/age/\$ref: cannot find http://h/lib/age.json: no schema has this \$id and no folder is mapped for it (--map PREFIX=DIR)
END
want 66 "$dir/none.json"
want 66 --map "http://h/=$dir/none" "$dir/contact.json"
want 2 --map "nothing" "$dir/contact.json"
want 2 --map
want 2 --nonsense "$dir/contact.json"
want 2
want 2 a b
want 0 --help
grep -q '^usage: crosswalk validate' "$dir/out" || failed=1
exit $failed
