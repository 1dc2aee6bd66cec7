--- Restarts the server after a crash: up to three times in a row, after 1, 2 and 4 seconds.
---
--- Neovim itself reports that a server exited and where its log is; this adds the restart, and one message when it gives up.
--- A server that exited before it was initialized isn't restarted, since it would exit again.

local M = {}

local LONGEST_ROW = 3
--- Time without a crash, in milliseconds, after which the count starts over.
local CALM_MS = 3 * 60 * 1000
local SIGTERM = 15

---@type table<integer, boolean> clients that got as far as serving
local serving = {}
---@type table<integer, boolean> clients that were told to stop
local stopped = {}
local row = 0
local last_fault_ms = 0
local has_given_up = false

--- Whether a server may be started for another buffer.
---@return boolean
function M.may_start()
  return not has_given_up
end

---@param client_id integer
function M.started(client_id)
  serving[client_id] = true
end

---@param client_id integer
function M.expect_end(client_id)
  stopped[client_id] = true
end

--- Forgets all crashes, because the user asked for another attempt.
function M.forget()
  row, has_given_up = 0, false
end

---@param code integer
---@param signal integer
---@param client_id integer
function M.ended(code, signal, client_id)
  local was_serving = serving[client_id]
  local was_told = stopped[client_id] or signal == SIGTERM or (code == 0 and signal == 0)
  serving[client_id], stopped[client_id] = nil, nil
  -- `v:exiting` can't be read here because this runs outside the main loop.
  vim.schedule(function()
    if was_told or vim.v.exiting ~= vim.NIL then
      return
    end
    if was_serving then
      M.fault()
    else
      M.give_up('did not start')
    end
  end)
end

--- Counts a crash and schedules a restart, unless there were too many.
function M.fault()
  local now = vim.uv.now()
  if now - last_fault_ms > CALM_MS then
    row = 0
  end
  row, last_fault_ms = row + 1, now
  if row > LONGEST_ROW then
    M.give_up('keeps crashing')
    return
  end
  vim.defer_fn(M.attach_all, 1000 * 2 ^ (row - 1))
end

---@param what string
function M.give_up(what)
  if has_given_up then
    return
  end
  has_given_up = true
  local advice = 'see `:RustAssistant log`; `:RustAssistant restart` tries again'
  vim.notify(('RustAssistant: the server %s; %s'):format(what, advice), vim.log.levels.ERROR)
end

--- Attaches to every open Rust buffer, as if it had just been opened.
function M.attach_all()
  if not require('rustassistant.client').is_enabled() then
    return
  end
  for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype == 'rust' then
      vim.api.nvim_exec_autocmds('FileType', { group = 'nvim.lsp.enable', buffer = bufnr, modeline = false })
    end
  end
end

return M
