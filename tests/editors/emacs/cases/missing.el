;;; missing.el --- the binary is missing or exits early: reported, and editing works -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (let* ((path (t-crate "src/orders.rs"))
          (problem (condition-case problem (progn (t-open path) nil) (error (error-message-string problem)))))
     (t-check problem "eglot says that there is no server")
     (t-check (string-match-p (getenv "EXPECTED") problem) problem)
     (t-check (not (eglot-current-server)) "no server")
     (switch-to-buffer (find-file-noselect path))
     (goto-char (point-max))
     (insert "// typed\n")
     (save-buffer)
     (t-check (string-suffix-p "// typed\n" (t-on-disk path)) "the file was written"))))
;;; missing.el ends here
