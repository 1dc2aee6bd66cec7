-- Neovim 0.7 has no `vim.lsp.start`: the client is started once and attached to every Rust buffer.
vim.cmd('filetype on')
local client
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'rust',
  callback = function(args)
    client = client or vim.lsp.start_client({
      name = 'rustassistant',
      cmd = { 'rustassistant', 'lsp' },
      root_dir = vim.fn.getcwd(),
    })
    vim.lsp.buf_attach_client(args.buf, client)
  end,
})
