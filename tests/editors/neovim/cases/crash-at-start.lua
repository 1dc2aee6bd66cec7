-- The server exits before serving: it isn't restarted for every file, and the user can recover.
local t = dofile(os.getenv('SUPPORT'))

local function starts()
  local path = os.getenv('WORK') .. '/starts'
  return vim.fn.filereadable(path) == 1 and #vim.fn.readfile(path) or 0
end

t.run(function()
  t.open('src/orders.rs')
  t.wait('a sentence of ours', function()
    return t.has_message('RustAssistant: the server did not start')
  end)
  t.check(t.has_message(':RustAssistant log'), 'it says where to look')
  t.open('src/lib.rs')
  vim.wait(500)
  t.equal(starts(), 1, 'starts')
  t.equal(t.count_messages('RustAssistant:'), 1, 'our sentences')

  -- The cause is fixed, and the user requests a restart.
  vim.fn.writefile({}, os.getenv('WORK') .. '/cured')
  t.open('src/orders.rs')
  vim.cmd('RustAssistant restart')
  t.wait_for_findings(vim.api.nvim_get_current_buf())
end)
