--- The public API for user configurations.

local client = require('rustassistant.client')

local M = {}

local FIX_ALL = 'source.fixAll.rustassistant'

---@param server vim.lsp.Client
---@return boolean
local function offers_fix_all(server)
  local provider = server.server_capabilities.codeActionProvider
  local kinds = type(provider) == 'table' and provider.codeActionKinds or {}
  return vim.list_contains(kinds, FIX_ALL)
end

---@param bufnr integer
---@return table params of a question for the whole file
local function whole_file(bufnr)
  local last = vim.api.nvim_buf_line_count(bufnr)
  return {
    textDocument = vim.lsp.util.make_text_document_params(bufnr),
    range = { start = { line = 0, character = 0 }, ['end'] = { line = last, character = 0 } },
    context = { only = { FIX_ALL }, diagnostics = {}, triggerKind = 1 },
  }
end

---@param answer? { err: lsp.ResponseError?, result: any }
---@param err? string
---@return any result
---@return string? why there is none
local function unwrap(answer, err)
  if not answer then
    return nil, err or 'no answer'
  end
  if answer.err then
    return nil, answer.err.message
  end
  return answer.result
end

--- Applies every safe fix in the buffer and waits for it, so that it can be called before the file is written.
---@param opts? { bufnr?: integer, timeout_ms?: integer }
---@return boolean whether something was changed
---@return string? why not
function M.fix_file(opts)
  opts = opts or {}
  local bufnr = opts.bufnr and opts.bufnr ~= 0 and opts.bufnr or vim.api.nvim_get_current_buf()
  local timeout_ms = opts.timeout_ms or 2000
  local server = vim.lsp.get_clients({ name = 'rustassistant', bufnr = bufnr })[1]
  if not server then
    return false, 'no server is attached to this buffer'
  end
  if not offers_fix_all(server) then
    return false, ('the running server does not offer `%s`; a newer one may'):format(FIX_ALL)
  end
  local actions, why =
    unwrap(server:request_sync('textDocument/codeAction', whole_file(bufnr), timeout_ms, bufnr))
  local action = actions and actions[1]
  if not action then
    return false, why or 'no safe refactoring to apply'
  end
  if not action.edit then
    action, why = unwrap(server:request_sync('codeAction/resolve', action, timeout_ms, bufnr))
  end
  if not action or not action.edit then
    return false, why or 'the server sent no edit'
  end
  vim.lsp.util.apply_workspace_edit(action.edit, server.offset_encoding)
  return true
end

--- Restarts the server for every open Rust buffer.
function M.restart()
  local restart = require('rustassistant.restart')
  restart.forget()
  local clients = vim.lsp.get_clients({ name = 'rustassistant' })
  for _, one in ipairs(clients) do
    restart.expect_end(one.id)
    one:stop()
  end
  local is_over = function()
    return #vim.lsp.get_clients({ name = 'rustassistant' }) == 0
  end
  if not vim.wait(2000, is_over, 20) then
    for _, one in ipairs(clients) do
      one:stop(true)
    end
    vim.wait(1000, is_over, 20)
  end
  if not client.is_enabled() then
    client.say("it is not enabled; vim.lsp.enable('rustassistant') does that", vim.log.levels.WARN)
    return
  end
  restart.attach_all()
end

return M
