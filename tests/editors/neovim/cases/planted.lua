-- A project that contains a binary, and a PATH that leads into it: none of it is executed.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  for _, folder in ipairs({ '', '/bin' }) do
    local path = t.crate() .. folder .. '/rustassistant'
    vim.fn.mkdir(vim.fs.dirname(path), 'p')
    vim.fn.writefile({ '#!/bin/sh', 'touch "' .. t.crate() .. '/planted-was-run"' }, path)
    vim.fn.setfperm(path, 'rwxr-xr-x')
  end
  local search = vim.env.PATH
  vim.env.PATH = '.:bin:' .. t.crate() .. '/bin:' .. search
  local bufnr = t.open('src/orders.rs')
  t.wait_for_findings(bufnr)
  t.equal(t.messages, {}, 'the one on PATH outside the project is used')

  vim.cmd('RustAssistant restart')
  vim.env.PATH = '.:bin:' .. t.crate() .. '/bin'
  for _, client in ipairs(t.clients()) do
    client:stop(true)
  end
  t.wait('the end of the server', function()
    return #t.clients() == 0
  end)
  t.open('src/lib.rs')
  t.wait('a refusal', function()
    return t.has_message('is inside the open project, so it is not run')
  end)
  t.equal(t.clients(), {}, 'servers')
  t.equal(vim.fn.filereadable(t.crate() .. '/planted-was-run'), 0, 'what the project brought was run')
end)
