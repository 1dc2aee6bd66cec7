--- Determines the root folder of a buffer's server.

local M = {}

--- The folder of the Cargo workspace, or else of the package, or else of the repository; `nil` for a standalone file. This
--- way, one server serves all packages of a workspace.
---@param bufnr integer
---@return string?
function M.of(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  if name == '' then
    return nil
  end
  local repository = vim.fs.root(bufnr, '.git')
  local manifests = vim.fs.find('Cargo.toml', {
    path = vim.fs.dirname(name),
    upward = true,
    stop = repository and vim.fs.dirname(repository),
    limit = math.huge,
  })
  for place = #manifests, 1, -1 do
    if M.is_workspace(manifests[place]) then
      return vim.fs.dirname(manifests[place])
    end
  end
  return manifests[1] and vim.fs.dirname(manifests[1]) or repository
end

---@param manifest string
---@return boolean
function M.is_workspace(manifest)
  local file = io.open(manifest)
  if not file then
    return false
  end
  local text = '\n' .. file:read('*a')
  file:close()
  return text:find('\n%s*%[workspace[%].]') ~= nil
end

return M
