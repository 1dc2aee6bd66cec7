;;; two-instances.el --- one of two editors on the same folder -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (t-open (t-crate "src/orders.rs"))
   (let ((finding (t-wait-for "combine their conditions")))
     (write-region "" nil (expand-file-name (format "here-%d" (emacs-pid)) (getenv "WORK")))
     (t-wait "the other editor"
             (lambda ()
               (accept-process-output nil 0.05)
               (= 2 (length (directory-files (getenv "WORK") nil "^here-")))))
     (t-answer finding "Merge nested")
     (t-check (string-match-p "order.is_paid && order.lines" (t-text)) "an answer"))))
;;; two-instances.el ends here
