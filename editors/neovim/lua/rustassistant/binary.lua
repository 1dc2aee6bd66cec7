--- Locates the server's binary.
---
--- It comes from the user's PATH or from the user's own `vim.lsp.config('rustassistant', { cmd = ... })`, never from the
--- project: opening a folder must not run programs in it.

local M = {}

local NAME = 'rustassistant'
local is_windows = vim.fn.has('win32') == 1

--- The oldest server version that this plugin supports.
M.MINIMUM_VERSION = '0.1.0'

local has_said_missing = false

--- Finds the binary on PATH, skipping folders that are relative or inside {root}.
---@param root? string the project's folder
---@return string? path
---@return string? why nothing was found
function M.find(root)
  local passed_over
  for _, dir in ipairs(vim.split(vim.env.PATH or '', is_windows and ';' or ':', { plain = true, trimempty = true })) do
    local path = vim.fs.joinpath(dir, is_windows and NAME .. '.exe' or NAME)
    if vim.fn.executable(path) == 1 then
      if M.is_absolute(dir) and not M.is_inside(path, root) then
        return path
      end
      passed_over = passed_over or path
    end
  end
  if passed_over then
    return nil, ('`%s` is inside the open project, so it is not run'):format(passed_over)
  end
  return nil, '`rustassistant` is not on PATH'
end

--- Whether a server can be started. If not, the user is notified once per session rather than for every file.
---@param root? string
---@return boolean
function M.is_there(root)
  if M.is_chosen_by_user() then
    return true
  end
  local path, why = M.find(root)
  if path then
    return true
  end
  if not has_said_missing then
    has_said_missing = true
    vim.notify(('RustAssistant: %s; see :checkhealth rustassistant'):format(why), vim.log.levels.ERROR)
  end
  return false
end

--- Whether the user's configuration sets a custom command.
---@return boolean
function M.is_chosen_by_user()
  local config = vim.lsp.config[NAME]
  return config ~= nil and type(config.cmd) == 'table'
end

--- The path and the arguments before `lsp`, for running other subcommands of the same binary.
---@param root? string
---@return string? path
---@return string? why
function M.path(root)
  if M.is_chosen_by_user() then
    local cmd = vim.lsp.config[NAME].cmd
    local path = vim.fn.exepath(cmd[1])
    if path == '' then
      return nil, ('`%s`, set in your configuration, does not exist'):format(cmd[1])
    end
    return path
  end
  return M.find(root)
end

---@param path string
---@return boolean
function M.is_absolute(path)
  return vim.startswith(path, '/') or path:match('^%a:[/\\]') ~= nil or vim.startswith(path, '\\\\')
end

---@param path string
---@return string
local function real(path)
  return vim.fs.normalize(vim.uv.fs_realpath(path) or path)
end

--- Whether {path} belongs to the project in {root}. A home directory kept in a repository doesn't count as a project, since
--- the user controls what is in it.
---@param path string
---@param root? string
---@return boolean
function M.is_inside(path, root)
  if not root then
    return false
  end
  local below = real(root):gsub('/$', '') .. '/'
  local home = vim.uv.os_homedir()
  if home and vim.startswith(real(home) .. '/', below) then
    return false
  end
  return vim.startswith(vim.fs.normalize(path), below) or vim.startswith(real(path), below)
end

return M
