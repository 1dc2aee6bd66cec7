-- Extracting a function from selected lines is a single undo step.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  local bufnr = t.open('src/sums.rs')
  t.wait_for_findings(bufnr)
  local before = t.text(bufnr)
  t.equal(vim.api.nvim_buf_get_lines(bufnr, 11, 12, false), { '    for number in numbers {' }, 'the first line')

  local listed
  vim.ui.select = function(items, _, pick)
    listed = items
    for _, item in ipairs(items) do
      if t.title_of(item) == 'Extract into a function' then
        return pick(item)
      end
    end
    t.fail('it is not listed')
  end
  vim.lsp.buf.code_action({ range = { start = { 12, 0 }, ['end'] = { 14, 5 } } })
  t.wait('a menu of code actions', function()
    return listed ~= nil
  end)
  t.wait('the function', function()
    return t.text(bufnr):find('\nfn update_total(numbers: &[u32], total: &mut u32) {\n', 1, true) ~= nil
  end, 60000)
  t.check(t.text(bufnr):find('    update_total(numbers, &mut total);\n    total\n', 1, true), t.text(bufnr))

  vim.cmd('undo')
  t.equal(t.text(bufnr), before, 'undo in one step')
  vim.cmd('write')
end)
