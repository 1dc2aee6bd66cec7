--- Formats the cache's statistics.

local M = {}

---@param bytes any
---@return string
local function in_megabytes(bytes)
  return type(bytes) == 'number' and ('%.1f MB'):format(bytes / 1048576) or 'of unknown size'
end

---@param tier table
---@return string
local function of_tier(tier)
  local faults = 0
  for _, kind in ipairs({ 'faults', 'write_faults' }) do
    for _, count in pairs(type(tier[kind]) == 'table' and tier[kind] or {}) do
      faults = faults + count
    end
  end
  local words = ('%d found, %d not found, %d written'):format(tier.hits or 0, tier.misses or 0, tier.written or 0)
  if faults > 0 then
    words = words .. (', %d faults'):format(faults)
  end
  return words
end

--- {statistics} is the output of `rustassistant cache stats --json`.
---@param statistics any
---@return string[]
function M.in_words(statistics)
  if type(statistics) ~= 'table' then
    return { 'The server sent no statistics.' }
  end
  local lines = {}
  if type(statistics.path) == 'string' then
    table.insert(lines, 'Cache: ' .. statistics.path)
  end
  if type(statistics.fault) == 'string' then
    table.insert(lines, "It can't be used: " .. statistics.fault)
  end
  local holdings = statistics.holdings
  if type(holdings) == 'table' then
    local size = in_megabytes(holdings.disk_bytes)
    local limit = in_megabytes(statistics.limit_bytes)
    table.insert(lines, ('Holds %d reports in %s; the limit is %s.'):format(holdings.entries or 0, size, limit))
  end
  local tiers = type(statistics.tiers) == 'table' and statistics.tiers or {}
  local names = vim.tbl_keys(tiers)
  table.sort(names)
  for _, name in ipairs(names) do
    table.insert(lines, ('%s: %s'):format(name, of_tier(tiers[name])))
  end
  return lines
end

return M
