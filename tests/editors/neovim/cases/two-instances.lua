-- One of two editors on the same folder. Both work in their own buffer; the first writer isn't blocked by the other.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  local here = os.getenv('WORK') .. '/here-' .. vim.fn.getpid()
  vim.fn.writefile({}, here)
  t.wait('the other editor', function()
    return #vim.fn.glob(os.getenv('WORK') .. '/here-*', true, true) == 2
  end)
  t.answer(t.finding(bufnr, 'collapsible-if'), 'Merge')
  t.wait('an answer', function()
    return t.text(bufnr):find('order.is_paid && order.lines', 1, true) ~= nil
  end)
  vim.cmd('saveas ' .. t.crate() .. '/src/mine' .. vim.fn.getpid() .. '.rs')
  t.wait('findings under the new name', function()
    return #t.ours(bufnr) == 2
  end)
  t.equal(#t.clients(), 1, 'servers of this editor')
  t.equal(t.messages, {}, 'messages')
end)
