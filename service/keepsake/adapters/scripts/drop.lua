#!lua
-- Take away what was due and is done, unless it is due again later.
-- KEYS: due
-- ARGV: what was due
local time = redis.call('TIME')
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if at and tonumber(at) <= time[1] * 1000 + math.floor(time[2] / 1000) then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
