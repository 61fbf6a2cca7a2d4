#!lua flags=no-writes
-- Look at one resource: what has lapsed by this server's clock counts no more, though nobody has
-- freed it yet. It writes nothing, so it answers where memory is full, too.
-- KEYS: sums, holds, expiries (of the resource)
-- Returns: limit, held, pinned, committed, counted
local at_once = 1000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HMGET', KEYS[1], 'limit', 'held', 'pinned', 'committed', 'counted')
local held = tonumber(all[2] or '0')
for _, hold in ipairs(redis.call('ZRANGE', KEYS[3], '-inf', now, 'BYSCORE', 'LIMIT', 0, at_once)) do
  held = held - string.match(redis.call('HGET', KEYS[2], hold), ' (%d+) ')
end
return {all[1] or '0', string.format('%d', held), all[3] or '0', all[4] or '0', all[5] or '0'}
