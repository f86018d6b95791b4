# What goes wrong on the wire, and texts that are not plain.

file us.json
{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
.
file odd.map
# 😀 ä\r
schema us = "us.json";\r
map m (c: us) <-> (h: us) {\r
  h.name <- "😀 {c.nam}";\r
}\r
.

# nothing before initialize, but broken frames are answered
> {"id": 1, "method": "textDocument/hover"}
< {"id": 1, "error": {"code": -32002, "message": "initialize comes first"}}
> {"method": "textDocument/didOpen", "params": {}}
raw Content-Length: 5\r\n\r\n{"a":
< {"id": null, "error": {"code": -32700}}
raw Content-Length: nonsense\r\n\r\n
< {"id": null, "error": {"code": -32700, "message": "a Content-Length that is none"}}
raw Content-Length: 99999999999999999999999\r\n\r\n
< {"id": null, "error": {"code": -32700, "message": "a Content-Length that is none"}}
raw {"id": 2, "method": "x"}\r\n\r\n
< {"id": null, "error": {"code": -32700, "message": "a message without Content-Length"}}
raw Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n[]
< {"id": null, "error": {"code": -32600, "message": "a message is an object"}}
> {"id": 3}
< {"id": null, "error": {"code": -32600, "message": "a message has a method"}}
> {"id": [3], "method": "shutdown"}
< {"id": null, "error": {"code": -32600, "message": "an id is a number or a string"}}

> {"id": "a", "method": "initialize", "params": {"capabilities": {"general": {"positionEncodings": ["utf-16", "utf-32"]}}}}
< {"id": "a", "result": {"capabilities": {"positionEncoding": "utf-16"}}}
> {"id": "b", "method": "initialize", "params": {}}
< {"id": "b", "error": {"code": -32600}}
> {"id": 4, "method": "workspace/nothing"}
< {"id": 4, "error": {"code": -32601, "message": "there is no method workspace/nothing"}}
> {"method": "$/cancelRequest", "params": {"id": 4}}
> {"method": "$/setTrace", "params": {"value": "off"}}
> {"id": 5, "result": null}
>> 6 hover nowhere.map 0:0
< {"id": 6, "error": {"code": -32602, "message": "the document is not open"}}
> {"id": 7, "method": "textDocument/hover"}
< {"id": 7, "error": {"code": -32602}}
> {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": 3, "text": []}}}
> {"method": "textDocument/didChange", "params": {"textDocument": {"uri": "$U/no.map"}, "contentChanges": 5}}

# a column counts UTF-16 units: two for 😀; lines end with CRLF
open odd.map
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"code": "E401", "range": {"start": {"line": 3, "character": 19}, "end": {"line": 3, "character": 22}}}]}}
>> 8 hover odd.map 3:17
< {"id": 8, "result": {"contents": {"value": "**side** `c`\n\nrecord"}, "range": {"start": {"line": 3, "character": 17}, "end": {"line": 3, "character": 18}}}}
>> 9 completion odd.map 3:22
< {"id": 9, "result": [{"label": "name", "textEdit": {"newText": "name", "range": {"start": {"line": 3, "character": 19}, "end": {"line": 3, "character": 22}}}}]}
change odd.map 3:22 3:22 "e"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": []}}
>> 10 formatting odd.map
< {"id": 10, "result": []}
# past the end of a line and of the text is at their ends
change odd.map 4:99 99:0 " # ü\r\nfn f(a: text): text = a;\r\n"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"code": "W250", "range": {"start": {"line": 5, "character": 3}, "end": {"line": 5, "character": 4}}}]}}
change odd.map 5:3 5:4 "g"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"code": "W250"}]}}
change odd.map 2:0 2:0 "  "
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": "*"}}
>> 11 formatting odd.map
< {"id": 11, "result": [{"newText": "map m (c: us) <-> (h: us) {\r\n  h.name <- \"😀 {c.name}\";\r\n}  # ü\r\n", "range": {"start": {"line": 2, "character": 0}, "end": {"line": 5, "character": 0}}}]}
>> 12 documentSymbol odd.map
< {"id": 12, "result": [{"name": "us", "location": {"uri": "$U/odd.map", "range": "*"}}, {"name": "m", "kind": 5, "location": "*"}, {"name": "h.name", "location": "*"}, {"name": "g", "location": "*"}]}

# half a line, of everything
change odd.map 0:0 99:0 "map m (c: us) <-> (h"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"code": "E101"}]}}
>> 13 completion odd.map 0:99
< {"id": 13, "result": "*"}
>> 14 formatting odd.map
< {"id": 14, "result": null}
>> 15 rename odd.map 0:0 {"newName": "x"}
< {"id": 15, "error": {"message": "a keyword cannot be renamed here"}}

# after shutdown nothing is answered; without it the status is 1
> {"id": 16, "method": "shutdown"}
< {"id": 16, "result": null}
>> 17 hover odd.map 0:0
< {"id": 17, "error": {"code": -32600, "message": "nothing is answered after shutdown"}}
exit 0
