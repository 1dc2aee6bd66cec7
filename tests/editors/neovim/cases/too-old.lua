-- A binary older than this plugin: it exits immediately, which is reported once, and `:checkhealth` shows why.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  t.open('src/orders.rs')
  t.wait('a sentence of ours', function()
    return t.has_message('RustAssistant: the server did not start')
  end)
  t.open('src/lib.rs')
  vim.wait(300)
  t.equal(t.count_messages('RustAssistant:'), 1, 'our sentences')
  t.equal(t.clients(), {}, 'servers')

  vim.cmd('checkhealth rustassistant')
  local report = t.text(0)
  local wanted = 'is version 0.0.9, which is too old: this plugin needs 0.1.0 or later'
  t.check(report:find('ERROR.-' .. vim.pesc(wanted)) ~= nil, 'health: ' .. report)
  t.check(report:find('cargo install', 1, true) ~= nil, 'health names the way out: ' .. report)
end)
