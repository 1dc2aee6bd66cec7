;;; support.el --- shared code of the cases in Emacs -*- lexical-binding: t -*-

;;; Commentary:

;; Emacs without a window and without the user's configuration: rust-mode and eglot, configured as in the readme.

;;; Code:

(require 'package)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'rust-mode)

;; The cases replace a few built-in functions, which requires no compilation.  The option has different names in Emacs 28 and
;; 29.
(defvar comp-enable-subr-trampolines)
(defvar native-comp-enable-subr-trampolines)
(setq comp-enable-subr-trampolines nil
      native-comp-enable-subr-trampolines nil)

;; The configuration from the readme.
(load (expand-file-name "init.el" (getenv "WORK")) nil t)

(setq make-backup-files nil
      create-lockfiles nil
      flymake-no-changes-timeout 0.1
      eglot-sync-connect 15
      ;; Without an event, eglot assumes that a mouse was used, and opens a menu of the window system.
      last-nonmenu-event ?x
      ;; No prompt about reverting can be answered here.
      revert-without-query '(".*"))

(defvar t-messages nil "What was said, newest first.")
(advice-add 'message :before
            (lambda (format &rest arguments)
              (when format (push (apply #'format-message format arguments) t-messages))))

(defun t-check (condition words)
  "Fail with WORDS unless CONDITION."
  (unless condition (error "%s" words)))

(defun t-wait (what condition)
  "Wait until CONDITION gives something, and give it; WHAT is waited for."
  (let ((end (+ (float-time) 15)) found)
    (while (not (or (setq found (funcall condition)) (> (float-time) end)))
      (accept-process-output nil 0.02))
    (or found (error "Waited in vain: %s" what))))

(defun t-crate (name)
  "The path of NAME in the crate."
  (expand-file-name name (getenv "CRATE")))

(defun t-open (path)
  "Visit PATH as a user does, and connect at once."
  (switch-to-buffer (find-file-noselect path))
  ;; `eglot-ensure' waits for the end of a command, and a batch has none.
  (unless (eglot-current-server)
    (apply #'eglot (t-contact)))
  (current-buffer))

(defun t-contact ()
  "What eglot would start, with the answers that it wants of its caller."
  (let ((guess (eglot--guess-contact)))
    (if (> (cdr (func-arity #'eglot)) (length guess)) (append guess '(nil)) guess)))

(defun t-findings ()
  "The diagnostics that are shown in the buffer."
  (flymake-diagnostics))

(defun t-finding (words)
  "The diagnostic that says WORDS, or nil."
  (seq-find (lambda (one) (string-match-p (regexp-quote words) (flymake-diagnostic-text one))) (t-findings)))

(defun t-look ()
  "Do what Emacs does when nobody types: a batch is never idle, so that its idle timers never run."
  (eglot--signal-textDocument/didChange)
  (flymake-start)
  (accept-process-output nil 0.05))

(defun t-wait-for (words)
  "Wait for a diagnostic that says WORDS."
  (t-wait (format "a finding: %s" words) (lambda () (t-look) (t-finding words))))

(defun t-wait-without (words)
  "Wait until no diagnostic says WORDS."
  (t-wait (format "no finding: %s" words) (lambda () (t-look) (not (t-finding words)))))

(defun t-answer (finding title)
  "Open the list of code actions at FINDING, as a user does, and take the one with TITLE.  Give all titles."
  (goto-char (flymake-diagnostic-beg finding))
  (let (listed)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt collection &rest _)
                 (setq listed (all-completions "" collection))
                 (or (seq-find (lambda (one) (string-prefix-p title one)) listed)
                     (error "`%s' is not listed: %S" title listed)))))
      (call-interactively #'eglot-code-actions))
    listed))

(defun t-text ()
  "The text of the buffer."
  (buffer-substring-no-properties (point-min) (point-max)))

(defun t-on-disk (path)
  "The text in the file at PATH."
  (with-temp-buffer
    (insert-file-contents path)
    (buffer-string)))

(defun t-run (case)
  "Run CASE and leave with its result."
  (let ((code 0))
    (condition-case problem
        (funcall case)
      (error
       (setq code 1)
       (princ (format "FAILED: %S\nmessages:\n%s\n" problem (string-join (reverse t-messages) "\n")))))
    ;; No prompt on exit, and no server left running.
    (dolist (server (apply #'append (hash-table-values eglot--servers-by-project)))
      (ignore-errors (eglot-shutdown server nil 5)))
    (kill-emacs code)))

(provide 'support)
;;; support.el ends here
