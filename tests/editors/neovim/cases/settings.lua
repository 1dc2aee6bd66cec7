-- Options in `init.lua`: valid ones apply, and an invalid one is reported and ignored.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  vim.lsp.config('rustassistant', {
    settings = {
      rustassistant = {
        smells = { ['let-else-opportunity'] = false, ['collapsible-if'] = 'quiet' },
      },
    },
  })
  local bufnr = t.open('src/orders.rs')
  t.wait('a word about the wrong one', function()
    return t.has_message('smells.collapsible-if')
  end)
  t.wait('findings without the smell that is off', function()
    local ids = vim.tbl_map(function(one)
      return one.code
    end, t.ours(bufnr))
    table.sort(ids)
    return vim.deep_equal(ids, { 'collapsible-if', 'guard-clause-opportunity' })
  end)
  t.equal(t.count_messages('smells.collapsible-if'), 1, 'said once')
end)
