" Mappings of crosswalk.
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=2 softtabstop=2
if executable('crosswalk')
  setlocal formatprg=crosswalk\ fmt\ -
endif
let b:undo_ftplugin = 'setlocal commentstring< comments< expandtab<'
      \ . ' shiftwidth< softtabstop< formatprg<'
