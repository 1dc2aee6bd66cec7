;;; wrong-options.el --- an option of the wrong type is reported and ignored -*- lexical-binding: t -*-
;;; Code:
(t-run
 (lambda ()
   (setq-default eglot-workspace-configuration
                 '((:rustassistant . (:smells (:collapsible-if "quiet" :let-else-opportunity :json-false) :exclude 7))))
   (t-open (t-crate "src/orders.rs"))
   (t-wait "the option that is wrong"
           (lambda ()
             (t-look)
             (seq-find (lambda (words) (string-match-p "smells.collapsible-if" words)) t-messages)))
   (t-wait-without "unwraps a value or diverges")
   (t-check (t-answer (t-wait-for "combine their conditions") "Merge nested") "answers are listed")
   (t-check (string-match-p "order.is_paid && order.lines" (t-text)) "an answer")))
;;; wrong-options.el ends here
