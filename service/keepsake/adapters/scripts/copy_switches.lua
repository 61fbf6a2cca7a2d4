#!lua
-- Copy the switches of a pack into one bucket, unless it has newer ones.
-- KEYS: switches of the bucket
-- ARGV: the switches: a version, then the targets, by line
local function version(switches)
  return tonumber(string.match(switches, '^%d+'))
end
local present = redis.call('GET', KEYS[1])
if not present or version(present) <= version(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1])
end
return 0
