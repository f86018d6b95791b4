" As `crosswalk fmt` does it: two columns a level, four for what goes on.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=CrosswalkIndent(v:lnum)
setlocal indentkeys=0{,0},0],0),o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*CrosswalkIndent')
  finish
endif

" A line without its texts and its comment.
function! s:Bare(lnum) abort
  let l:line = substitute(getline(a:lnum), '"\%([^"\\]\|\\.\)*"', '""', 'g')
  return substitute(l:line, '\s*#.*$', '', '')
endfunction

" The bracket at the cursor stands in a text or a comment.
function! s:Hidden() abort
  return synIDattr(synID(line('.'), col('.'), 1), 'name')
        \ =~# 'Comment\|Text\|Regex\|Escape'
endfunction

function! CrosswalkIndent(lnum) abort
  let l:prev = prevnonblank(a:lnum - 1)
  while l:prev > 0 && s:Bare(l:prev) =~# '^\s*$'
    let l:prev = prevnonblank(l:prev - 1)
  endwhile
  if l:prev == 0
    return 0
  endif
  call cursor(a:lnum, 1)
  let l:open = searchpairpos('[{[(]', '', '[}\])]', 'bnW', 's:Hidden()')
  let l:head = l:open[0]
  if getline(a:lnum) =~# '^\s*[}\])]'
    return l:head > 0 ? indent(l:head) : 0
  endif
  let l:base = l:head > 0 ? indent(l:head) + 2 : 0
  return s:Bare(l:prev) =~# '[;{}[(,]$' ? l:base : l:base + 4
endfunction
