--- `:RustAssistant SUBCOMMAND`.

local client = require('rustassistant.client')
local show = require('rustassistant.show')

local M = {}

local SOURCE = 'rustassistant'

---@param bufnr integer
---@param line? integer
---@return string[] ids of the findings, each once
local function findings(bufnr, line)
  local ids = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(bufnr, line and { lnum = line } or nil)) do
    local id = diagnostic.code
    if diagnostic.source == SOURCE and type(id) == 'string' and not vim.list_contains(ids, id) then
      table.insert(ids, id)
    end
  end
  return ids
end

---@param count any
---@param one string
---@return string
local function counted(count, one)
  return ('%d %s%s'):format(tonumber(count) or 0, one, count == 1 and '' or 's')
end

---@return string? path of the options to open
local function options_file()
  local server = client.current()
  local root = server and server.root_dir or vim.fn.getcwd()
  local of_project = vim.fs.joinpath(root, 'rustassistant.toml')
  if vim.uv.fs_stat(of_project) then
    return of_project
  end
  local home = vim.env.RUSTASSISTANT_HOME
  if not home or home == '' then
    home = vim.fs.joinpath(vim.uv.os_homedir(), '.rustassistant')
  end
  local own = vim.fs.joinpath(home, 'config.toml')
  return vim.uv.fs_stat(own) and own or of_project
end

---@type table<string, { run: fun(argument?: string), complete?: fun(): string[] }>
local SUBCOMMANDS = {
  restart = {
    run = function()
      require('rustassistant').restart()
    end,
  },
  stats = {
    run = function()
      client.execute('cacheStatistics', {}, function(result)
        show.lines('statistics', require('rustassistant.statistics').in_words(result), 'text')
      end)
    end,
  },
  ['clear-cache'] = {
    run = function()
      client.execute('clearCache', {}, function(result)
        client.say(('%s removed from the cache'):format(counted(type(result) == 'table' and result.removed, 'report')))
      end)
    end,
  },
  reindex = {
    run = function()
      client.execute('reindex', {}, function()
        client.say('analysing the workspace again')
      end)
    end,
  },
  explain = {
    run = function(id)
      id = id or findings(0, vim.fn.line('.') - 1)[1]
      if not id then
        client.say('there is no finding on this line; `:RustAssistant explain ID` explains any', vim.log.levels.WARN)
        return
      end
      client.execute('explain', { id }, function(markdown)
        if type(markdown) == 'string' then
          show.lines(id, vim.split(markdown, '\r?\n', { trimempty = true }), 'markdown')
        else
          client.say(('unknown id `%s`'):format(id), vim.log.levels.WARN)
        end
      end)
    end,
    complete = function()
      return findings(0)
    end,
  },
  ['fix-file'] = {
    run = function()
      local has_changed, why = require('rustassistant').fix_file()
      if not has_changed then
        client.say(why or 'nothing was changed')
      end
    end,
  },
  ['fix-workspace'] = {
    run = function()
      -- The server itself reports the result.
      client.execute('fixWorkspace', {}, function() end)
    end,
  },
  config = {
    run = function()
      show.file(options_file())
    end,
  },
  log = {
    run = function()
      local log = vim.lsp.log
      show.file(log and log.get_filename and log.get_filename() or vim.lsp.get_log_path())
    end,
  },
}

---@return string[]
local function names()
  local all = vim.tbl_keys(SUBCOMMANDS)
  table.sort(all)
  return all
end

---@param call { fargs: string[] }
function M.run(call)
  local name, argument = call.fargs[1], call.fargs[2]
  local subcommand = SUBCOMMANDS[name]
  if not subcommand then
    client.say(('unknown command `%s`; expected one of %s'):format(name, table.concat(names(), ', ')), vim.log.levels.ERROR)
    return
  end
  if #call.fargs > (subcommand.complete and 2 or 1) then
    client.say(('too many arguments for `%s`'):format(name), vim.log.levels.ERROR)
    return
  end
  subcommand.run(argument)
end

---@param lead string the word before the cursor
---@param line string the whole line
---@return string[]
function M.complete(lead, line)
  local words = vim.split(line, '%s+', { trimempty = true })
  local is_first = #words == 1 or (#words == 2 and lead ~= '')
  local subcommand = not is_first and SUBCOMMANDS[words[2]]
  local candidates = is_first and names() or (subcommand and subcommand.complete and subcommand.complete() or {})
  return vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
end

return M
