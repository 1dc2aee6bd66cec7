--- `:checkhealth rustassistant`.

local binary = require('rustassistant.binary')
local client = require('rustassistant.client')

local M = {}
local health = vim.health

local INSTALL = 'Install it: `cargo install rustassistant --locked`'

---@param path string
---@param arguments string[]
---@return vim.SystemCompleted
local function run(path, arguments)
  return vim.system({ path, unpack(arguments) }, { text = true, timeout = 5000 }):wait()
end

---@param path string
---@param said string what it answers to `--version`
local function check_version(path, said)
  local version = vim.version.parse(said:match('^rustassistant (%S+)$') or '')
  if not version then
    health.error(('`%s` is another program: its `--version` is "%s"'):format(path, said))
  elseif vim.version.lt(version, binary.MINIMUM_VERSION) then
    local needed = ('this plugin needs %s or later'):format(binary.MINIMUM_VERSION)
    health.error(('`%s` is version %s, which is too old: %s'):format(path, version, needed), INSTALL)
  else
    health.ok(('%s (%s)'):format(said, path))
  end
end

---@return string? path
local function check_binary()
  local path, why = binary.path(vim.fn.getcwd())
  if not path then
    health.error(why, {
      INSTALL,
      "Or set its path: vim.lsp.config('rustassistant', { cmd = { '/path/to/rustassistant', 'lsp' } })",
    })
    return nil
  end
  local answer = run(path, { '--version' })
  if answer.code ~= 0 then
    health.error(('`%s` can not be run'):format(path), vim.trim(answer.stderr or ''))
    return nil
  end
  check_version(path, vim.trim(answer.stdout))
  return path
end

--- Reports what `rustassistant doctor` finds about home, cache and configuration.
---@param path string
local function check_installation(path)
  local say = { OK = health.ok, NOTE = health.info, PROBLEM = health.error }
  local answer = run(path, { 'doctor' })
  for line in vim.gsplit(answer.stdout or '', '\n', { trimempty = true }) do
    local word, rest = line:match('^(%u+)%s+(.*)$')
    local tell = say[word] or health.info
    tell(rest or line)
  end
  if (answer.stdout or '') == '' then
    health.warn('`rustassistant doctor` printed nothing: ' .. vim.trim(answer.stderr or ''))
  end
end

local function check_servers()
  if not client.is_enabled() then
    health.warn('it is not enabled', "vim.lsp.enable('rustassistant')")
  end
  local clients = vim.lsp.get_clients({ name = 'rustassistant' })
  if #clients == 0 then
    health.info('no server is running; one starts with the first Rust file')
  end
  for _, one in ipairs(clients) do
    local place = one.root_dir or 'loose files'
    local buffers = vim.tbl_count(one.attached_buffers)
    health.ok(('a server runs for %s, %d buffers, %s'):format(place, buffers, one.offset_encoding))
    local commands = client.commands_of(one)
    for _, name in ipairs({ 'cacheStatistics', 'clearCache', 'reindex', 'explain', 'fixWorkspace' }) do
      if not vim.list_contains(commands, 'rustassistant.' .. name) then
        health.info(('this server does not support `rustassistant.%s`; a newer one may'):format(name))
      end
    end
  end
  if #vim.lsp.get_clients({ name = 'rust_analyzer' }) > 0 then
    health.ok('rust-analyzer runs beside it')
  end
end

function M.check()
  health.start('RustAssistant: editor')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.11 or later is needed for this plugin', 'See :help rustassistant-older')
    return
  end
  health.start('RustAssistant: binary')
  local path = check_binary()
  if path then
    health.start('RustAssistant: installation')
    check_installation(path)
  end
  health.start('RustAssistant: servers')
  check_servers()
end

return M
