-- With a second server and the configuration for Neovim 0.8 to 0.10: if only the other server has a hover, only that is shown.
local t = dofile(os.getenv('SUPPORT'))

local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return t.text(vim.api.nvim_win_get_buf(window))
    end
  end
  return ''
end

t.run(function()
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  vim.lsp.start({
    name = 'second',
    cmd = { 'python3', os.getenv('TESTS') .. '/terminals/second_server.py' },
    root_dir = t.crate(),
  }, { bufnr = bufnr })
  t.wait('the second server', function()
    return #vim.lsp.get_clients({ name = 'second', bufnr = bufnr }) == 1 and #vim.diagnostic.get(bufnr) > #t.ours(bufnr)
  end)
  vim.lsp.buf.hover()
  t.wait('the hover of the second server', function()
    return floating():find("the second server's hover", 1, true) ~= nil
  end)
  -- This request is answered after the hover, so the hover of this server has been answered too.
  local client = t.clients()[1]
  client.request_sync('textDocument/hover', vim.lsp.util.make_position_params(), 5000, bufnr)
  t.equal(t.messages, {}, 'messages')

  -- If this server has a hover, it is shown.
  vim.cmd('only')
  for _, one in ipairs(vim.lsp.get_clients({ name = 'second' })) do
    one.stop(true)
  end
  local finding = t.finding(bufnr, 'collapsible-if')
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  t.wait('the end of the second server', function()
    return #vim.lsp.get_clients({ name = 'second' }) == 0
  end)
  vim.lsp.buf.hover()
  t.wait('our hover', function()
    return floating():find('collapsible', 1, true) ~= nil
  end)
end)
