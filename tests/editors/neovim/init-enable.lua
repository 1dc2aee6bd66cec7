-- What README tells a user of Neovim 0.11 and later to write.
vim.opt.runtimepath:append(assert(os.getenv('PLUGIN'), 'PLUGIN'))
vim.lsp.enable('rustassistant')
