;;; latency.el --- the time until the findings of a large file are shown -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (t-open (t-crate "src/orders.rs"))
   (t-wait-for "combine their conditions")
   (let ((files (directory-files (expand-file-name "large" (getenv "WORK")) t "rs$")))
     (t-check (= 3 (length files)) "files")
     (dolist (file files)
       (let ((path (t-crate (concat "src/" (file-name-nondirectory file)))) started)
         (copy-file file path)
         (setq started (float-time))
         (t-open path)
         (t-wait-for "combine their conditions")
         (t-check (= 2000 (count-lines (point-min) (point-max))) "2,000 lines")
         (princ (format "shown after %.0f ms\n" (* 1000 (- (float-time) started)))))))))
;;; latency.el ends here
