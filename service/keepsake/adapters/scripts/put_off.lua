#!lua
-- Let what was due be due so much later, unless somebody made it due anew since it was read.
-- KEYS: due
-- ARGV: what was due, since when, how much later than now (ms)
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
local time = redis.call('TIME')
local later = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
return redis.call('ZADD', KEYS[1], 'XX', string.format('%d', later), ARGV[1])
