# A whole session: what a person does with one mapping and its library.

file us.json
{"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string", "description": "What it is called."},
  "größe": {"type": "integer"},
  "stage": {"enum": ["lead", "won"]},
  "note": {"type": ["string", "null"]}}}
.
file lib.map
enum step { "lead" <-> "lead"; "won" <-> "won"; }
.
file main.map
use "lib.map" as lib;
schema us = "us.json";

param tier: text = "gold";

map m (c: us) <-> (h: us) {
  c.name <-> h.name via lower;
  c.stage <-> h.stage via lib.step;
  h.note <- param.tier;
}
.

> {"id": 1, "method": "initialize", "params": {"capabilities": {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}}}}}
< {"id": 1, "result": {"capabilities": {"positionEncoding": "utf-16", "hoverProvider": true, "renameProvider": {"prepareProvider": true}, "semanticTokensProvider": {"full": true, "legend": {"tokenModifiers": ["declaration", "defaultLibrary"]}}, "textDocumentSync": {"openClose": true, "change": 2}}, "serverInfo": {"name": "crosswalk", "version": "*"}}}
> {"method": "initialized", "params": {}}

open main.map
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "version": 1, "diagnostics": []}}

# what stands where
>> 2 hover main.map 6:5
< {"id": 2, "result": {"contents": {"kind": "markdown", "value": "**field** `name`\n\ntext\n\nWhat it is called."}, "range": {"start": {"line": 6, "character": 4}, "end": {"line": 6, "character": 8}}}}
>> 3 hover main.map 6:25
< {"id": 3, "result": {"contents": {"kind": "markdown", "value": "```crosswalk-map\nlower: text <-> text\n```\n\nlaw: canon\n\nin lower case\n\n```crosswalk-map\nlower(\"Ann\") == \"ann\"\nlower(\"ÄÖ\") == \"äö\"\n```"}}}
>> 4 hover main.map 5:1
< {"id": 4, "result": {"contents": {"value": "```crosswalk-map\nmap name (c: schema) <-> (h: schema) { rules }\n```\n\nWhat corresponds to what.  In an expression: map(list, x => …)."}, "range": {"start": {"line": 5, "character": 0}, "end": {"line": 5, "character": 3}}}}
>> 4 hover main.map 2:0
< {"id": 4, "result": null}

