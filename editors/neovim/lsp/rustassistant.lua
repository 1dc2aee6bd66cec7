-- The configuration that `vim.lsp.enable('rustassistant')` reads (Neovim 0.11 and later). It can be overridden with
-- `vim.lsp.config('rustassistant', { ... })`, including `cmd`.

local binary = require('rustassistant.binary')
local restart = require('rustassistant.restart')
local root = require('rustassistant.root')

---@type vim.lsp.Config
return {
  -- A function, so that the binary is only looked up when needed, and never inside the open project.
  cmd = function(dispatchers, config)
    local path = assert(binary.find(config and config.root_dir))
    return vim.lsp.rpc.start({ path, 'lsp' }, dispatchers, { cwd = config and config.root_dir })
  end,
  filetypes = { 'rust' },
  root_dir = function(bufnr, on_dir)
    local dir = root.of(bufnr)
    if restart.may_start() and binary.is_there(dir) then
      on_dir(dir)
    end
  end,
  on_init = function(client)
    restart.started(client.id)
  end,
  on_exit = function(code, signal, client_id)
    restart.ended(code, signal, client_id)
  end,
}
