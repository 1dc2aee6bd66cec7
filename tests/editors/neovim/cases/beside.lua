-- A second server on the same buffer uses a different position encoding and offers its own actions.
local t = dofile(os.getenv('SUPPORT'))

local function theirs(bufnr)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.source == 'second'
  end, vim.diagnostic.get(bufnr))
end

t.run(function()
  vim.lsp.config('second', {
    cmd = { 'python3', os.getenv('TESTS') .. '/terminals/second_server.py' },
    filetypes = { 'rust' },
    root_markers = { 'Cargo.toml' },
  })
  vim.lsp.enable('second')
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  t.wait('findings of the second server', function()
    return #theirs(bufnr) == 1
  end)
  local ours = vim.lsp.get_clients({ name = 'rustassistant', bufnr = bufnr })
  local second = vim.lsp.get_clients({ name = 'second', bufnr = bufnr })
  t.equal({ #ours, #second }, { 1, 1 }, 'one of each')
  t.equal(second[1].offset_encoding, 'utf-16', 'the second one counts in')

  local listed = t.answer(t.finding(bufnr, 'collapsible-if'), 'Merge')
  local all = table.concat(listed, '\n')
  t.check(all:find('Second', 1, true) ~= nil, 'the menu lacks the action of the second server: ' .. all)
  local wanted = 'let note = "Größe 🦀"; if order.is_paid && order.lines.is_empty() {'
  t.wait('our answer is in the text', function()
    return t.text(bufnr):find(wanted, 1, true) ~= nil
  end)

  -- The other server's action, after this server has changed the text.
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  t.answer(theirs(bufnr)[1], 'Second')
  t.wait('the second answer is in the text', function()
    return t.text(bufnr):find('^// second\n') ~= nil
  end)
  t.check(t.text(bufnr):find(wanted, 1, true) ~= nil, 'ours is still there')

  local left = t.finding(bufnr, 'let-else-opportunity')
  t.answer(left, 'else')
  t.wait('our next answer, one line further down', function()
    return t.text(bufnr):find('let Some(name) = &order.customer else {', 1, true) ~= nil
  end)

  vim.cmd('RustAssistant restart')
  t.wait_for_findings(bufnr)
  t.equal(vim.lsp.get_clients({ name = 'second' })[1].id, second[1].id, 'the second server was left alone')
  t.check(t.clients()[1].id ~= ours[1].id, 'ours is a new one')
  t.equal(t.messages, {}, 'messages')
end)
