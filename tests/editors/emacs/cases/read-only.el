;;; read-only.el --- a read-only file: findings are shown, and the text is unchanged -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (let ((path (t-crate "src/orders.rs")) before finding)
     (t-open path)
     (setq before (t-text))
     (t-check buffer-read-only "the buffer is read-only")
     (setq finding (t-wait-for "combine their conditions"))
     (t-check (eq 'buffer-read-only
                  (condition-case problem (progn (t-answer finding "Merge nested") nil) (error (car problem))))
              "Emacs says that the buffer is read-only")
     (t-check (equal (t-text) before) "the text")
     (t-check (equal (t-on-disk path) before) "the file")
     ;; The user overrides the protection.
     (read-only-mode -1)
     (t-answer finding "Merge nested")
     (t-check (string-match-p "order.is_paid && order.lines" (t-text)) "an answer")
     (t-check (equal (t-on-disk path) before) "the file"))))
;;; read-only.el ends here
