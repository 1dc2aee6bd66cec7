;;; moving.el --- refactorings that create files aren't offered without support -*- lexical-binding: t -*-
;;; Code:
(defun moving-titles ()
  "The titles of the code actions at point; none where Emacs says that there are none."
  (let (listed)
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt collection &rest _)
                 (setq listed (all-completions "" collection))
                 (signal 'quit nil))))
      (condition-case problem
          (call-interactively #'eglot-code-actions)
        (quit nil)
        (error (t-check (string-match-p "No \\(code \\)?actions\\|No .* here" (error-message-string problem))
                        (format "said: %S" problem)))))
    listed))

(t-run
 (lambda ()
   (let ((path (t-crate "src/stack.rs")) finding before)
     (t-open path)
     (setq before (t-text)
           finding (t-wait-for "combine their conditions"))
     ;; Where something is offered, it is listed.
     (goto-char (flymake-diagnostic-beg finding))
     (t-check (seq-find (lambda (title) (string-prefix-p "Merge nested" title)) (moving-titles)) "the list works")
     (goto-char (point-min))
     (search-forward "mod tests")
     (let ((titles (moving-titles)))
       (t-check (not (seq-find (lambda (title) (string-match-p "Move tests" title)) titles)) (format "%S" titles)))
     (t-check (equal (t-text) before) "nothing has changed")
     (t-check (not (file-exists-p (t-crate "src/stack"))) "nothing was created"))))
;;; moving.el ends here
