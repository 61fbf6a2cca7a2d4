#!lua
-- Take away what was due and is done, unless somebody made it due anew since it was read.
-- KEYS: due
-- ARGV: what was due, since when
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
