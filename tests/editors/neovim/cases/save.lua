-- Safe fixes are applied when the file is written, as configured in the help.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  vim.api.nvim_create_autocmd('BufWritePre', {
    pattern = '*.rs',
    callback = function(args)
      require('rustassistant').fix_file({ bufnr = args.buf, timeout_ms = 1000 })
    end,
  })
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  local before = t.text(bufnr)
  vim.cmd('write')
  local kinds = t.clients()[1].server_capabilities.codeActionProvider.codeActionKinds
  if vim.list_contains(kinds, 'source.fixAll.rustassistant') then
    local saved = t.on_disk(vim.api.nvim_buf_get_name(bufnr))
    t.check(saved:find('order.is_paid && order.lines', 1, true) ~= nil, 'one of the answers is saved')
    t.check(saved:find('if orders.is_empty() {', 1, true) ~= nil, 'another one is saved')
    t.equal(t.text(bufnr), saved, 'the buffer and the file')
    t.wait('no findings', function()
      return #t.ours(bufnr) == 0
    end)
  else
    t.equal(t.on_disk(vim.api.nvim_buf_get_name(bufnr)), before, 'written as it was')
  end
  t.equal(t.messages, {}, 'messages')
end)
