;;; crash-later.el --- the server is killed: eglot reconnects automatically -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   ;; A connection that fails right after its start isn't renewed; in practice it has lived longer.
   (setq eglot-autoreconnect 0)
   (t-open (t-crate "src/orders.rs"))
   (t-wait-for "combine their conditions")
   (let ((first (eglot-current-server)))
     (signal-process (string-to-number (t-on-disk (expand-file-name "process" (getenv "WORK")))) 'KILL)
     (t-wait "another connection"
             (lambda ()
               (accept-process-output nil 0.05)
               (and (eglot-current-server) (not (eq (eglot-current-server) first))))))
   (t-answer (t-wait-for "combine their conditions") "Merge nested")
   (t-check (string-match-p "order.is_paid && order.lines" (t-text)) "an answer of the new server")))
;;; crash-later.el ends here
