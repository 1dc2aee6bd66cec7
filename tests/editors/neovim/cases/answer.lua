-- Open a file, see findings, list and apply fixes, save, undo.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/orders.rs')
  local before = t.text(bufnr)
  t.check(#t.wait_for_findings(bufnr) >= 3, 'there are findings')

  local finding = t.finding(bufnr, 'collapsible-if')
  t.check(finding.severity == vim.diagnostic.severity.HINT, 'it is a hint')
  -- Non-ASCII letters precede it, so that differences in counting positions would be noticed here.
  local line = vim.api.nvim_buf_get_lines(bufnr, finding.lnum, finding.lnum + 1, false)[1]
  t.equal(line:sub(finding.col + 1, finding.end_col), 'if', 'what is drawn')

  local listed = t.answer(finding, 'Merge')
  t.check(#listed > 0, 'answers are listed')
  local wanted = 'if order.is_paid && order.lines.is_empty() {'
  t.wait('the answer is in the text', function()
    return t.text(bufnr):find(wanted, 1, true) ~= nil
  end)
  t.wait('the finding is gone', function()
    return #vim.tbl_filter(function(one)
      return one.code == 'collapsible-if'
    end, t.ours(bufnr)) == 0
  end)

  vim.cmd('write')
  t.equal(t.on_disk(vim.api.nvim_buf_get_name(bufnr)), t.text(bufnr), 'what is saved')

  vim.cmd('undo')
  t.equal(t.text(bufnr), before, 'undo in one step')
  t.wait('the finding is back', function()
    return #vim.tbl_filter(function(one)
      return one.code == 'collapsible-if'
    end, t.ours(bufnr)) == 1
  end)
  vim.cmd('write')
  t.equal(t.on_disk(vim.api.nvim_buf_get_name(bufnr)), before, 'the file as it was')
end)