# where it is declared: a field in its schema, an enum in the library
>> 5 definition main.map 7:17
< {"id": 5, "result": {"uri": "$U/us.json", "range": {"start": {"line": 3, "character": 2}, "end": {"line": 3, "character": 9}}}}
>> 6 definition main.map 7:32
< {"id": 6, "result": {"uri": "$U/lib.map", "range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 9}}}}
>> 7 definition main.map 0:7
< {"id": 7, "result": {"uri": "$U/lib.map"}}
>> 8 references main.map 3:8 {"context": {"includeDeclaration": false}}
< {"id": 8, "result": [{"uri": "$U/main.map", "range": {"start": {"line": 8, "character": 18}, "end": {"line": 8, "character": 22}}}]}

# findings as one types, and what mends them
change main.map 7:14 7:21 "h.stag"
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "version": 2, "diagnostics": [{"code": "E401", "severity": 1, "source": "crosswalk", "message": "`h` has no field `stag`\nfix: did you mean `stage`?", "range": {"start": {"line": 7, "character": 16}, "end": {"line": 7, "character": 20}}}]}}
>> 9 codeAction main.map {"range": {"start": {"line": 7, "character": 18}, "end": {"line": 7, "character": 18}}, "context": {"diagnostics": []}}
< {"id": 9, "result": [{"title": "write stage", "kind": "quickfix", "edit": {"changes": {"$U/main.map": [{"newText": "stage", "range": {"start": {"line": 7, "character": 16}, "end": {"line": 7, "character": 20}}}]}}}]}
>> 10 codeAction main.map {"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 2}}, "context": {"diagnostics": []}}
< {"id": 10, "result": []}
change main.map 7:16 7:20 "stage"
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": []}}

# a burst of changes is answered by one set of findings
change main.map 6:27 6:28 "x"
# completion in a statement that does not parse
change main.map 8:2 8:23 "h."
>> 11 completion main.map 8:4
< {"id": 11, "result": [{"label": "name", "kind": 5, "detail": "text", "textEdit": {"newText": "name", "range": {"start": {"line": 8, "character": 4}, "end": {"line": 8, "character": 4}}}}, {"label": "größe", "textEdit": {"newText": "`größe`"}}, {"label": "stage"}, {"label": "note", "detail": "text, null or absent"}]}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": [{"code": "E101"}]}}
>> 12 rename main.map 3:8 {"newName": "rank"}
< {"id": 12, "error": {"code": -32803, "message": "$DIR/main.map has a syntax error, so uses could be missed: mend it first"}}
change main.map 8:2 8:4 "h.note <- param.tier;"
change main.map 6:27 6:28 "e"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": []}}

# outline
>> 13 documentSymbol main.map
< {"id": 13, "result": [{"name": "lib", "kind": 2}, {"name": "us", "detail": "schema"}, {"name": "tier", "kind": 14}, {"name": "m", "kind": 5, "selectionRange": {"start": {"line": 5, "character": 4}, "end": {"line": 5, "character": 5}}, "children": [{"name": "c.name", "detail": "<-> h.name"}, {"name": "c.stage"}, {"name": "h.note", "detail": "<- param.tier"}]}]}

# colours: line, column, length, kind, what it is besides, from one to the next
>> 131 semanticTokens/full main.map
< {"id": 131, "result": {"data": [0, 4, 9, 8, 0, 0, 13, 3, 8, 1, 1, 7, 2, 6, 1, 0, 5, 9, 8, 0, 2, 6, 4, 4, 1, 2, 4, 1, 5, 1, 0, 3, 1, 10, 1, 0, 3, 2, 6, 0, 0, 9, 1, 10, 1, 0, 3, 2, 6, 0, 1, 2, 1, 10, 0, 0, 2, 4, 0, 0, 0, 9, 1, 10, 0, 0, 2, 4, 0, 0, 0, 9, 5, 9, 2, 1, 2, 1, 10, 0, 0, 2, 5, 0, 0, 0, 10, 1, 10, 0, 0, 2, 5, 0, 0, 0, 10, 3, 8, 0, 0, 4, 4, 1, 0, 1, 2, 1, 10, 0, 0, 2, 4, 0, 0, 0, 14, 4, 4, 0]}}

# format
>> 14 formatting main.map {"options": {"tabSize": 2, "insertSpaces": true}}
< {"id": 14, "result": [{"newText": "  c.name  <-> h.name via lower;\n  c.stage <-> h.stage via lib.step;\n  h.note  <-  param.tier;\n", "range": {"start": {"line": 6, "character": 0}, "end": {"line": 9, "character": 0}}}]}

# another name: in the library, which is not open, and here
>> 15 prepareRename main.map 7:30
< {"id": 15, "result": {"placeholder": "step", "range": {"start": {"line": 7, "character": 30}, "end": {"line": 7, "character": 34}}}}
>> 16 rename main.map 7:30 {"newName": "phase"}
< {"id": 16, "result": {"changes": {"$U/main.map": [{"newText": "phase", "range": {"start": {"line": 7, "character": 30}, "end": {"line": 7, "character": 34}}}], "$U/lib.map": [{"newText": "phase", "range": {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 9}}}]}}}
>> 17 prepareRename main.map 6:5
< {"id": 17, "error": {"code": -32803, "message": "a field cannot be renamed here"}}
>> 18 rename main.map 7:30 {"newName": "a b"}
< {"id": 18, "error": {"code": -32803, "message": "`a b` is no name: letters, digits and _, and no word of the language"}}

# the library, open: what is wrong with it is told of it and of who uses it
open lib.map
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/lib.map", "diagnostics": []}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": []}}
change lib.map 0:5 0:9 "steps"
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/lib.map", "diagnostics": []}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": [{"code": "E207", "message": "there is no function, codec or enum `lib.step`\nfix: did you mean `lib.steps`?"}]}}
change lib.map 0:13 0:19 "\"leads\""
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/lib.map", "diagnostics": []}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": "*"}}
change lib.map 0:5 0:10 "step"
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/lib.map", "diagnostics": [{"code": "E417", "relatedInformation": [{"message": "used here", "location": {"uri": "$U/main.map", "range": {"start": {"line": 7, "character": 26}, "end": {"line": 7, "character": 34}}}}]}]}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": []}}

# closed, it is what is on the disk
> {"method": "textDocument/didClose", "params": {"textDocument": {"uri": "$U/lib.map"}}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/main.map", "diagnostics": []}}
< {"method": "textDocument/publishDiagnostics", "params": {"uri": "$U/lib.map", "diagnostics": []}}

> {"id": 20, "method": "shutdown"}
< {"id": 20, "result": null}
> {"method": "exit"}
exit 0
