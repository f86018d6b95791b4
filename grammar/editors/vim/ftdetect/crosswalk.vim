" A .map file is a mapping when it declares something that only one has.
function! s:Detect() abort
  for l:line in getline(1, 60)
    if l:line =~# '^\s*\(schema\s\+[a-z_.]\+\s*=\|use\s\+"\|map\s\+\w\+\s*(\|'
          \ . 'enum\s\+\w\+\s*{\|connector\s\+\w\+\s*{\|codec\s\+\w\|'
          \ . 'fn\s\+\w\|param\s\+\w\|extend\s\+\w\)'
      setlocal filetype=crosswalk
      return
    endif
  endfor
endfunction
autocmd BufRead,BufNewFile *.map call s:Detect()
