-- `:checkhealth rustassistant` without problems, and the help.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  vim.cmd('checkhealth rustassistant')
  local report = t.text(0)
  t.check(not report:find('ERROR', 1, true), 'no errors: ' .. report)
  for _, wanted in ipairs({ 'Neovim 0.', 'rustassistant 0.', 'home: ', 'a server runs for ' .. t.crate() }) do
    t.check(report:find(wanted, 1, true) ~= nil, ('health lacks `%s`: %s'):format(wanted, report))
  end
  t.check(vim.lsp.config.rustassistant.filetypes[1] == 'rust', 'the configuration is found')

  vim.cmd('helptags ' .. os.getenv('PLUGIN') .. '/doc')
  for _, tag in ipairs({ 'rustassistant', ':RustAssistant', 'rustassistant-older', 'rustassistant-fix-on-save' }) do
    vim.cmd('help ' .. tag)
    t.check(vim.api.nvim_buf_get_name(0):find('rustassistant.txt$') ~= nil, 'help for ' .. tag)
  end
  t.equal(t.messages, {}, 'messages')
end)
