-- Every subcommand with the running server. An unsupported command is reported in one line.
local t = dofile(os.getenv('SUPPORT'))

local function complete(line)
  return vim.fn.getcompletion(line, 'cmdline')
end

--- Whether the server supports a command; the case then expects its effect, otherwise the message.
local function knows(name)
  local provider = t.clients()[1].server_capabilities.executeCommandProvider
  return provider ~= nil and vim.list_contains(provider.commands, 'rustassistant.' .. name)
end

local function lacks(name)
  local said = ('does not support `rustassistant.%s`'):format(name)
  t.check(t.count_messages(said) == 1, 'said once: ' .. said)
end

local function shown(name)
  t.wait('a window that shows ' .. name, function()
    return vim.api.nvim_buf_get_name(0):find('rustassistant://' .. name, 1, true) ~= nil
  end)
  local text = t.text(0)
  vim.cmd('close')
  return text
end

t.run(function()
  local bufnr = t.open('src/orders.rs')
  local finding = (t.wait_for_findings(bufnr) and t.finding(bufnr, 'collapsible-if'))
  t.equal(#complete('RustAssistant '), 9, 'subcommands')
  t.equal(complete('RustAssistant fix'), { 'fix-file', 'fix-workspace' }, 'subcommands that begin so')
  t.check(vim.list_contains(complete('RustAssistant explain '), 'let-else-opportunity'), 'ids in the buffer')
  t.equal(complete('RustAssistant stats '), {}, 'stats takes nothing')

  vim.cmd('RustAssistant dance')
  t.check(t.has_message('unknown command `dance`; expected one of clear-cache, config,'), 'an unknown subcommand')
  vim.cmd('RustAssistant stats now')
  t.check(t.has_message('too many arguments for `stats`'), 'too many words')

  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  vim.cmd('RustAssistant explain')
  t.check(t.has_message('there is no finding on this line'), 'nothing to explain')
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  vim.cmd('RustAssistant explain')
  if knows('explain') then
    t.check(shown('collapsible-if'):find('Why', 1, true) ~= nil, 'the explanation')
    vim.cmd('RustAssistant explain no-such-thing')
    t.wait('a word about an unknown id', function()
      return t.has_message('no-such-thing')
    end)
  else
    lacks('explain')
  end

  vim.cmd('RustAssistant stats')
  if knows('cacheStatistics') then
    local text = shown('statistics')
    t.check(text:find('Cache: .*\n') and text:find('local: %d+ found'), 'the statistics: ' .. text)
  else
    lacks('cacheStatistics')
  end
  local said = { ['clear-cache'] = { 'clearCache', 'removed from the cache' }, reindex = { 'reindex', 'analysing the workspace again' } }
  for command, expected in pairs(said) do
    local before = #t.messages
    vim.cmd('RustAssistant ' .. command)
    t.wait('an answer to ' .. command, function()
      return #t.messages > before
    end)
    t.equal(#t.messages, before + 1, 'sentences for ' .. command)
    if knows(expected[1]) then
      t.check(t.has_message(expected[2]), 'what is said of ' .. command)
    else
      lacks(expected[1])
    end
  end
  -- The formatting of statistics doesn't depend on the tested server.
  local words = table.concat(
    require('rustassistant.statistics').in_words({
      path = '/home/cache.db',
      limit_bytes = 268435456,
      holdings = { entries = 139, disk_bytes = 1572864 },
      tiers = { ['local'] = { hits = 7, misses = 2, written = 1, faults = { busy = 3 } } },
    }),
    '\n'
  )
  t.equal(
    words,
    'Cache: /home/cache.db\nHolds 139 reports in 1.5 MB; the limit is 256.0 MB.\nlocal: 7 found, 2 not found, 1 written, 3 faults',
    'statistics in words'
  )

  vim.cmd('RustAssistant config')
  t.equal(vim.api.nvim_buf_get_name(0), t.crate() .. '/rustassistant.toml', 'the options of the project')
  vim.cmd('close')
  vim.fn.writefile({}, os.getenv('RUSTASSISTANT_HOME') .. '/config.toml')
  vim.cmd('RustAssistant config')
  t.equal(vim.api.nvim_buf_get_name(0), os.getenv('RUSTASSISTANT_HOME') .. '/config.toml', 'the options of the user')
  vim.cmd('close')
  vim.cmd('RustAssistant log')
  t.check(vim.api.nvim_buf_get_name(0):find('lsp.log$') ~= nil, 'the log')
  vim.cmd('close')

  local kinds = t.clients()[1].server_capabilities.codeActionProvider.codeActionKinds
  local before = t.text(bufnr)
  vim.cmd('RustAssistant fix-file')
  if vim.list_contains(kinds, 'source.fixAll.rustassistant') then
    t.check(t.text(bufnr):find('order.is_paid && order.lines', 1, true) ~= nil, 'one of the answers')
    t.check(t.text(bufnr):find('let Some(name) = &order.customer else', 1, true) ~= nil, 'another one')
    vim.cmd('undo')
    t.equal(t.text(bufnr), before, 'undo in one step')
  else
    t.check(t.has_message('does not offer `source.fixAll.rustassistant`'), 'the kind is said to be missing')
    t.equal(t.text(bufnr), before, 'the text')
  end
  vim.cmd('RustAssistant fix-workspace')
  if knows('fixWorkspace') then
    t.wait('an answer to fix-workspace', function()
      return t.text(bufnr):find('order.is_paid && order.lines', 1, true) ~= nil
    end)
    t.wait('what was done', function()
      return t.count_messages('applied 3 refactorings in 1 file') == 1
    end)
    vim.cmd('wall')
    vim.cmd('RustAssistant fix-workspace')
    t.wait('that nothing is left', function()
      return t.has_message('no safe refactoring to apply')
    end)
  else
    lacks('fixWorkspace')
  end
end)
