-- Shared code of the cases. Works in every Neovim since 0.7.

local M = { messages = {} }

-- Messages that an editor would have shown, including its own, so that a case can check what users see.
vim.notify = function(words, level)
  table.insert(M.messages, { words = tostring(words), level = level or vim.log.levels.INFO })
end
vim.notify_once = vim.notify

local function leave(code)
  io.stderr:flush()
  vim.cmd(code == 0 and 'qall!' or 'cquit ' .. code)
end

function M.fail(words)
  io.stderr:write('FAILED: ', words, '\n')
  for _, message in ipairs(M.messages) do
    io.stderr:write('  message: ', message.words, '\n')
  end
  error({ failed = true })
end

function M.check(condition, words)
  if not condition then
    M.fail(words)
  end
  M.checks = (M.checks or 0) + 1
end

function M.equal(left, right, words)
  local shown = ('%s: %s is not %s'):format(words, vim.inspect(left), vim.inspect(right))
  M.check(vim.deep_equal(left, right), shown)
end

--- Waits until `condition` holds. Nothing relies on fixed delays.
function M.wait(words, condition, timeout_ms)
  M.check(vim.wait(timeout_ms or 15000, condition, 10), 'waited in vain: ' .. words)
end

function M.crate()
  return assert(os.getenv('CRATE'), 'CRATE')
end

function M.open(name)
  vim.cmd('edit ' .. vim.fn.fnameescape(M.crate() .. '/' .. name))
  return vim.api.nvim_get_current_buf()
end

function M.ours(bufnr)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.source == 'rustassistant'
  end, vim.diagnostic.get(bufnr))
end

function M.wait_for_findings(bufnr)
  M.wait('findings', function()
    return #M.ours(bufnr) > 0
  end)
  return M.ours(bufnr)
end

function M.finding(bufnr, code)
  for _, diagnostic in ipairs(M.ours(bufnr)) do
    if diagnostic.code == code then
      return diagnostic
    end
  end
  M.fail('there is no finding ' .. code)
end

function M.text(bufnr)
  return table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), '\n') .. '\n'
end

function M.on_disk(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

function M.title_of(item)
  local action = item.action or item[2]
  return action.title, action
end

--- Opens the menu of code actions at a finding and picks `title`, as a user does. Returns the listed titles.
function M.answer(diagnostic, title)
  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  local listed
  vim.ui.select = function(items, options, pick)
    listed = {}
    local wanted
    for _, item in ipairs(items) do
      local own = M.title_of(item)
      table.insert(listed, options.format_item and options.format_item(item) or own)
      wanted = wanted or (own:find(title, 1, true) and item)
    end
    pick(wanted)
  end
  vim.lsp.buf.code_action()
  M.wait('a menu of code actions', function()
    return listed ~= nil
  end)
  return listed
end

--- The titles listed at a position; empty if the editor reports that there are none.
function M.listed(place)
  vim.api.nvim_win_set_cursor(0, { place.lnum + 1, place.col })
  local listed
  vim.ui.select = function(items)
    listed = vim.tbl_map(function(item)
      return (M.title_of(item))
    end, items)
  end
  vim.lsp.buf.code_action()
  M.wait('an answer to a question for code actions', function()
    return listed ~= nil or M.has_message('No code actions available')
  end)
  return listed or {}
end

function M.has_message(part)
  for _, message in ipairs(M.messages) do
    if message.words:find(part, 1, true) then
      return true
    end
  end
  return false
end

function M.count_messages(part)
  local count = 0
  for _, message in ipairs(M.messages) do
    count = count + (message.words:find(part, 1, true) and 1 or 0)
  end
  return count
end

function M.clients()
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get({ name = 'rustassistant' })
end

--- Runs a case and exits the editor with its result.
function M.run(case)
  vim.schedule(function()
    local is_fine, why = xpcall(case, function(why)
      return type(why) == 'table' and why.failed and '' or debug.traceback(tostring(why))
    end)
    if not is_fine and why ~= '' then
      io.stderr:write('FAILED: ', why, '\n')
    end
    if is_fine and (M.checks or 0) == 0 then
      io.stderr:write('FAILED: nothing was checked\n')
      is_fine = false
    end
    leave(is_fine and 0 or 1)
  end)
end

return M
