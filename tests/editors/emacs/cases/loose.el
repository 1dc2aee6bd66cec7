;;; loose.el --- a file without a package, a buffer without a file -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (let* ((folder (expand-file-name "loose/" (getenv "WORK")))
          (path (expand-file-name "alone.rs" folder)))
     (make-directory folder)
     (copy-file (t-crate "src/orders.rs") path)
     (t-open path)
     (t-answer (t-wait-for "combine their conditions") "Merge nested")
     (t-check (string-match-p "order.is_paid && order.lines" (t-text)) "an answer in a loose file")
     ;; A buffer without a file has no server. Emacs keeps the mode when it is saved to one; restarting the mode attaches it.
     (switch-to-buffer (generate-new-buffer "unnamed"))
     (rust-mode)
     (insert-file-contents (t-crate "src/orders.rs"))
     (t-check (not (eglot-managed-p)) "no server for a buffer without a file")
     (write-file (expand-file-name "named.rs" folder))
     (normal-mode)
     (t-wait "the server" #'eglot-managed-p)
     (t-wait-for "combine their conditions"))))
;;; loose.el ends here
