-- The time from `:edit` until findings are shown, in a running session.
local t = dofile(os.getenv('SUPPORT'))

t.run(function()
  t.wait_for_findings(t.open('src/orders.rs'))
  local files = vim.fn.glob(os.getenv('WORK') .. '/large/*.rs', true, true)
  t.equal(#files, 3, 'files')
  for _, file in ipairs(files) do
    local name = 'src/' .. vim.fs.basename(file)
    vim.uv.fs_copyfile(file, t.crate() .. '/' .. name)
    local started = vim.uv.hrtime()
    local bufnr = t.open(name)
    t.wait_for_findings(bufnr)
    vim.cmd('redraw')
    local ms = (vim.uv.hrtime() - started) / 1e6
    t.equal(vim.api.nvim_buf_line_count(bufnr), 2000, 'lines')
    io.stderr:write(('shown after %.0f ms\n'):format(ms))
  end
end)
