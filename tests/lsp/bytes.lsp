# Positions in bytes where the editor knows them, and an end without shutdown.

file us.json
{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
.
file odd.map
schema us = "us.json";
map m (c: us) <-> (h: us) {
  h.name <- "😀ä {c.nam}";
}
.
> {"id": 1, "method": "initialize", "params": {"capabilities": {"general": {"positionEncodings": ["utf-32", "utf-8", "utf-16"]}}}}
< {"id": 1, "result": {"capabilities": {"positionEncoding": "utf-8"}}}
open odd.map
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": [{"range": {"start": {"line": 2, "character": 23}, "end": {"line": 2, "character": 26}}}]}}
change odd.map 2:26 2:26 "e"
< {"method": "textDocument/publishDiagnostics", "params": {"diagnostics": []}}
> {"method": "exit"}
exit 1
