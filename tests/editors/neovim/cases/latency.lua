-- How long it takes from `:edit` until findings are shown, in a session that runs already.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  t.wait_for_findings(t.open('src/orders.rs'))
  local started = vim.uv.hrtime()
  local bufnr = t.open('src/large.rs')
  t.wait_for_findings(bufnr)
  local ms = (vim.uv.hrtime() - started) / 1e6
  t.equal(vim.api.nvim_buf_line_count(bufnr), 2000, 'lines')
  io.stderr:write(('shown after %.0f ms\n'):format(ms))
end)
