;;; crosswalk-map-mode.el --- Mappings of crosswalk  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, indentation and, through eglot, the language server
;; `crosswalk lsp'.  (require 'crosswalk-map-mode), then M-x eglot.

;;; Code:

(defconst crosswalk-map-keywords
  ;; generated: keywords
  (quote ("and" "as" "by" "classify" "codec" "connector" "cost" "create" "do" "drop" "each" "else" "enum" "except" "expect" "extend" "fn" "for" "given" "identity" "if" "in" "key" "laws" "map" "match" "not" "on" "or" "otherwise" "param" "pick" "put" "rest" "rules" "schema" "test" "then" "try" "use" "via" "when" "where" "with"))
  "Words that begin or join statements and expressions.")

(defconst crosswalk-map-constants
  ;; generated: constants
  (quote ("absent" "false" "null" "true"))
  "Values that have a name.")

(defconst crosswalk-map-builtins
  ;; generated: builtins
  (quote ("abs" "add" "address_block" "all" "any" "at_zone" "before" "bool_text" "casefold" "clamp" "collapse_ws" "const" "contains" "count" "date" "date_ms" "date_text" "datetime" "datetime_text" "day" "dec_text" "decimal" "diff" "distinct" "distinct_by" "div" "domain_of" "e164" "email_norm" "ends" "enum_list" "epoch_ms" "epoch_s" "filter" "find" "first" "flatten" "group_by" "hash" "hour" "html_text" "id_for" "initials" "int" "int_text" "is_empty" "is_null" "iso3166" "iso4217" "iso_date" "iso_datetime" "join" "join_name" "json_text" "keys" "last" "len" "lines" "list_pair" "list_put" "list_text" "lower" "map" "max" "merge" "min" "minor_units" "minute" "mod" "month" "name_parts" "names" "nfc" "now" "num_text" "omit" "pad" "parse_date" "parse_datetime" "percent" "pick" "pick_put" "postal_norm" "prefix" "present" "re_find" "re_match" "re_replace" "replace" "reverse" "round" "second" "shift" "slice" "sort" "sort_by" "split" "split_name" "start_of" "starts" "strip_html" "suffix" "sum" "text" "title_case" "to_date" "to_utc" "trim" "truncate" "typed" "unknown" "upper" "url_norm" "url_part" "us_state" "uuid" "values" "weekday" "year" "zip"))
  "Functions and codecs that are built in.")

(defun crosswalk-map--words (words)
  "A regexp for WORDS where they are no field and no quoted name."
  (concat "\\(?:^\\|[^.`_[:alnum:]]\\)\\(" (regexp-opt words)
          "\\)\\_>"))

(defvar crosswalk-map-font-lock-keywords
  `(("\\.\\([A-Za-z_][A-Za-z0-9_]*\\|`[^`\n]+`\\)"
     1 font-lock-variable-name-face)
    ("`[^`\n]+`" . font-lock-variable-name-face)
    (,(concat "\\_<\\(?:enum\\|map\\|fn\\|codec\\|param\\|connector\\)\\_>"
              "[ \t]+\\([A-Za-z_][A-Za-z0-9_]*\\)")
     1 font-lock-type-face)
    (,(crosswalk-map--words crosswalk-map-constants)
     1 font-lock-constant-face)
    (,(crosswalk-map--words crosswalk-map-keywords) 1 font-lock-keyword-face)
    (,(crosswalk-map--words crosswalk-map-builtins) 1 font-lock-builtin-face)
    ("\\_<[0-9]+\\(?:ms\\|[smhdw%]\\|\\.[0-9]+\\)?" . font-lock-constant-face))
  "What `crosswalk-map-mode' colours.")

(defvar crosswalk-map-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?_ "_" table)
    (dolist (c '(?< ?> ?- ?= ?| ?* ?+ ?/ ?? ?! ?`))
      (modify-syntax-entry c "." table))
    table)
  "Comments, texts and operators of mappings.")

(defun crosswalk-map-indent-line ()
  "As `crosswalk fmt' does it: two columns a level, four for what goes on."
  (interactive)
  (let ((offset (- (current-column) (current-indentation)))
        (indent
         (save-excursion
           (back-to-indentation)
           (let* ((state (syntax-ppss))
                  (open (nth 1 state))
                  (closes (looking-at "[]})]"))
                  (base (if open
                            (save-excursion
                              (goto-char open)
                              (+ (current-indentation) (if closes 0 2)))
                          0)))
             (forward-comment (- (point)))
             (if (or closes (bobp)
                     (memq (char-before) '(?\; ?{ ?} ?\[ ?\( ?,)))
                 base
               (+ base 4))))))
    (indent-line-to (max 0 indent))
    (when (> offset 0)
      (forward-char offset))))

;;;###autoload
(define-derived-mode crosswalk-map-mode prog-mode "crosswalk"
  "Mode for mappings of crosswalk."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local font-lock-defaults '(crosswalk-map-font-lock-keywords))
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'crosswalk-map-indent-line))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.map\\'" . crosswalk-map-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '(crosswalk-map-mode . ("crosswalk" "lsp"))))

(provide 'crosswalk-map-mode)
;;; crosswalk-map-mode.el ends here
