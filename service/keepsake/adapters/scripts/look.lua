#!lua flags=no-writes
-- Look at resources: what has lapsed by this server's clock counts no more, though nobody has freed
-- it yet. It writes nothing, so it answers where memory is full, too.
-- ARGV: holds that are not counted: those of who asks
-- KEYS: sums, holds, expiries (of each resource in turn; one slot)
-- Returns: limit, held, pinned, committed, counted (of each resource in turn)
local at_once = 1000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local told = {}
for at = 1, #KEYS, 3 do
  local all = redis.call('HMGET', KEYS[at], 'limit', 'held', 'pinned', 'committed', 'counted')
  local held = tonumber(all[2] or '0')
  if held > 0 then
    local over = redis.call('ZRANGE', KEYS[at + 2], '-inf', now, 'BYSCORE', 'LIMIT', 0, at_once)
    for _, hold in ipairs(over) do
      held = held - (string.match(redis.call('HGET', KEYS[at + 1], hold) or '', ' (%d+) ') or 0)
    end
  end
  local taken = {held = held, pinned = tonumber(all[3] or '0'), committed = tonumber(all[4] or '0')}
  for _, own in ipairs(ARGV) do
    local hold = redis.call('HGET', KEYS[at + 1], own) or ''
    local state, units, expires = string.match(hold, '^(%a+) (%d+) (%d+)')
    if state and not (state == 'held' and tonumber(expires) <= now) then
      taken[state] = taken[state] - units
    end
  end
  local sums = {all[1] or '0', string.format('%d', taken.held), string.format('%d', taken.pinned),
    string.format('%d', taken.committed), all[5] or '0'}
  for _, sum in ipairs(sums) do
    told[#told + 1] = sum
  end
end
return told
