-- Defines `:RustAssistant`. Modules are loaded on first use; the server is started by `vim.lsp.enable`.

if vim.g.loaded_rustassistant or vim.fn.has('nvim-0.11') == 0 then
  return
end
vim.g.loaded_rustassistant = true

vim.api.nvim_create_user_command('RustAssistant', function(call)
  require('rustassistant.commands').run(call)
end, {
  nargs = '+',
  desc = 'RustAssistant: restart, stats, clear-cache, reindex, explain, fix-file, fix-workspace, config, log',
  complete = function(lead, line)
    return require('rustassistant.commands').complete(lead, line)
  end,
})
