-- What the help tells a user of Neovim 0.8 to 0.10 to write.
vim.api.nvim_create_autocmd('FileType', {
  pattern = 'rust',
  callback = function(args)
    local manifest = vim.fs.find('Cargo.toml', { path = vim.fs.dirname(args.file), upward = true })[1]
    vim.lsp.start({
      name = 'rustassistant',
      cmd = { 'rustassistant', 'lsp' },
      root_dir = manifest and vim.fs.dirname(manifest),
    }, { bufnr = args.buf })
  end,
})
