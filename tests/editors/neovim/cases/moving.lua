-- Tests are moved to a newly created file.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/stack.rs')
  t.wait_for_findings(bufnr)
  local line
  for number, text in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
    line = text == 'mod tests {' and number or line
  end
  if vim.fn.has('nvim-0.10') == 0 then
    -- It doesn't create folders, so the action isn't listed.
    local listed = t.listed({ lnum = line - 1, col = 4 })
    t.equal(listed, {}, 'what is listed')
    vim.fn.mkdir(t.crate() .. '/src/stack')
  end
  t.answer({ lnum = line - 1, col = 4 }, 'Move tests to `stack/tests.rs`')
  t.wait('the module is declared', function()
    return t.text(bufnr):find('#[cfg(test)]\nmod tests;\n', 1, true) ~= nil
  end)
  t.check(not t.text(bufnr):find('of_many', 1, true), 'the tests are gone')
  vim.cmd('wall')
  t.equal(t.on_disk(vim.api.nvim_buf_get_name(bufnr)), t.text(bufnr), 'what is saved')
  local moved = t.on_disk(t.crate() .. '/src/stack/tests.rs')
  local first = 'use super::*;\n\n// Nothing is twice nothing.\n#[test]\nfn of_nothing() {\n    assert_eq!(double(0), 0);\n}\n'
  t.equal(moved:sub(1, #first), first, 'the new file')
  t.check(moved:find('        assert_eq!(double(number), number + number);\n    }\n}\n', 1, true), 'its end: ' .. moved)
end)
