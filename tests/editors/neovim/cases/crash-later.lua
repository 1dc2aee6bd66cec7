-- The server is killed while serving: it restarts automatically with increasing delays, but not forever.
local t = dofile(os.getenv('SUPPORT'))

local function process()
  return vim.fn.readfile(os.getenv('WORK') .. '/process')[1]
end

t.run(function()
  local bufnr = t.open('src/orders.rs')
  local waited = {}
  for _ = 1, 3 do
    t.wait('a server with findings', function()
      return #t.clients() == 1 and t.clients()[1].initialized and #t.ours(bufnr) > 0
    end)
    local id = t.clients()[1].id
    local killed = vim.uv.now()
    vim.uv.kill(tonumber(process()), 'sigkill')
    t.wait('the server is back', function()
      return #t.clients() == 1 and t.clients()[1].id ~= id and t.clients()[1].initialized
    end)
    table.insert(waited, vim.uv.now() - killed)
  end
  t.check(waited[1] >= 950 and waited[2] >= 1950 and waited[3] >= 3950, 'back-off: ' .. vim.inspect(waited))
  t.equal(t.count_messages('RustAssistant:'), 0, 'our sentences so far')

  t.wait_for_findings(bufnr)
  vim.uv.kill(tonumber(process()), 'sigkill')
  t.wait('it gives up', function()
    return t.has_message('RustAssistant: the server keeps crashing')
  end)
  vim.wait(300)
  t.equal(t.count_messages('RustAssistant:'), 1, 'our sentences')
  t.equal(t.clients(), {}, 'servers')

  vim.cmd('RustAssistant restart')
  t.wait('findings after the restart', function()
    return #t.clients() == 1 and #t.ours(bufnr) > 0
  end)
  local finding = t.finding(bufnr, 'collapsible-if')
  t.answer(finding, 'Merge')
  t.wait('an answer of the new server', function()
    return t.text(bufnr):find('order.is_paid && order.lines', 1, true) ~= nil
  end)
end)
