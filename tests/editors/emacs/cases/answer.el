;;; answer.el --- open, see, list, apply, save, undo -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (let ((path (t-crate "src/orders.rs")) before finding)
     (t-open path)
     (setq before (t-text))
     (t-wait-for "unwraps a value or diverges")
     (setq finding (t-wait-for "join their conditions"))
     ;; Letters outside ASCII stand before it: a client and a server that count differently would disagree here.
     (t-check (equal (buffer-substring-no-properties (flymake-diagnostic-beg finding) (flymake-diagnostic-end finding)) "if")
              "what is drawn")
     (buffer-enable-undo)
     (undo-boundary)
     (t-check (t-answer finding "Merge nested") "answers are listed")
     (t-wait "the answer in the text" (lambda () (string-match-p "order.is_paid && order.lines" (t-text))))
     (t-wait-without "join their conditions")
     (save-buffer)
     (t-check (equal (t-on-disk path) (t-text)) "what is saved")
     (setq last-command nil)
     (undo-boundary)
     (undo)
     (t-check (equal (t-text) before) (format "undo: %s" (t-text)))
     (t-wait-for "join their conditions")
     (save-buffer)
     (t-check (equal (t-on-disk path) before) "the file as it was"))))
;;; answer.el ends here
