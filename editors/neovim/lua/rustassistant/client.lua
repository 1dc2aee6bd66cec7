--- Finds the running server and sends requests to it.

local M = {}

local NAME = 'rustassistant'

---@param words string
---@param level? integer
function M.say(words, level)
  vim.notify('RustAssistant: ' .. words, level or vim.log.levels.INFO)
end

--- Whether `vim.lsp.enable('rustassistant')` was called.
---@return boolean
function M.is_enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled(NAME)
  end
  -- Early 0.11 has no such function; this group only exists if something is enabled.
  return (pcall(vim.api.nvim_get_autocmds, { group = 'nvim.lsp.enable' }))
end

--- The client of the current buffer, or else any client.
---@return vim.lsp.Client?
function M.current()
  local here = vim.lsp.get_clients({ name = NAME, bufnr = 0 })[1]
  return here or vim.lsp.get_clients({ name = NAME })[1]
end

--- The same, but notifies the user if there is none.
---@return vim.lsp.Client?
function M.need()
  local client = M.current()
  if not client then
    M.say('no server is running; open a Rust file, or see :checkhealth rustassistant', vim.log.levels.WARN)
  end
  return client
end

---@param client vim.lsp.Client
---@return string[]
function M.commands_of(client)
  local provider = client.server_capabilities.executeCommandProvider
  return provider and provider.commands or {}
end

--- Executes a server command and passes its result on.
---@param name string without the server's name before it
---@param arguments any[]
---@param on_result fun(result: any)
function M.execute(name, arguments, on_result)
  local client = M.need()
  if not client then
    return
  end
  local command = NAME .. '.' .. name
  if not vim.list_contains(M.commands_of(client), command) then
    M.say(('the running server does not support `%s`; a newer one may'):format(command), vim.log.levels.WARN)
    return
  end
  client:request('workspace/executeCommand', { command = command, arguments = arguments }, function(err, result)
    if err then
      M.say(err.message, vim.log.levels.ERROR)
    else
      on_result(result)
    end
  end)
end

return M
