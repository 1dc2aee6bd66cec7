-- A read-only file and an unmodifiable buffer: findings are shown, and nothing is written.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/orders.rs')
  local before = t.text(bufnr)
  t.check(vim.bo[bufnr].readonly, 'the file is read-only')
  t.wait_for_findings(bufnr)

  vim.bo[bufnr].modifiable = false
  local is_fine = pcall(function()
    t.answer(t.finding(bufnr, 'collapsible-if'), 'Merge')
    vim.wait(300)
  end)
  t.equal(t.text(bufnr), before, 'a text that may not be changed')
  t.check(not is_fine or vim.v.errmsg ~= '' or #t.messages > 0, 'it is said why nothing happened')
  vim.bo[bufnr].modifiable = true

  t.answer(t.finding(bufnr, 'collapsible-if'), 'Merge')
  t.wait('an answer in the buffer', function()
    return t.text(bufnr):find('order.is_paid && order.lines', 1, true) ~= nil
  end)
  local is_written, why = pcall(vim.cmd, 'write')
  t.check(not is_written and tostring(why):find('E45', 1, true) ~= nil, 'it is not written: ' .. tostring(why))
  t.equal(t.on_disk(vim.api.nvim_buf_get_name(bufnr)), before, 'the file')
end)
