;;; latency.el --- how long it takes until the findings of a large file are there -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (t-open (t-crate "src/orders.rs"))
   (t-wait-for "they can be asked as one")
   (let ((started (float-time)))
     (t-open (t-crate "src/large.rs"))
     (t-wait-for "they can be asked as one")
     (t-check (= 2000 (count-lines (point-min) (point-max))) "2,000 lines")
     (princ (format "shown after %.0f ms\n" (* 1000 (- (float-time) started)))))))
;;; latency.el ends here
