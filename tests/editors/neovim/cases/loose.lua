-- A file without a Cargo.toml, a buffer without a name, a repository without a package, a package in a workspace.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local orders = vim.fn.readfile(t.crate() .. '/src/orders.rs')
  local loose = os.getenv('WORK') .. '/loose'
  vim.fn.mkdir(loose, 'p')
  vim.fn.writefile(orders, loose .. '/alone.rs')
  vim.cmd('edit ' .. loose .. '/alone.rs')
  local alone = vim.api.nvim_get_current_buf()
  t.wait_for_findings(alone)
  t.answer(t.finding(alone, 'collapsible-if'), 'Merge')
  t.wait('an answer in a loose file', function()
    return t.text(alone):find('order.is_paid && order.lines', 1, true) ~= nil
  end)

  vim.cmd('enew')
  local unnamed = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(unnamed, 0, -1, false, orders)
  vim.bo[unnamed].filetype = 'rust'
  vim.api.nvim_buf_set_lines(unnamed, 0, 1, false, { '//! Typed.' })
  vim.cmd('write ' .. loose .. '/named.rs')
  t.wait_for_findings(unnamed)

  local root = require('rustassistant.root')
  local repository = os.getenv('WORK') .. '/repository'
  for _, folder in ipairs({ '/.git', '/scripts', '/crates/inner/src' }) do
    vim.fn.mkdir(repository .. folder, 'p')
  end
  vim.cmd('edit ' .. repository .. '/scripts/one.rs')
  t.equal(root.of(vim.api.nvim_get_current_buf()), repository, 'the folder of a repository without a package')
  vim.fn.writefile({ '[package]' }, repository .. '/crates/inner/Cargo.toml')
  vim.cmd('edit ' .. repository .. '/crates/inner/src/lib.rs')
  t.equal(root.of(0 + vim.api.nvim_get_current_buf()), repository .. '/crates/inner', 'the folder of a package')
  vim.fn.writefile({ '[workspace]', 'members = ["crates/*"]' }, repository .. '/Cargo.toml')
  t.equal(root.of(vim.api.nvim_get_current_buf()), repository, 'the folder of a workspace')

  -- A home directory that is a repository contains the user's own programs.
  local binary = require('rustassistant.binary')
  local home = vim.uv.os_homedir()
  t.check(not binary.is_inside(home .. '/.cargo/bin/rustassistant', home), 'a program in a home that is a repository')
  t.check(binary.is_inside(home .. '/project/bin/rustassistant', home .. '/project'), 'a program in a project')
  t.check(not binary.is_inside(home .. '/project-tools/rustassistant', home .. '/project'), 'one beside it')
  t.equal(t.messages, {}, 'messages')
end)
