" Mappings of crosswalk.
if exists('b:current_syntax')
  finish
endif

syn match crosswalkComment "#.*$" contains=@Spell
syn match crosswalkField "\.\@1<=\%(\h\w*\|`[^`]\+`\)"
syn match crosswalkQuoted "`[^`]\+`"
syn match crosswalkNumber "\<\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\>"
syn match crosswalkNumber "\<\d\+\%(ms\|[smhdw]\)\>"
syn match crosswalkNumber "\<\d\+%"
syn match crosswalkOperator "<->\|<-\|->\|=>\|[=!<>]=\|??\|[<>+*/|=-]"

" generated: builtins
syn match crosswalkBuiltin "\%([.`]\|\w\)\@1<!\<\%(abs\|add\|address_block\|all\|any\|at_zone\|before\|bool_text\|casefold\|clamp\|collapse_ws\|const\|contains\|count\|date\|date_ms\|date_text\|datetime\|datetime_text\|day\|dec_text\|decimal\|diff\|distinct\|distinct_by\|div\|domain_of\|e164\|email_norm\|ends\|enum_list\|epoch_ms\|epoch_s\|filter\|find\|first\|flatten\|group_by\|hash\|hour\|html_text\|id_for\|initials\|int\|int_text\|is_empty\|is_null\|iso3166\|iso4217\|iso_date\|iso_datetime\|join\|join_name\|json_text\|keys\|last\|len\|lines\|list_pair\|list_put\|list_text\|lower\|map\|max\|merge\|min\|minor_units\|minute\|mod\|month\|name_parts\|names\|nfc\|now\|num_text\|omit\|pad\|parse_date\|parse_datetime\|percent\|pick\|pick_put\|postal_norm\|prefix\|present\|re_find\|re_match\|re_replace\|replace\|reverse\|round\|second\|shift\|slice\|sort\|sort_by\|split\|split_name\|start_of\|starts\|strip_html\|suffix\|sum\|text\|title_case\|to_date\|to_utc\|trim\|truncate\|typed\|unknown\|upper\|url_norm\|url_part\|us_state\|uuid\|values\|weekday\|year\|zip\)\>"
" generated: keywords
syn match crosswalkKeyword "\%([.`]\|\w\)\@1<!\<\%(and\|as\|by\|classify\|codec\|connector\|cost\|create\|do\|drop\|each\|else\|enum\|except\|expect\|extend\|fn\|for\|given\|identity\|if\|in\|key\|laws\|map\|match\|not\|on\|or\|otherwise\|param\|pick\|put\|rest\|rules\|schema\|test\|then\|try\|use\|via\|when\|where\|with\)\>"
" generated: constants
syn match crosswalkConstant "\%([.`]\|\w\)\@1<!\<\%(absent\|false\|null\|true\)\>"

syn match crosswalkDeclared "\w\+" contained
syn match crosswalkDeclare
      \ "\%([.`]\|\w\)\@1<!\<\%(enum\|map\|fn\|codec\|param\|connector\)\s\+\h"me=e-1
      \ contains=crosswalkKeyword nextgroup=crosswalkDeclared

syn match crosswalkEscape contained +\\\%(u\x\{4}\|["\\/{}bfnrt]\)+
syn region crosswalkInterp contained matchgroup=crosswalkBrace
      \ start="{" end="}" oneline contains=TOP
syn region crosswalkText start=+"+ end=+"+ oneline
      \ contains=crosswalkEscape,crosswalkInterp,@Spell
syn region crosswalkRegex start=+\<re"+ skip=+\\.+ end=+"+ oneline

hi def link crosswalkComment Comment
hi def link crosswalkField Identifier
hi def link crosswalkQuoted Identifier
hi def link crosswalkNumber Number
hi def link crosswalkOperator Operator
hi def link crosswalkBuiltin Function
hi def link crosswalkKeyword Keyword
hi def link crosswalkConstant Constant
hi def link crosswalkDeclared Type
hi def link crosswalkEscape SpecialChar
hi def link crosswalkBrace Special
hi def link crosswalkText String
hi def link crosswalkRegex String

syn sync fromstart

let b:current_syntax = 'crosswalk'
